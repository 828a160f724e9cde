/** What a billing message may do to a user's rewards and invoices. */

import type { BillingMessage } from '../history/steps.ts';
import { balance, type Invoice, type User } from './model.ts';
import type { Context } from './observation.ts';

const INT64_MAX = 2n ** 63n - 1n;

/** A billing message: `seen` has status 200 when it was taken, 422 when it was refused for good. */
export function applyEvent(before: User, message: BillingMessage, context: Context): User[] {
  const { seen } = context.observation;
  const after =
    message.type === 'malformed' ? undefined : stateAfter(before, message, context.clockMs);
  if (!after) return !seen || seen.status === 422 ? [before] : [];
  return !seen || seen.status === 200 ? [after] : [];
}

/** The state with the message applied; undefined when it contradicts an earlier one. */
function stateAfter(
  before: User,
  message: Exclude<BillingMessage, { type: 'malformed' }>,
  nowMs: number,
): User | undefined {
  const withReward = (id: string, reward: User['rewards'][string]) => ({
    ...before,
    rewards: { ...before.rewards, [id]: reward },
  });
  const withInvoice = (id: string, invoice: Invoice) => ({
    ...before,
    invoices: { ...before.invoices, [id]: invoice },
  });
  switch (message.type) {
    case 'granted': {
      const { reward: id, unlocksAt, source, time: grantedAt } = message;
      const amountMicro = BigInt(message.amount);
      const known = before.rewards[id];
      if (known?.amountMicro !== undefined) {
        const agrees =
          known.amountMicro === amountMicro &&
          known.unlocksAt === unlocksAt &&
          known.source === source;
        return agrees ? before : undefined;
      }
      if (!known && balance(before, nowMs).lifetime_micro + amountMicro > INT64_MAX)
        return undefined;
      const granted = { amountMicro, unlocksAt, grantedAt, source };
      const after = withReward(id, { ...granted, reversed: known !== undefined });
      // One that was reversed before it came moves no money, and so makes no account.
      return known ? after : { ...after, account: before.account ?? {} };
    }
    case 'reversed':
      return withReward(message.reward, { ...before.rewards[message.reward], reversed: true });
    case 'opened': {
      const totalMicro = BigInt(message.total);
      const known = before.invoices[message.invoice];
      if (!known) return withInvoice(message.invoice, { status: 'open', totalMicro });
      if (known.totalMicro === undefined)
        return withInvoice(message.invoice, { ...known, totalMicro });
      return known.totalMicro === totalMicro ? before : undefined;
    }
    case 'closed': {
      const known = before.invoices[message.invoice];
      if (known?.status === 'covered') return before;
      return withInvoice(message.invoice, { ...known, status: 'closed' });
    }
  }
}
