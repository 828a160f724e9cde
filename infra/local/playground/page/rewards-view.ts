/** The rewards, and how long it takes until each unlocks. */
import type { Reward } from '../../../../sdk/typescript/src/index.ts';
import { find, make } from './dom.ts';
import { showRows } from './rows.ts';
import { formatAmount } from './units.ts';

const LABELS: Readonly<Record<string, string>> = { available: 'unlocked' };

export function showRewards(rewards: readonly Reward[]): void {
  showRows('rewards', rewards, {
    keyOf: ({ id }) => id,
    stampOf: ({ status, unlocksAt }) => `${status} ${unlocksAt}`,
    make: rowOf,
  });
  countDown();
}

/**
 * What to say of the rewards that were pending when they were last shown; empty when none has
 * unlocked.
 */
export function unlockedSince(before: readonly Reward[], now: readonly Reward[]): string {
  const waiting = before.filter(({ status }) => status === 'pending').map(({ id }) => id);
  const unlocked = now.filter(({ id, status }) => status === 'available' && waiting.includes(id));
  const sum = unlocked.reduce((sum, { amountMicro }) => sum + amountMicro, 0n);
  return sum === 0n ? '' : `${formatAmount(sum)} has unlocked and is available now.`;
}

function rowOf({ amountMicro, status, unlocksAt, source }: Reward): HTMLLIElement {
  const when = make('time', {
    datetime: unlocksAt,
    class: 'soft',
    'data-pending': status === 'pending',
  });
  when.textContent = new Date(unlocksAt).toLocaleTimeString();
  return make(
    'li',
    { class: 'row' },
    make('span', { class: 'amount' }, formatAmount(amountMicro)),
    make('span', { class: `pill ${status}` }, LABELS[status] ?? status),
    make('span', { class: 'soft grow' }, source),
    when,
  );
}

/** To be called every second. */
export function countDown(): void {
  for (const time of find('rewards', HTMLElement).querySelectorAll<HTMLTimeElement>(
    '[data-pending]',
  ))
    time.textContent = untilText(Date.parse(time.dateTime) - Date.now());
}

function untilText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 120) return `in ${seconds} s`;
  return seconds < 7200
    ? `in ${Math.round(seconds / 60)} min`
    : `in ${Math.round(seconds / 3600)} h`;
}
