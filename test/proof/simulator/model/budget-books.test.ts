/** What the budgets must be after a step, and what they must not be. */
import { expect, test } from 'vitest';
import { BudgetBooks } from './budget-books.ts';
import { BUDGETS_MICRO } from './limits.ts';
import { newUser, type Payout } from './model.ts';
import { having, payout } from './sample-users.ts';

const DAY = '2040-01-01';
const PLACE = `solana ${DAY}`;
const LIMIT = BUDGETS_MICRO.solana as bigint;

const claimed = (id: string, amountMicro: bigint): Payout => ({
  ...payout(id, amountMicro, 'processing'),
  ...{ network: 'solana', budget_day: DAY },
});
const approved = (one: Payout): Payout => ({
  ...one,
  approval: { by: 'cat', at: '', amount_micro: one.amountMicro, address: one.address },
});
const step = (...payouts: Payout[]) => ({
  before: undefined,
  after: having(newUser(), ...payouts),
});
const stored = (micro: bigint) => new Map([[PLACE, micro]]);

test('a budget is the sum of what counts on it', () => {
  const one = step(claimed('a', 5n));
  expect(new BudgetBooks().faults([one], stored(5n))).toEqual([]);
  expect(new BudgetBooks().faults([one], stored(6n))).toEqual([expect.stringContaining('6 is')]);
  expect(new BudgetBooks().faults([one], new Map())).toEqual([expect.stringContaining('0 is')]);
});

test('what is given back counts no more, and what is sent goes on counting', () => {
  const books = new BudgetBooks();
  const [kept, released] = [claimed('a', 5n), payout('b', 7n)];
  const before = having(newUser(), kept, claimed('b', 7n));
  expect(books.faults([{ before: undefined, after: before }], stored(12n))).toEqual([]);
  const after = having(newUser(), kept, { ...released, network: 'solana' });
  expect(books.faults([{ before, after }], stored(5n))).toEqual([]);
  expect(books.claimed(PLACE)).toBe(5n);
});

test('what counts on another day counts on the one no more', () => {
  const books = new BudgetBooks();
  const before = step(claimed('a', 5n)).after;
  books.faults([{ before: undefined, after: before }], stored(5n));
  const after = step({ ...claimed('a', 5n), budget_day: '2040-01-02' }).after;
  expect(books.faults([{ before, after }], new Map([['solana 2040-01-02', 5n]]))).toEqual([]);
});

test('two claims of one step may not both pass where only one of them fits', () => {
  const both = [step(claimed('a', LIMIT)), step(claimed('b', 1n))];
  expect(new BudgetBooks().faults(both, stored(LIMIT + 1n))).toEqual([
    expect.stringContaining('without an approval'),
  ]);
});

test('an approval by another lets a claim pass, and the next one without does not fit', () => {
  const books = new BudgetBooks();
  const over = step(claimed('a', LIMIT), approved(claimed('b', 1n)));
  expect(books.faults([over], stored(LIMIT + 1n))).toEqual([]);
  expect(books.faults([step(claimed('c', 1n))], stored(LIMIT + 2n))).toEqual([
    expect.stringContaining('without an approval'),
  ]);
});
