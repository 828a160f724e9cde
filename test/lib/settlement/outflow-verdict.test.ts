import { expect, test } from 'vitest';
import { differenceOf, sumsOf } from '../../../lib/settlement/outflow-verdict.ts';
import { claimed, OTHER, PAID_IN, transaction, transfer } from './on-chain-samples.ts';

const { id, block, at } = transaction();
const onChain = (other = {}) => ({ ...transfer(other), transaction: id, block, at, ...other });
const { amount_micro } = claimed;
const booked = { block, at, amount_micro };

test('what is on the chain as the books say does not differ', () =>
  expect(differenceOf(booked, claimed, onChain(), PAID_IN)).toBeUndefined());

test('an address in any case is one address, and that of an account of tokens is its owner’s', () => {
  const { address } = claimed;
  const upper = { ...claimed, address: `0x${address.slice(2).toUpperCase()}` };
  expect(differenceOf(booked, upper, onChain(), PAID_IN)).toBeUndefined();
  const account = onChain({ to: OTHER, account: address.toLowerCase() });
  expect(differenceOf(booked, claimed, account, PAID_IN)).toBeUndefined();
});

test.each([
  ['payout_differs', undefined, onChain()],
  ['payout_differs', { ...claimed, amount_micro: amount_micro + 1n }, onChain()],
  ['not_on_chain', claimed, undefined],
  ['block_differs', claimed, onChain({ block: block + 1n })],
  ['block_differs', claimed, onChain({ at: '2026-11-22T09:45:01.000Z' })],
  ['amount_differs', claimed, onChain({ units: amount_micro - 1n })],
  ['address_differs', claimed, onChain({ to: OTHER })],
  ['token_differs', claimed, onChain({ token: OTHER })],
  ['sender_differs', claimed, onChain({ from: OTHER })],
])('%s', (why, payout, found) => expect(differenceOf(booked, payout, found, PAID_IN)).toBe(why));

const units = (...each: bigint[]) => each.map((one) => ({ units: one }));
const micro = (...each: bigint[]) => each.map((one) => ({ amount_micro: one }));

test.each([
  [6, units(5n, 7n), micro(5n, 7n), '12', '12', 0],
  [6, units(), micro(7n), '0', '7', 7],
  [6, units(9_007_199_254_740_993n), micro(), '9007199254740993', '0', 9_007_199_254_740_992],
  [2, units(3n), micro(20_000n), '30000', '20000', 10_000],
  [18, units(25n * 10n ** 12n), micro(25n), '25', '25', 0],
  [18, units(25n * 10n ** 12n + 1n), micro(25n), '25.000000000001', '25', 1e-12],
])('of %s decimals %# left and kept', (decimals, left, kept, ...said) => {
  const [chain_micro, books_micro, difference_micro] = said;
  expect(sumsOf(left, kept, decimals)).toEqual({ chain_micro, books_micro, difference_micro });
});
