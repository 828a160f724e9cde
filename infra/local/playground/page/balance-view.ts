/** The balance as a bar of its parts, with the numbers. */
import type { Balance } from '../../../../sdk/typescript/src/index.ts';
import { find, make } from './dom.ts';
import { formatAmount } from './units.ts';

const PARTS = [
  ['pending', 'Pending', 'pendingMicro'],
  ['available', 'Available', 'availableMicro'],
  ['reserved', 'Reserved', 'reservedMicro'],
  ['paid-out', 'Paid out', 'paidOutMicro'],
  ['spent', 'Spent', 'spentMicro'],
] as const satisfies [string, string, keyof Balance][];

export function showBalance(balance: Balance): void {
  find('available', HTMLElement).textContent = formatAmount(balance.availableMicro);
  const bar = find('bar', HTMLElement);
  if (bar.childElementCount === 0)
    bar.append(...PARTS.map(([name]) => make('span', { class: `part ${name}` })));
  for (const [at, [, , field]] of PARTS.entries()) {
    const segment = bar.children[at] as HTMLElement;
    segment.style.flexGrow = share(balance, field);
    segment.hidden = balance[field] <= 0n;
  }
  find('parts', HTMLElement).replaceChildren(
    ...PARTS.map(([name, label, field]) => part(name, label, balance[field])),
    part('lifetime', 'Lifetime', balance.lifetimeMicro),
  );
}

const part = (name: string, label: string, micro: bigint): HTMLElement =>
  make('div', { class: name }, make('dt', {}, label), make('dd', {}, formatAmount(micro)));

/** In parts per million of what the bar shows; a debt is not shown in it. */
function share(balance: Balance, field: (typeof PARTS)[number][2]): string {
  const sum = PARTS.reduce((sum, [, , part]) => sum + atLeastZero(balance[part]), 0n);
  return sum === 0n ? '0' : String((atLeastZero(balance[field]) * 1_000_000n) / sum);
}

const atLeastZero = (micro: bigint): bigint => (micro > 0n ? micro : 0n);
