/** The user's payouts, whose status follows what operators do. */
import type { Payout } from '../../../../../sdk/typescript/src/index.ts';
import { button, find, make, showRows } from '../dom.ts';
import { say, words } from '../forms/form.ts';
import { formatAmount } from '../text.ts';

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
  const { id, status, txHash, note } = payout;
  const facts = payoutFacts(payout);
  if (status === 'requested')
    facts.append(button('Cancel', { class: 'quiet end' }, () => void tell(cancel(id))));
  return make(
    'li',
    { class: 'row' },
    facts,
    txHash !== undefined &&
      make('p', { class: 'more' }, 'Transaction ', make('code', { title: txHash }, short(txHash))),
    note !== undefined && make('p', { class: 'more' }, `Note: ${note}`),
  );
}

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
export function payoutFacts({ status, address, requestedAt, ...payout }: Payout): HTMLElement {
  const time = { class: 'soft', datetime: requestedAt, title: requestedAt };
  return make(
    'div',
    { class: 'facts' },
    make('span', { class: 'amount' }, formatAmount(payout.amountMicro)),
    make('span', { class: `pill ${status}` }, status),
    make('span', {}, payout.network),
    make('span', { class: 'mono soft', title: address }, short(address)),
    make('time', time, new Date(requestedAt).toLocaleTimeString()),
  );
}

/** Head and tail, by which people know an address or a hash. */
const short = (text: string): string =>
  text.length <= 16 ? text : `${text.slice(0, 6)}…${text.slice(-6)}`;
