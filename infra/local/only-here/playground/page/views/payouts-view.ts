/** The user's payouts, whose status follows what operators do. */
import { REASON_WORDS } from '../../../../../../lib/settlement/reasons.ts';
import type { Payout } from '../../../../../../sdk/typescript/src/index.ts';
import { actionButton } from '../busy.ts';
import { find, make, showRows } from '../dom.ts';
import { say, words } from '../messages.ts';
import { formatAmount, short } from '../text.ts';
import { timeOf } from './account-view.ts';
import { copyable } from './copyable.ts';

/** `cancel` takes the payout back; what it rejects with is shown. */
export function showPayouts(
  payouts: readonly Payout[],
  cancel: (id: string) => Promise<void>,
): void {
  showRows('payouts', payouts, {
    keyOf: ({ id }) => id,
    stampOf: ({ status }) => status,
    make: (payout) => rowOf(payout, cancel),
  });
}

function rowOf(payout: Payout, cancel: (id: string) => Promise<void>): HTMLLIElement {
  const { id, status, txHash, reason, note } = payout;
  const facts = payoutFacts(payout);
  if (status === 'requested')
    facts.append(
      actionButton({
        label: 'Cancel',
        of: payoutName(payout),
        class: 'quiet end',
        work: () => tell(cancel(id)),
      }),
    );
  return make(
    'li',
    { class: 'row' },
    facts,
    txHash !== undefined &&
      make('p', { class: 'more' }, 'Transaction ', copyable('transaction hash', txHash)),
    reason !== undefined && make('p', { class: 'more' }, wordsOf(reason)),
    note !== undefined && make('p', { class: 'more' }, `Note: ${note}`),
  );
}

/** One that is newer than this page comes as it is. */
const wordsOf = (reason: string): string =>
  (REASON_WORDS as Readonly<Record<string, string>>)[reason] ?? reason;

async function tell(cancelled: Promise<void>): Promise<void> {
  const news = find('payouts-news', HTMLElement);
  try {
    await cancelled;
    say(news, 'good', 'Cancelled; the amount is available again.');
  } catch (error) {
    say(news, 'bad', ...words(error));
  }
}

/** A payout in a row, the same for its user and for operators. */
export function payoutFacts({ id, status, address, ...payout }: Payout): HTMLElement {
  return make(
    'div',
    { class: 'facts' },
    make('span', { class: 'amount' }, formatAmount(payout.amountMicro)),
    make('span', { class: `pill ${status}` }, status),
    make('span', {}, payout.network),
    copyable('address', address),
    copyable('payout', id),
    timeOf(payout.requestedAt),
  );
}

/** What tells it from the others to whoever hears one of its buttons alone. */
export const payoutName = ({ id, amountMicro, network }: Payout): string =>
  `payout ${short(id)} of ${formatAmount(amountMicro)} on ${network}`;
