/** The invoices that the page opened, each to be paid from the balance. */
import { button, make } from './dom.ts';
import { say, words } from './form.ts';
import { showRows } from './rows.ts';
import type { Invoice } from './session.ts';
import { formatAmount } from './units.ts';

/** `pay` rejects with what is to be shown. */
export function showInvoices(
  invoices: readonly Invoice[],
  pay: (invoice: Invoice) => Promise<void>,
): void {
  showRows('invoices', invoices, {
    keyOf: ({ id }) => id,
    stampOf: ({ isPaid }) => String(isPaid),
    make: (invoice) => rowOf(invoice, pay),
  });
}

function rowOf(invoice: Invoice, pay: (invoice: Invoice) => Promise<void>): HTMLLIElement {
  const { id, totalMicro, isPaid } = invoice;
  const result = make('output', { class: 'result' });
  const facts = make(
    'div',
    { class: 'facts' },
    make('span', { class: 'amount' }, formatAmount(totalMicro)),
    make('span', { class: `pill ${isPaid ? 'covered' : 'open'}` }, isPaid ? 'covered' : 'open'),
    make('span', { class: 'mono soft' }, id),
    !isPaid &&
      button('Pay from balance', { class: 'end' }, () => {
        pay(invoice).catch((error) => say(result, 'bad', ...words(error)));
      }),
  );
  return make('li', { class: 'row' }, facts, result);
}
