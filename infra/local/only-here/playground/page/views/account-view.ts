/** What a user sees of the account: the balance, the rewards, and the invoices. */
import type { Balance, Reward } from '../../../../../../sdk/typescript/src/index.ts';
import { actionButton } from '../busy.ts';
import { find, make, showRows } from '../dom.ts';
import type { Invoice } from '../forms/sign-in-form.ts';
import { say, words } from '../messages.ts';
import { formatAmount, formatTime } from '../text.ts';
import { copyable } from './copyable.ts';

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

export function showRewards(rewards: readonly Reward[]): void {
  showRows('rewards', rewards, {
    keyOf: ({ id }) => id,
    stampOf: ({ status, unlocksAt }) => `${status} ${unlocksAt}`,
    make: rewardRow,
  });
  countDown();
}

/** What to say of the rewards that have unlocked since they were last shown; empty for none. */
export function unlockedSince(before: readonly Reward[], now: readonly Reward[]): string {
  const waiting = before.filter(({ status }) => status === 'pending').map(({ id }) => id);
  const unlocked = now.filter(({ id, status }) => status === 'available' && waiting.includes(id));
  const sum = unlocked.reduce((sum, { amountMicro }) => sum + amountMicro, 0n);
  return sum === 0n ? '' : `${formatAmount(sum)} has unlocked and is available now.`;
}

function rewardRow({ id, amountMicro, status, unlocksAt, source }: Reward): HTMLLIElement {
  return make(
    'li',
    { class: 'row' },
    make('span', { class: 'amount' }, formatAmount(amountMicro)),
    make('span', { class: `pill ${status}` }, status),
    make('span', { class: 'soft grow' }, source),
    copyable('reward', id),
    timeOf(unlocksAt),
    status === 'pending' && make('span', { class: 'soft', 'data-until': unlocksAt }),
  );
}

/** A time of the API's, which is there whole as its title. */
export const timeOf = (time: string): HTMLElement =>
  make('time', { class: 'soft', datetime: time, title: time }, formatTime(time));

/** To be called every second. */
export function countDown(): void {
  const rewards = find('rewards', HTMLElement);
  for (const left of rewards.querySelectorAll<HTMLElement>('[data-until]'))
    left.textContent = untilText(Date.parse(left.dataset.until ?? '') - Date.now());
}

function untilText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 120) return `in ${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return seconds < 7200 ? `in ${minutes} min` : `in ${Math.round(seconds / 3600)} h`;
}

/** `pay` rejects with what is to be shown. */
export function showInvoices(
  invoices: readonly Invoice[],
  pay: (invoice: Invoice) => Promise<void>,
): void {
  showRows('invoices', invoices, {
    keyOf: ({ id }) => id,
    stampOf: ({ isPaid }) => String(isPaid),
    make: (invoice) => invoiceRow(invoice, pay),
  });
}

function invoiceRow(invoice: Invoice, pay: (invoice: Invoice) => Promise<void>): HTMLLIElement {
  const { id, totalMicro, isPaid } = invoice;
  const result = make('output', { class: 'result' });
  const facts = make(
    'div',
    { class: 'facts' },
    make('span', { class: 'amount' }, formatAmount(totalMicro)),
    make('span', { class: `pill ${isPaid ? 'covered' : 'open'}` }, isPaid ? 'covered' : 'open'),
    copyable('invoice', id),
    !isPaid &&
      actionButton({
        label: 'Pay from balance',
        of: `for invoice ${id} of ${formatAmount(totalMicro)}`,
        class: 'end',
        work: () => pay(invoice).catch((error) => say(result, 'bad', ...words(error))),
      }),
  );
  return make('li', { class: 'row' }, facts, result);
}
