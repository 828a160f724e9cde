/** A user's limit of the day, counted with the request: exact, once, and given back. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { OutcomeUnknownError } from '../../../../lib/errors.ts';
import { idempotencyKey } from '../../../../lib/idempotency.ts';
import { stringifyJson } from '../../../../lib/json.ts';
import { newPayout, OWNER, type Payout } from '../../../../lib/payout.ts';
import type { Transition } from '../../../../lib/settlement/transitions.ts';
import { applyTransition } from '../../../../lib/store/payouts/apply-transition.ts';
import { giveBackPart, readLimit } from '../../../../lib/store/payouts/daily-limits.ts';
import { requestPayout } from '../../../../lib/store/payouts/request.ts';
import { DAY_MS, dayOf, endOf } from '../../../../lib/time.ts';
import { useDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { HASHES, keyed, PAST, PAYOUT_REQUEST } from '../../../support/samples.ts';
import { arrivingLate, reportBalanceAlone } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const ANN = 'arn:aws:iam::000000000000:user/ann';
const UNIT = 10_000_000n;
const LIMIT = 3n * UNIT;

const database = useDatabase();
const wire = useWire(database);

let userId: string;
let noon: number;
beforeEach(async () => {
  userId = randomUUID();
  await database.credit(userId, 20n * UNIT);
  noon = Date.parse(dayOf(wire.time.now())) + DAY_MS / 2;
});

type Asked = { limitMicro?: bigint | undefined; key?: string; keyMs?: number; atMs?: number };
const newOne = (amount_micro = UNIT, atMs = noon): Payout =>
  newPayout(userId, { ...PAYOUT_REQUEST, amount_micro }, 1n, atMs);
async function ask(payout = newOne(), { key, keyMs, ...asked }: Asked = {}) {
  const { limitMicro } = { limitMicro: LIMIT, ...asked };
  const event = keyed(key, keyMs);
  const wanted = key && idempotencyKey(event, 'payout', { amount: payout.amount_micro });
  const body = stringifyJson(payout);
  const result = await requestPayout(wire.store(), payout, body, wanted || undefined, limitMicro);
  return { ...payout, replayed: result.replayed };
}
const counted = async (day = dayOf(noon)) =>
  (await database.dailyLimit(userId, day))?.requested_micro as bigint | undefined;
const move = (payout: Payout, transition: Transition) =>
  applyTransition(wire.store(), payout, transition);
const exceeded = (remaining_micro: bigint, limit_micro = LIMIT) => ({
  tag: 'payout_limit_exceeded',
  details: { limit_micro, remaining_micro, resets_at: endOf(dayOf(noon)) },
});

test('takes exactly the last micro-unit, in the one round trip of the request', async () => {
  await ask(newOne(LIMIT - 1n));
  await expect(ask(newOne(2n))).rejects.toMatchObject(exceeded(1n));
  await ask(newOne(1n));
  await expect(ask(newOne(1n))).rejects.toMatchObject(exceeded(0n));
  expect(await counted()).toBe(LIMIT);
  expect(wire.proxy.operations()).toEqual(Array(4).fill('TransactWriteItems'));
  expect(await database.dailyLimit(userId, dayOf(noon))).toMatchObject({
    expires_at: BigInt(Date.parse(endOf(dayOf(noon))) / 1000 + 31 * 24 * 60 * 60),
  });
});

test('a first request of more than a whole day’s limit is refused, whatever was lost', async () => {
  wire.proxy.script('TransactWriteItems', [faults.loseRequest]);
  await expect(ask(newOne(LIMIT + 1n))).rejects.toMatchObject(exceeded(LIMIT));
  expect(await counted()).toBeUndefined();
});

test('a stage without a limit counts nothing, in as many parts as ever', async () => {
  const payout = await ask(newOne(), { limitMicro: undefined });
  expect(wire.proxy.log.at(-1)?.request.TransactItems).toHaveLength(2);
  expect(await counted()).toBeUndefined();
  await move(payout, { status: 'cancelled', by: OWNER });
  expect(wire.proxy.log.at(-1)?.request.TransactItems).toHaveLength(2);
  expect(await counted()).toBeUndefined();
});

test('a limit that was lowered since leaves nothing, and no less', async () => {
  await ask(newOne(LIMIT));
  const lowered = { limitMicro: UNIT };
  await expect(ask(newOne(1n), lowered)).rejects.toMatchObject(exceeded(0n, UNIT));
  const key = { user_id: userId, day: dayOf(noon) };
  expect(await readLimit(wire.store(), key, UNIT)).toMatchObject({ remaining_micro: 0n });
});

test('of many requests at once no more than fit are accepted', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => ask()));
  const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  expect(refused).toEqual(Array(5).fill(expect.objectContaining(exceeded(0n))));
  expect(await counted()).toBe(LIMIT);
});

describe('at midnight', () => {
  test('clocks that differ count each request on the day of its own, over on neither', async () => {
    const [late, early] = [noon, noon + DAY_MS];
    await ask(newOne(LIMIT, early));
    await ask(newOne(LIMIT, late));
    for (const atMs of [early, late]) {
      const resets_at = endOf(dayOf(atMs));
      await expect(ask(newOne(1n, atMs))).rejects.toMatchObject({ details: { resets_at } });
      expect(await counted(dayOf(atMs))).toBe(LIMIT);
    }
  });
});

describe('what counted', () => {
  const ends: Transition[] = [
    { status: 'cancelled', by: OWNER },
    { status: 'cancelled', by: ANN, note: 'x' },
    { status: 'failed', by: ANN, note: 'x' },
  ];
  test.each(ends)('is given back once to its own day: $status by $by', async (end) => {
    const payout = await ask(newOne(UNIT, noon - DAY_MS));
    await ask(newOne(UNIT));
    wire.proxy.script('TransactWriteItems', [faults.loseReply]);
    await move(payout, end);
    await move(payout, end);
    expect([await counted(dayOf(noon - DAY_MS)), await counted()]).toEqual([0n, UNIT]);
    const stored = (await database.payouts(userId)).find(({ id }) => id === payout.id);
    expect(stored).not.toHaveProperty('limit_day');
  });

  test('stays while it is claimed and released, and for good once it is sent', async () => {
    const payout = await ask();
    await move(payout, { status: 'processing', by: ANN });
    await move(payout, { status: 'requested', by: ANN, note: 'x' });
    expect(await counted()).toBe(UNIT);
    await move(payout, { status: 'sent', by: ANN, tx_hash: HASHES.solana });
    expect(await counted()).toBe(UNIT);
    expect(await database.payouts(userId)).toMatchObject([{ limit_day: dayOf(noon) }]);
  });

  test('needs the table to be given back', () =>
    expect(() =>
      giveBackPart(undefined, { ...newOne(), limit_day: dayOf(noon) }, { limit_day: undefined }),
    ).toThrow('what gives back to a daily limit needs the limits'));
});

describe('the order of refusals', () => {
  test('a replay passes whatever the limit says, and another request under the key is none', async () => {
    const first = await ask(newOne(LIMIT), { key: 'k' });
    expect(first.replayed).toBe(false);
    expect(await ask(newOne(LIMIT), { key: 'k', limitMicro: 1n })).toMatchObject({
      replayed: true,
    });
    await expect(ask(newOne(1n), { key: 'k' })).rejects.toMatchObject({
      tag: 'idempotency_key_reused',
    });
  });

  test('it comes before the balance, also when that alone is reported', async () => {
    await ask(newOne(LIMIT));
    const more = newOne(18n * UNIT);
    await expect(ask(more)).rejects.toMatchObject(exceeded(0n));
    wire.proxy.script('TransactWriteItems', [reportBalanceAlone]);
    await expect(ask(more)).rejects.toMatchObject(exceeded(0n));
    wire.proxy.script('TransactWriteItems', [reportBalanceAlone]);
    // Just what is left of it.
    await expect(ask(more, { limitMicro: LIMIT + 18n * UNIT })).rejects.toMatchObject({
      tag: 'balance_insufficient',
    });
  });

  test('it unlocks nothing, and before a frozen account', async () => {
    const due = { reward_id: 'r', amount_micro: 50n * UNIT, unlocks_at: PAST };
    await database.grant(userId, [due]);
    await expect(ask(newOne(21n * UNIT))).rejects.toMatchObject(exceeded(LIMIT));
    expect(await database.account(userId)).toMatchObject({ pending_micro: 50n * UNIT });
    await database.changeAccount(userId, { frozen: { by: ANN, at: PAST, note: 'x' } });
    await expect(ask(newOne(21n * UNIT))).rejects.toMatchObject(exceeded(LIMIT));
  });
});

describe('under faults', () => {
  test.each(['loseReply', 'loseRequest', 'conflict'] as const)(
    '%s: counted once',
    async (fault) => {
      wire.proxy.script('TransactWriteItems', [faults[fault]]);
      expect((await ask()).replayed).toBe(false);
      expect(await counted()).toBe(UNIT);
    },
  );

  test.each([1n, LIMIT])(
    'over it by %s while an earlier send is in doubt, nothing definite is said',
    async (more) => {
      await ask(newOne(LIMIT));
      wire.proxy.script('TransactWriteItems', [faults.loseRequest]);
      await expect(ask(newOne(more))).rejects.toThrow(OutcomeUnknownError);
    },
  );

  test('a refusal under a key is final for what came before it, and says the same', async () => {
    const full = await ask(newOne(LIMIT));
    const late = arrivingLate();
    const wanted = newOne(UNIT);
    wire.proxy.script('TransactWriteItems', [late.fault]);
    await expect(ask(wanted, { key: 'k', keyMs: 2000 })).rejects.toMatchObject(exceeded(0n));
    await move(full, { status: 'cancelled', by: OWNER });
    await late.arrive();
    expect(await counted()).toBe(0n);
    await expect(ask(newOne(UNIT), { key: 'k', keyMs: 1000 })).rejects.toMatchObject(exceeded(0n));
    expect(await ask(newOne(UNIT), { key: 'k', keyMs: 3000 })).toMatchObject({ replayed: false });
    expect(await counted()).toBe(UNIT);
  });
});
