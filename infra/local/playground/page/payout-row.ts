/** A payout in a row, the same for its user and for operators. */
import type { Payout } from '../../../../sdk/typescript/src/index.ts';
import { make } from './dom.ts';
import { formatAmount } from './units.ts';

export const payoutFacts = ({
  amountMicro,
  status,
  network,
  address,
  requestedAt,
}: Payout): HTMLElement =>
  make(
    'div',
    { class: 'facts' },
    make('span', { class: 'amount' }, formatAmount(amountMicro)),
    make('span', { class: `pill ${status}` }, status),
    make('span', {}, network),
    make('span', { class: 'mono soft', title: address }, short(address)),
    make(
      'time',
      { class: 'soft', datetime: requestedAt, title: requestedAt },
      new Date(requestedAt).toLocaleTimeString(),
    ),
  );

/** Head and tail, by which people know an address or a hash. */
export const short = (text: string): string =>
  text.length <= 16 ? text : `${text.slice(0, 6)}…${text.slice(-6)}`;
