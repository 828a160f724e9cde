import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  Evidence,
  findingOf,
  MISMATCHES,
  type Mismatch,
  matchOf,
  unitsOfMicro,
} from '../../../lib/settlement/evidence.ts';
import type { Fate, FinalTransaction, PaidIn } from '../../../lib/settlement/on-chain.ts';
import type { Attempt } from '../../../lib/settlement/records.ts';
import {
  AT,
  attempt,
  claimed,
  OTHER,
  outcome,
  PAID_IN,
  safeAttempt,
  TX,
  transaction,
  transfer,
} from './on-chain-samples.ts';

const free = () => false;
const match = (one: FinalTransaction, isTaken: (position: number) => boolean = free) =>
  matchOf(one, claimed, PAID_IN, isTaken);
const why = (one: FinalTransaction, isTaken?: (position: number) => boolean) =>
  (match(one, isTaken) as { mismatch: Mismatch }).mismatch;

test('a micro-unit is a millionth of any token, and nothing is ever rounded', () => {
  const micro = 25_000_000n;
  for (let decimals = 0; decimals <= 36; decimals++)
    expect(unitsOfMicro(micro, decimals)).toBe(25n * 10n ** BigInt(decimals));
  expect(unitsOfMicro(1n, 6)).toBe(1n);
  for (let decimals = 0; decimals < 6; decimals++)
    expect(unitsOfMicro(1n, decimals)).toBe(undefined);
  expect(unitsOfMicro(100n, 4)).toBe(1n);
  expect(unitsOfMicro(110n, 4)).toBe(undefined);
  expect(unitsOfMicro(2n ** 63n - 1n, 36)).toBe((2n ** 63n - 1n) * 10n ** 30n);
});

describe('what pays', () => {
  test('is our token, from one of ours, to the address, exactly the amount', () => {
    expect(match(transaction())).toEqual({ transfer: transfer() });
    for (const from of PAID_IN.senders)
      expect(match(transaction({ transfers: [transfer({ from })] }))).toHaveProperty('transfer');
  });

  test('may stand among others, of whatever kind', () => {
    const wrong = [{ units: 1n }, { from: OTHER }, { token: OTHER }, { to: OTHER }];
    const others = wrong.map((other, position) => transfer({ ...other, position }));
    const right = transfer({ position: 9 });
    expect(match(transaction({ transfers: [...others, right, ...others] }))).toEqual({
      transfer: right,
    });
  });

  test('two payouts of one amount to one address need two transfers', () => {
    const [first, second] = [transfer({ position: 3 }), transfer({ position: 8 })];
    const two = transaction({ transfers: [first, second] });
    expect(match(two)).toEqual({ transfer: first });
    expect(match(two, (position) => position === 3)).toEqual({ transfer: second });
    expect(match(two, (position) => position === 8)).toEqual({ transfer: first });
    expect(why(two, () => true)).toBe('transfer_taken');
    expect(why(transaction(), (position) => position === 3)).toBe('transfer_taken');
  });

  test('where memos name payouts, has to be named', () => {
    const id = claimed.id;
    const another = '01a204d3-28e0-7285-b278-86bb311f921f';
    for (const memos of [[], ['thanks'], [id], [` ${id.toUpperCase()}\n`], [another, id]])
      expect(match(transaction({ memos }))).toHaveProperty('transfer');
    for (const memos of [[another], ['thanks', another], [` ${another.toUpperCase()}\n`]])
      expect(why(transaction({ memos }))).toBe('memo_differs');
    // Whose it is comes before whether another rests on it.
    expect(why(transaction({ memos: [another] }), () => true)).toBe('memo_differs');
  });

  test('is not older than the payout, but for clocks that differ', () => {
    expect(claimed.requested_at).toBe('2026-11-22T09:00:00.000Z');
    expect(match(transaction({ at: '2026-11-22T08:45:00.000Z' }))).toHaveProperty('transfer');
    const old = transaction({ at: '2026-11-22T08:44:59.999Z' });
    expect(why(old)).toBe('too_early');
    expect(why(old, () => true)).toBe('transfer_taken');
  });

  test.each([
    ['a token with 18 decimals', 18, claimed.amount_micro * 10n ** 12n],
    ['a token with none', 0, 25n],
  ])('%s is counted in its own units', (_what, decimals, units) => {
    const paidIn: PaidIn = { ...PAID_IN, decimals };
    const paid = (given: bigint) =>
      matchOf(transaction({ transfers: [transfer({ units: given })] }), claimed, paidIn, free);
    expect(paid(units)).toHaveProperty('transfer');
    expect(paid(claimed.amount_micro)).toEqual({ mismatch: 'amount_differs' });
  });

  test('an amount that the token cannot pay exactly is paid by nothing', () => {
    const odd = { ...claimed, amount_micro: 25_000_001n };
    const paidIn = { ...PAID_IN, decimals: 0 };
    for (const units of [25n, 26n, 0n])
      expect(matchOf(transaction({ transfers: [transfer({ units })] }), odd, paidIn, free)).toEqual(
        { mismatch: 'amount_differs' },
      );
  });

  test('on Solana an address has one spelling', () => {
    const address = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';
    const payout = { ...claimed, network: 'solana', address };
    const to = (given: string) =>
      matchOf(transaction({ transfers: [transfer({ to: given })] }), payout, PAID_IN, free);
    expect(to(address)).toHaveProperty('transfer');
    expect(to(address.toLowerCase())).toEqual({ mismatch: 'address_differs' });
  });
});

describe('what does not pay says the first of these', () => {
  const reverted = { succeeded: false, transfers: [] };
  test.each<[Mismatch, Partial<FinalTransaction>]>([
    ['reverted', reverted],
    ['reverted', { succeeded: false }],
    ['safe_failed', { transfers: [], safeOutcomes: [outcome(false)] }],
    ['safe_failed', { transfers: [], safeOutcomes: [outcome(true), outcome(false)] }],
    ['amount_differs', { transfers: [transfer({ units: 24_999_999n })] }],
    ['amount_differs', { transfers: [transfer({ units: 25_000_001n })] }],
    ['sender_differs', { transfers: [transfer({ from: OTHER })] }],
    ['token_differs', { transfers: [transfer({ token: OTHER })] }],
    ['address_differs', { transfers: [transfer({ to: OTHER })] }],
    ['no_transfer', { transfers: [] }],
    ['no_transfer', { transfers: [], safeOutcomes: [outcome(true)] }],
    ['no_transfer', { transfers: [], safeOutcomes: [outcome(false, { safe: OTHER })] }],
    ['no_transfer', { transfers: [transfer({ to: OTHER, units: 1n })] }],
    [
      'no_transfer',
      { transfers: [transfer({ to: OTHER, units: 1n })], safeOutcomes: [outcome(false)] },
    ],
  ])('%s', (mismatch, other) => expect(why(transaction(other))).toBe(mismatch));

  const rows = [
    ['amount_differs', { units: 1n }],
    ['sender_differs', { from: OTHER }],
    ['token_differs', { token: OTHER }],
    ['address_differs', { to: OTHER }],
  ] as const;
  test.each(rows.map(([name], index) => [name, index] as const))(
    '%s comes before those below it, whatever their order',
    (name, index) => {
      const transfers = rows.slice(index).map(([, other]) => transfer(other));
      expect(why(transaction({ transfers }))).toBe(name);
      expect(why(transaction({ transfers: transfers.toReversed() }))).toBe(name);
    },
  );

  test('a Safe that failed beside transfers is not the reason', () =>
    expect(
      why(transaction({ transfers: [transfer({ to: OTHER })], safeOutcomes: [outcome(false)] })),
    ).toBe('address_differs'));

  test('and each is told in a sentence', () => {
    for (const sentence of Object.values(MISMATCHES)) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});

describe('what becomes of an attempt', () => {
  const finding = (one: Attempt, fate: Fate, isTaken = free) =>
    findingOf(one, fate, claimed, PAID_IN, isTaken);
  const final = (other: Partial<FinalTransaction> = {}): Fate => ({
    is: 'final',
    transaction: transaction(other),
  });
  const reverted = final({ succeeded: false, transfers: [] });

  test('nothing, while it may still land', () =>
    expect(finding(attempt(), { is: 'open' })).toEqual({ is: 'waiting' }));

  test.each(['nonce_passed', 'expired'] as const)('%s: it is dead at that height', (cause) =>
    expect(finding(attempt(), { is: 'gone', cause, height: 9n })).toEqual({
      ...{ is: 'dead', cause, height: 9n },
      repeatable: false,
    }),
  );

  test('it has paid, by this transfer', () =>
    expect(finding(attempt(), final())).toEqual({
      is: 'paid',
      transaction: transaction(),
      transfer: transfer(),
    }));

  test('reverted by a key of ours, it is dead, and the block proves it', () =>
    expect(finding(attempt(), reverted)).toEqual({
      ...{ is: 'dead', cause: 'reverted', height: 77n },
      repeatable: false,
    }));

  test.each([{ sender: OTHER }, { sender: undefined }])(
    'what a key only executes for a contract, others may execute again: %j',
    (other) => {
      const gone = { is: 'gone', cause: 'nonce_passed', height: 9n } as const;
      for (const fate of [reverted, gone])
        expect(finding(attempt(other), fate)).toMatchObject({ is: 'dead', repeatable: true });
      // But not what a Safe has failed at: its nonce is used up.
      const failed = final({ transfers: [], safeOutcomes: [outcome(false)] });
      expect(finding(attempt(other), failed)).toMatchObject({
        ...{ is: 'dead', cause: 'safe_failed' },
        repeatable: false,
      });
    },
  );

  describe('of a Safe', () => {
    test('what it says of this very transaction counts, whatever others in it did', () => {
      const success = { safeOutcomes: [outcome(true)] };
      expect(finding(safeAttempt(), final(success))).toMatchObject({ is: 'paid' });
      const failure = { safeOutcomes: [outcome(false)] };
      // The right transfer is another's, in the same transaction.
      expect(finding(safeAttempt(), final(failure))).toEqual({
        ...{ is: 'dead', cause: 'safe_failed', height: 77n },
        repeatable: false,
      });
    });

    test.each([
      ['reverted, with its nonce unused', { succeeded: false, safeOutcomes: [] }],
      ['of another of its transactions', { safeOutcomes: [outcome(true, { safe_tx_hash: TX })] }],
      ['of another Safe', { safeOutcomes: [outcome(false, { safe: OTHER })] }],
    ])('nothing follows from a transaction %s', (_what, other) =>
      expect(finding(safeAttempt(), final(other))).toEqual({ is: 'waiting' }),
    );

    test('its nonce passed is its death', () => {
      const gone = { is: 'gone', cause: 'nonce_passed', height: 9n } as const;
      expect(finding(safeAttempt(), gone)).toMatchObject({ is: 'dead', repeatable: false });
    });
  });

  test('anything else that it did is wrong, and says by which transaction', () => {
    expect(finding(attempt(), final({ transfers: [transfer({ units: 1n })] }))).toEqual({
      ...{ is: 'wrong', mismatch: 'amount_differs', transaction: TX },
    });
    expect(finding(attempt(), final(), () => true)).toMatchObject({ mismatch: 'transfer_taken' });
    expect(finding(attempt(), final({ transfers: [] }))).toMatchObject({ mismatch: 'no_transfer' });
  });
});

test('evidence is a position, a block and a time as they are stored', () => {
  const right = { position: 3n, block: 77n, at: AT };
  expect(v.is(Evidence, right)).toBe(true);
  for (const wrong of [{ position: -1n }, { block: undefined }, { at: '2026' }])
    expect(v.is(Evidence, { ...right, ...wrong })).toBe(false);
});
