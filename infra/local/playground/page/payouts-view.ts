/** The user's payouts, whose status follows what operators do. */
import type { Payout } from '../../../../sdk/typescript/src/index.ts';
import { button, find, make } from './dom.ts';
import { say, words } from './form.ts';
import { payoutFacts, short } from './payout-row.ts';
import { showRows } from './rows.ts';

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
    facts.append(button('Cancel', { class: 'quiet end' }, () => void tryTo(() => cancel(id))));
  return make(
    'li',
    { class: 'row' },
    facts,
    txHash !== undefined &&
      make('p', { class: 'more' }, 'Transaction ', make('code', { title: txHash }, short(txHash))),
    note !== undefined && make('p', { class: 'more' }, `Note: ${note}`),
  );
}

async function tryTo(work: () => Promise<void>): Promise<void> {
  const news = find('payouts-news', HTMLElement);
  try {
    await work();
    say(news, 'good', 'Cancelled; the amount is available again.');
  } catch (error) {
    say(news, 'bad', ...words(error));
  }
}
