/** Grants and reversals: what each leaves, and that their order and repetition leave the same. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { EventRejectedError } from '../../../../lib/billing-events.ts';
import { CorruptItemError } from '../../../../lib/errors.ts';
import { INT64_MAX } from '../../../../lib/money.ts';
import { useDatabase } from '../../../support/database.ts';
import { account, reward } from '../../../support/histories.ts';
import { FUTURE, PAST } from '../../../support/samples.ts';
import { meanwhile } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';
import { useBilling } from './billing-of-user.ts';

const database = useDatabase();
const wire = useWire(database);
const billing = useBilling(database, wire);
const { apply, unlock, grant, reversal, state } = billing;

const AMOUNT = 5_000_000n;
const PENDING = {
  id: '1',
  amount_micro: AMOUNT,
  status: 'pending',
  unlocks_at: FUTURE,
  granted_at: '2026-03-01T10:00:00.000Z',
  source: 'referral',
  pending_until: FUTURE,
  inDueIndex: true,
  inGrantedIndex: true,
};
const { pending_until: _, ...NOT_PENDING } = { ...PENDING, inDueIndex: false };

describe('a grant', () => {
  test('puts a pending reward and creates the account with all its numbers', async () => {
    await apply(grant());
    expect(await billing.account()).toEqual(
      account(billing.user(), { pending_micro: AMOUNT, lifetime_micro: AMOUNT, version: 1n }),
    );
    expect((await state()).rewards).toEqual([PENDING]);
  });

  test('whose time has come is put as pending, and the next unlock finds it', async () => {
    await apply(grant({ unlocks_at: PAST }));
    expect((await state()).rewards).toMatchObject([{ status: 'pending', pending_until: PAST }]);
    await unlock();
    expect((await state()).balance).toMatchObject({ available_micro: AMOUNT, pending_micro: 0n });
  });

  test('is one read and one transaction, and its repetition one read', async () => {
    await apply(grant());
    expect(wire.proxy.operations()).toEqual(['GetItem', 'TransactWriteItems']);
    await apply(grant());
    expect(wire.proxy.operations().slice(2)).toEqual(['GetItem']);
    expect(wire.proxy.log[2]?.request).toMatchObject({ ConsistentRead: true });
  });

  test('that comes again after the unlock or the reversal changes nothing', async () => {
    const again = grant({ unlocks_at: PAST });
    await apply(again);
    for (const next of [unlock, () => apply(reversal())]) {
      await next();
      const before = await state();
      await apply(again);
      expect(await state()).toEqual(before);
    }
  });
});

describe('a reversal', () => {
  test('of a pending reward takes it out of the pending balance and of the indexes', async () => {
    await apply(grant());
    await apply(reversal());
    expect(await state()).toMatchObject({
      balance: { pending_micro: 0n, available_micro: 0n, lifetime_micro: 0n },
      rewards: [{ ...NOT_PENDING, status: 'reversed' }],
    });
    expect((await billing.account())?.version).toBe(2n);
  });

  test('of an unlocked reward takes it out of the available balance', async () => {
    await apply(grant({ unlocks_at: PAST }));
    await apply(grant({ id: '2', unlocks_at: PAST }));
    await unlock();
    await apply(reversal());
    expect((await state()).balance).toMatchObject({
      available_micro: AMOUNT,
      lifetime_micro: AMOUNT,
    });
  });

  test('goes below zero when the money has left, and later rewards make up for it', async () => {
    await apply(grant({ unlocks_at: PAST }));
    await unlock();
    const paid_out_micro = 4_000_000n;
    await database.changeAccount(billing.user(), { available_micro: 1_000_000n, paid_out_micro });
    await apply(reversal());
    await apply(reversal());
    expect(await billing.account()).toMatchObject({
      available_micro: -4_000_000n,
      paid_out_micro,
      lifetime_micro: 0n,
    });
    await apply(grant({ id: '2', unlocks_at: PAST }));
    await unlock();
    expect(await billing.account()).toMatchObject({
      available_micro: 1_000_000n,
      paid_out_micro,
      lifetime_micro: AMOUNT,
    });
  });

  test('that comes before its grant leaves no account, and the grant then no money', async () => {
    await apply(reversal());
    expect(await billing.account()).toBeUndefined();
    const user_id = billing.user();
    expect(await database.rewards(user_id)).toEqual([
      { user_id, reward_id: `1.${user_id}`, status: 'reversed' },
    ]);
    await apply(grant());
    expect(await billing.account()).toBeUndefined();
    expect((await state()).rewards).toEqual([{ ...NOT_PENDING, status: 'reversed' }]);
  });
});

test('a reversal of more than is pending stops, as corrupt, and moves nothing', async () => {
  await apply(grant());
  const parts = { pending_micro: AMOUNT - 1n, available_micro: 1n };
  await database.changeAccount(billing.user(), parts);
  await expect(apply(reversal())).rejects.toThrow(
    new CorruptItemError(
      `AccountsTable: ${billing.user()} has not what 1.${billing.user()} granted`,
    ),
  );
  expect(await billing.account()).toMatchObject({ ...parts, lifetime_micro: AMOUNT });
  expect(await database.rewards(billing.user())).toMatchObject([{ status: 'pending' }]);
});

test('a reversal beside an account that is gone stops, as corrupt, and makes none', async () => {
  const user_id = billing.user();
  const item = reward(user_id, `1.${user_id}`, 'available', AMOUNT);
  await database.putReward(item);
  await expect(apply(reversal())).rejects.toThrow(CorruptItemError);
  expect(await billing.account()).toBeUndefined();
  expect(await database.rewards(user_id)).toEqual([item]);
});

test('a user in upper case is the same user: the reversal finds its reward', async () => {
  await apply(grant());
  await apply(reversal({ user_id: billing.user().toUpperCase() }));
  expect((await state()).rewards).toMatchObject([{ status: 'reversed' }]);
  await apply(grant({ id: '2', user_id: billing.user().toUpperCase() }));
  expect((await state()).balance).toMatchObject({ pending_micro: AMOUNT });
});

test('rewards of two cases are two rewards, since their ids are billing’s own', async () => {
  await apply(grant({ reward_id: 'reward-a' }));
  await apply(grant({ reward_id: 'REWARD-A' }));
  expect((await state()).balance).toMatchObject({ pending_micro: 2n * AMOUNT });
});

test('a grant of what was reversed unseen does not overwrite another grant of it', async () => {
  await apply(reversal());
  const other = () => apply(grant({ amount_micro: 7n }));
  wire.proxy.script('TransactWriteItems', [meanwhile('before', other)]);
  await expect(apply(grant())).rejects.toThrow(EventRejectedError);
  expect((await state()).rewards).toMatchObject([{ amount_micro: 7n, status: 'reversed' }]);
});

describe('a grant that contradicts an earlier one is rejected and changes nothing', () => {
  test.each([
    ['another amount', () => [grant()], { amount_micro: 1n }],
    ['another time', () => [grant()], { unlocks_at: PAST }],
    ['another source', () => [grant()], { source: 'x' }],
    ['after the reversal', () => [grant(), reversal()], { amount_micro: 1n }],
    ['after a reversal that came first', () => [reversal(), grant()], { amount_micro: 1n }],
    ['another amount and source', () => [grant()], { amount_micro: 1n, source: 'x' }],
  ])('%s', async (_name, earlier, other) => {
    for (const envelope of earlier()) await apply(envelope);
    const before = await state();
    await expect(apply(grant(other))).rejects.toThrow(
      new EventRejectedError(`contradicts an earlier event: ${Object.keys(other).join(', ')}`),
    );
    expect(await state()).toEqual(before);
  });

  test('ids belong to a user: the same one of another user is another reward', async () => {
    const other = randomUUID();
    await apply(grant({ reward_id: 'shared', amount_micro: 1n }));
    await apply(grant({ reward_id: 'shared', amount_micro: 2n }, other));
    expect((await state()).balance).toMatchObject({ pending_micro: 1n });
    expect((await state(other)).balance).toMatchObject({ pending_micro: 2n });
  });
});

describe('amounts', () => {
  test('are exact up to the largest int64', async () => {
    await apply(grant({ amount_micro: 9_007_199_254_740_993n }));
    await apply(grant({ id: '2', amount_micro: INT64_MAX - 9_007_199_254_740_993n }));
    expect((await state()).balance).toMatchObject({
      pending_micro: INT64_MAX,
      lifetime_micro: INT64_MAX,
    });
  });

  test('that would take the balance beyond it are rejected, until a reversal has made room', async () => {
    await apply(grant({ amount_micro: INT64_MAX }));
    const one = grant({ id: '2', amount_micro: 1n });
    const tooMuch = new EventRejectedError('the lifetime balance would no longer be an int64');
    await expect(apply(one)).rejects.toThrow(tooMuch);
    expect((await state()).rewards).toHaveLength(1);
    await apply(reversal());
    await apply(one);
    expect((await state()).balance).toMatchObject({ pending_micro: 1n, lifetime_micro: 1n });
  });

  test('stay exact on the way below zero', async () => {
    await apply(grant({ amount_micro: INT64_MAX, unlocks_at: PAST }));
    await unlock();
    const paid = { available_micro: 0n, paid_out_micro: INT64_MAX };
    await database.changeAccount(billing.user(), paid);
    await apply(reversal());
    expect(await billing.account()).toMatchObject({
      available_micro: -INT64_MAX,
      lifetime_micro: 0n,
    });
  });
});

test('a stored reward that this code did not write is reported, not guessed at', async () => {
  const user_id = billing.user();
  await database.putReward({ user_id, reward_id: `1.${user_id}`, status: 'pending' });
  await expect(apply(grant())).rejects.toThrow(CorruptItemError);
  await expect(apply(reversal())).rejects.toThrow(CorruptItemError);
});

describe('between the read and the write', () => {
  test.each([
    ['of a grant, the same grant', () => grant(), () => grant(), 'pending'],
    ['of a grant, its reversal', () => grant(), () => reversal(), 'reversed'],
    ['of a reversal, its grant', () => reversal(), () => grant(), 'reversed'],
    ['of a reversal, the same reversal', () => reversal(), () => reversal(), 'reversed'],
  ])('%s', async (_name, event, other, status) => {
    wire.proxy.script('GetItem', [meanwhile('after', () => apply(other()))]);
    await apply(event());
    expect((await state()).rewards).toMatchObject([{ status }]);
  });

  test('of a reversal, the unlock', async () => {
    await apply(grant({ unlocks_at: PAST }));
    wire.proxy.script('GetItem', [meanwhile('after', () => unlock())]);
    await apply(reversal());
    expect((await state()).balance).toMatchObject({ available_micro: 0n, lifetime_micro: 0n });
  });

  test('of a grant for which there is no room, its reversal: it is applied without money', async () => {
    await apply(grant({ id: '0', amount_micro: INT64_MAX }));
    wire.proxy.script('GetItem', [meanwhile('after', () => apply(reversal()))]);
    await apply(grant());
    expect((await state()).rewards).toMatchObject([{ status: 'pending' }, { status: 'reversed' }]);
  });
});
