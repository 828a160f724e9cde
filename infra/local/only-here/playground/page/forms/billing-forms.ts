/** What the billing side would do: grant rewards, and open invoices. */
import { find } from '../dom.ts';
import { bill, type Send } from '../http/send.ts';
import { formatAmount } from '../text.ts';
import { amountOf, FieldProblem, onSubmit, typed } from './form.ts';
import type { Invoice } from './sign-in-form.ts';

const LONGEST_SECONDS = 31_536_000;

export function mountGrantForm(send: Send, userId: () => string, done: () => Promise<void>): void {
  onSubmit(find('grant', HTMLFormElement), {
    work: async (values) => {
      const amount = positive(values, 'reward');
      const seconds = secondsOf(values);
      await bill(send, 'referral.reward.granted', {
        reward_id: newId('reward'),
        user_id: userId(),
        amount_micro: amount,
        unlocks_at: new Date(Date.now() + seconds * 1000).toISOString(),
        source: 'playground',
      });
      await done();
      return `Granted: ${formatAmount(amount)} unlocks in ${seconds} s.`;
    },
  });
}

export function mountInvoiceForm(
  send: Send,
  userId: () => string,
  opened: (invoice: Invoice) => void,
): void {
  onSubmit(find('open-invoice', HTMLFormElement), {
    work: async (values) => {
      const totalMicro = positive(values, 'total');
      const invoice = { id: newId('invoice'), totalMicro, isPaid: false };
      await bill(send, 'billing.invoice.opened', {
        invoice_id: invoice.id,
        user_id: userId(),
        total_micro: invoice.totalMicro,
      });
      opened(invoice);
      return `Opened: ${formatAmount(invoice.totalMicro)} can be paid from the balance.`;
    },
  });
}

/** Billing takes an event without a reply: what would become a dead letter is refused here. */
function positive(values: FormData, name: string): bigint {
  const micro = amountOf(values, name);
  if (micro > 0n && micro < 2n ** 63n) return micro;
  throw new FieldProblem(name, 'Billing takes amounts from 0.000001 to 9,223,372,036,854.775807.');
}

function secondsOf(values: FormData): number {
  const text = typed(values, 'seconds');
  if (/^\d{1,8}$/.test(text) && Number(text) <= LONGEST_SECONDS) return Number(text);
  throw new FieldProblem('seconds', 'Write a whole number of seconds, at most a year of them.');
}

const newId = (kind: string): string => `${kind}-${crypto.randomUUID().slice(0, 8)}`;
