/**
 * Every event lands the same, however often and in whichever order events come, and whatever fails
 * on the way.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EMPTY_ACCOUNT } from '../../../../lib/account.ts';
import { EventRejectedError, parseBillingEvent } from '../../../../lib/billing-events.ts';
import { CorruptItemError } from '../../../../lib/errors.ts';
import { INT64_MAX } from '../../../../lib/money.ts';
import { unlockDue } from '../../../../lib/store/balance/unlock.ts';
import { applyBillingEvent } from '../../../../lib/store/billing/apply-event.ts';
import { inParallel } from '../../../../lib/store/dynamodb/parallel.ts';
import { type Database, startDatabase } from '../../../support/database.ts';
import { type Fault, faults } from '../../../support/fault-proxy.ts';
import {
  closed,
  granted,
  opened,
  orders,
  permutations,
  reversed,
} from '../../../support/sample-events.ts';
import { patienceMs } from '../../../support/samples.ts';
import { openWire, type Wire } from '../../../support/wire.ts';

const BUDGET_MS = 3000;
const PAST = '2026-01-01T00:00:00Z';
const FUTURE = '2099-01-01T00:00:00Z';

let database: Database;
let wire: Wire;
let userId: string;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  wire = await openWire(database.url);
  userId = randomUUID();
});

const deadline = () => wire.time.now() + BUDGET_MS;
const apply = (envelope: string) =>
  applyBillingEvent(wire.db, database.tables, parseBillingEvent(envelope), deadline());
const unlock = (user_id = userId) => unlockDue(wire.db, database.tables, user_id, deadline());

type Detail = Record<string, unknown> & { id?: string };

/** An id is only ever one user's, so the users of these tests have their own: `1` is `1.<user>`. */
const own =
  (build: (detail: Record<string, unknown>) => string) =>
  (detail: Detail = {}, user_id = userId) => {
    const { id = '1', ...fields } = detail;
    return build({
      user_id,
      reward_id: `${id}.${user_id}`,
      invoice_id: `${id}.${user_id}`,
      ...fields,
    });
  };
const [grant, reversal, opening, closing] = [own(granted), own(reversed), own(opened), own(closed)];

const micro = (item: Record<string, unknown>): bigint => item.amount_micro as bigint;
const sum = (items: Record<string, unknown>[], ...statuses: string[]): bigint =>
  items
    .filter(({ status }) => statuses.includes(status as string))
    .reduce((total, item) => total + micro(item), 0n);

/**
 * What is stored for the user, without the user; fails unless the account is the sum of its
 * rewards.
 */
const state = async (user_id = userId) => {
  const account = await database.account(user_id);
  const rewards = await database.rewards(user_id);
  const invoices = await database.invoices(user_id);
  const { version: _, user_id: __, ...balance } = account ?? {};
  if (account)
    expect(balance).toEqual({
      pending_micro: sum(rewards, 'pending'),
      available_micro: sum(rewards, 'available'),
      lifetime_micro: sum(rewards, 'pending', 'available'),
      reserved_micro: 0n,
      paid_out_micro: 0n,
      spent_micro: 0n,
    });
  const anonymous = (items: Record<string, unknown>[]) =>
    items.map(({ user_id: _, due_shard, reward_id, invoice_id, granted_key, ...item }) => ({
      ...item,
      id: String(reward_id ?? invoice_id).replace(`.${user_id}`, ''),
      inDueIndex: due_shard !== undefined,
      inGrantedIndex: granted_key !== undefined,
    }));
  return { balance, rewards: anonymous(rewards), invoices: anonymous(invoices) };
};

const PENDING = {
  id: '1',
  amount_micro: 5_000_000n,
  status: 'pending',
  unlocks_at: '2099-01-01T00:00:00.000Z',
  granted_at: '2026-03-01T10:00:00.000Z',
  source: 'referral',
  pending_until: '2099-01-01T00:00:00.000Z',
  inDueIndex: true,
  inGrantedIndex: true,
};
const { pending_until: _, ...NOT_PENDING } = { ...PENDING, inDueIndex: false };

const { version: __, ...NOTHING } = EMPTY_ACCOUNT;

describe('a grant', () => {
  test('puts a pending reward and creates the account with all its numbers', async () => {
    await apply(grant());
    expect(await database.account(userId)).toEqual({
      user_id: userId,
      available_micro: 0n,
      pending_micro: 5_000_000n,
      reserved_micro: 0n,
      paid_out_micro: 0n,
      spent_micro: 0n,
      lifetime_micro: 5_000_000n,
      version: 1n,
    });
    expect((await state()).rewards).toEqual([PENDING]);
  });

  test('whose time has come is put as pending, and the next unlock finds it', async () => {
    await apply(grant({ unlocks_at: PAST }));
    expect((await state()).rewards).toMatchObject([
      { status: 'pending', pending_until: '2026-01-01T00:00:00.000Z' },
    ]);
    await unlock();
    expect((await state()).balance).toMatchObject({
      available_micro: 5_000_000n,
      pending_micro: 0n,
    });
  });

  test('is one read and one transaction, and its repetition one read', async () => {
    await apply(grant());
    expect(wire.proxy.log.map(({ operation }) => operation)).toEqual([
      'GetItem',
      'TransactWriteItems',
    ]);
    await apply(grant());
    expect(wire.proxy.log.map(({ operation }) => operation).slice(2)).toEqual(['GetItem']);
    expect(wire.proxy.log[2]?.request).toMatchObject({ ConsistentRead: true });
  });

  test('that comes again after the unlock or the reversal changes nothing', async () => {
    await apply(grant({ unlocks_at: PAST }));
    await unlock();
    const unlocked = await state();
    await apply(grant({ unlocks_at: PAST }));
    expect(await state()).toEqual(unlocked);
    await apply(reversal());
    const reversed = await state();
    await apply(grant({ unlocks_at: PAST }));
    expect(await state()).toEqual(reversed);
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
    expect((await database.account(userId))?.version).toBe(2n);
  });

  test('of an unlocked reward takes it out of the available balance', async () => {
    await apply(grant({ unlocks_at: PAST }));
    await apply(grant({ id: '2', unlocks_at: PAST }));
    await unlock();
    await apply(reversal());
    expect((await state()).balance).toMatchObject({
      available_micro: 5_000_000n,
      lifetime_micro: 5_000_000n,
    });
  });

  test('goes below zero when the money has left, and later rewards make up for it', async () => {
    await apply(grant({ unlocks_at: PAST }));
    await unlock();
    await database.changeAccount(userId, {
      available_micro: 1_000_000n,
      paid_out_micro: 4_000_000n,
    });
    await apply(reversal());
    await apply(reversal());
    expect(await database.account(userId)).toMatchObject({
      available_micro: -4_000_000n,
      paid_out_micro: 4_000_000n,
      lifetime_micro: 0n,
    });
    await apply(grant({ id: '2', unlocks_at: PAST }));
    await unlock();
    expect(await database.account(userId)).toMatchObject({
      available_micro: 1_000_000n,
      paid_out_micro: 4_000_000n,
      lifetime_micro: 5_000_000n,
    });
  });

  test('that comes before its grant leaves no account, and the grant then no money', async () => {
    await apply(reversal());
    expect(await database.account(userId)).toBeUndefined();
    expect(await database.rewards(userId)).toEqual([
      { user_id: userId, reward_id: `1.${userId}`, status: 'reversed' },
    ]);
    await apply(grant());
    expect(await database.account(userId)).toBeUndefined();
    expect((await state()).rewards).toEqual([{ ...NOT_PENDING, status: 'reversed' }]);
  });
});

describe('an invoice', () => {
  const stored = async () =>
    (await database.invoices(userId)).map(({ user_id: _, invoice_id: __, ...invoice }) => invoice);
  const OPEN = { status: 'open', total_micro: 3_000_000n };

  test('opens and closes, and does not touch the balance', async () => {
    await apply(opening());
    expect(await stored()).toEqual([OPEN]);
    await apply(closing());
    await apply(opening());
    expect(await stored()).toEqual([{ ...OPEN, status: 'closed' }]);
    expect(await database.account(userId)).toBeUndefined();
  });

  test('that closed first has its total filled in, and stays closed', async () => {
    await apply(closing());
    expect(await stored()).toEqual([{ status: 'closed' }]);
    await apply(opening());
    expect(await stored()).toEqual([{ ...OPEN, status: 'closed' }]);
  });

  test('that is covered stays covered', async () => {
    const covered = {
      ...OPEN,
      status: 'covered',
      covered_by: 'spend-1',
      covered_at: '2026-03-01T10:00:00.000Z',
    };
    await database.putInvoice({ user_id: userId, invoice_id: `1.${userId}`, ...covered });
    await apply(closing());
    await apply(opening());
    expect(await stored()).toEqual([covered]);
  });
});

describe('delivered three times in every order', () => {
  type Steps = Record<string, (user: string) => Promise<unknown>>;
  const rewards: Steps = {
    g: (user) => apply(grant({ unlocks_at: PAST }, user)),
    r: (user) => apply(reversal({}, user)),
    G: (user) => apply(grant({ id: '2', amount_micro: 7n, unlocks_at: FUTURE }, user)),
    R: (user) => apply(reversal({ id: '2' }, user)),
    k: (user) => apply(grant({ id: '3', amount_micro: 11n, unlocks_at: PAST }, user)),
    u: (user) => unlock(user),
  };
  const invoices: Steps = {
    o: (user) => apply(opening({}, user)),
    c: (user) => apply(closing({}, user)),
  };

  /**
   * The different states that the words lead to, each of whose letters is a step, with a user for
   * each word.
   */
  const outcomes = async (words: string[], steps: Steps) => {
    const states: unknown[] = [];
    await inParallel(words, 4, async (word) => {
      const user = randomUUID();
      for (const letter of word) await steps[letter]?.(user);
      await unlock(user);
      const { balance, ...items } = await state(user);
      // A user without an account has nothing, like one whose account is empty.
      const outcome = { balance: { ...NOTHING, ...balance }, ...items };
      if (!states.some((known) => isDeepStrictEqual(known, outcome))) states.push(outcome);
    });
    return states;
  };

  const thrice = (words: Iterable<string[]>) =>
    [...words].flatMap((word) => [
      word.map((letter) => letter.repeat(3)).join(''),
      [...word, ...word.toReversed(), ...word].join(''),
    ]);

  test('a grant and its reversal: all 20 orders of three each', async () => {
    expect(orders('gggrrr')).toHaveLength(20);
    expect(await outcomes(orders('gggrrr'), rewards)).toMatchObject([
      { balance: { available_micro: 0n, lifetime_micro: 0n }, rewards: [{ status: 'reversed' }] },
    ]);
  });

  test('a grant, its unlock and its reversal: all 90 orders of two each', async () => {
    expect(orders('gguurr')).toHaveLength(90);
    expect(await outcomes(orders('gguurr'), rewards)).toMatchObject([
      { balance: { available_micro: 0n, lifetime_micro: 0n }, rewards: [{ status: 'reversed' }] },
    ]);
  });

  test('two rewards that are reversed and one that is not: all 120 orders, in two ways each', {
    tags: 'heavy',
  }, async () => {
    const words = thrice(permutations([...'grGRk']));
    expect(new Set(words).size).toBe(240);
    expect(await outcomes(words, rewards)).toMatchObject([
      {
        balance: { available_micro: 11n, pending_micro: 0n, lifetime_micro: 11n },
        rewards: [{ status: 'reversed' }, { status: 'reversed' }, { status: 'available' }],
      },
    ]);
  });

  test('an invoice that opens and closes: all 20 orders of three each', async () => {
    expect(await outcomes(orders('oooccc'), invoices)).toMatchObject([
      { invoices: [{ status: 'closed', total_micro: 3_000_000n }] },
    ]);
  });

  test('all at once', async () => {
    const everything = { ...rewards, ...invoices };
    const word = [...'grGRkoc'.repeat(3)];
    await Promise.all(word.map((letter) => everything[letter]?.(userId)));
    await unlock();
    expect(await state()).toMatchObject({
      balance: { available_micro: 11n, pending_micro: 0n, lifetime_micro: 11n },
      rewards: [{ status: 'reversed' }, { status: 'reversed' }, { status: 'available' }],
      invoices: [{ status: 'closed', total_micro: 3_000_000n }],
    });
  });
});

describe('an event that contradicts an earlier one is rejected and changes nothing', () => {
  const cases: [string, () => string[], () => string, string][] = [
    [
      'another amount',
      () => [grant()],
      () => grant({ amount_micro: 1n }),
      'contradicts an earlier event: amount_micro',
    ],
    [
      'another time',
      () => [grant()],
      () => grant({ unlocks_at: PAST }),
      'contradicts an earlier event: unlocks_at',
    ],
    [
      'another source',
      () => [grant()],
      () => grant({ source: 'x' }),
      'contradicts an earlier event: source',
    ],
    [
      'another amount after the reversal',
      () => [grant(), reversal()],
      () => grant({ amount_micro: 1n }),
      'contradicts an earlier event: amount_micro',
    ],
    [
      'another amount after the reversal that came first',
      () => [reversal(), grant()],
      () => grant({ amount_micro: 1n }),
      'contradicts an earlier event: amount_micro',
    ],
    [
      'another amount and another source',
      () => [grant()],
      () => grant({ amount_micro: 1n, source: 'x' }),
      'contradicts an earlier event: amount_micro, source',
    ],
    [
      'another total',
      () => [opening()],
      () => opening({ total_micro: 1n }),
      'contradicts an earlier event: total_micro',
    ],
    [
      'another total of a closed invoice',
      () => [closing(), opening()],
      () => opening({ total_micro: 1n }),
      'contradicts an earlier event: total_micro',
    ],
  ];
  test.each(cases)('%s', async (_name, earlier, event, message) => {
    for (const envelope of earlier()) await apply(envelope);
    const before = await state();
    await expect(apply(event())).rejects.toThrow(new EventRejectedError(message));
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
    await database.changeAccount(userId, { available_micro: 0n, paid_out_micro: INT64_MAX });
    await apply(reversal());
    expect(await database.account(userId)).toMatchObject({
      available_micro: -INT64_MAX,
      lifetime_micro: 0n,
    });
  });
});

test('a stored item that this code did not write is reported, not guessed at', async () => {
  await database.putReward({ user_id: userId, reward_id: `1.${userId}`, status: 'pending' });
  await expect(apply(grant())).rejects.toThrow(CorruptItemError);
  await expect(apply(reversal())).rejects.toThrow(CorruptItemError);
});

describe('when DynamoDB fails', () => {
  /** Every event once, in an order in which each writes something. */
  const events = () => [grant({ unlocks_at: PAST }), reversal(), opening(), closing()];
  const LANDED = {
    balance: { available_micro: 0n, pending_micro: 0n, lifetime_micro: 0n },
    rewards: [{ status: 'reversed', amount_micro: 5_000_000n }],
    invoices: [{ status: 'closed', total_micro: 3_000_000n }],
  };
  const transient = Object.keys(faults).filter((name) => name !== 'none' && name !== 'invalid');

  test.each(transient as (keyof typeof faults)[])(
    '%s once for each write: each event still lands once',
    async (fault) => {
      wire = await openWire(database.url, patienceMs(fault));
      for (const envelope of events()) {
        wire.proxy.script('TransactWriteItems', [faults[fault]]);
        await apply(envelope);
      }
      expect(await state()).toMatchObject(LANDED);
      expect((await database.account(userId))?.version).toBe(2n);
    },
  );

  test('a write whose reply was lost is read back and not sent again', async () => {
    for (const envelope of events()) {
      wire.proxy.log.length = 0;
      wire.proxy.script('TransactWriteItems', [faults.loseReply]);
      await apply(envelope);
      const operations = wire.proxy.log.map(({ operation }) => operation);
      expect(operations).toEqual(['GetItem', 'TransactWriteItems', 'GetItem']);
    }
  });

  test.each(['loseReply', 'failBefore', 'garbleReply'] as const)(
    '%s once for each read',
    async (fault) => {
      for (const envelope of events()) {
        wire.proxy.script('GetItem', [faults[fault]]);
        await apply(envelope);
      }
      expect(await state()).toMatchObject(LANDED);
    },
  );

  test.each(['loseReply', 'failAfter', 'conflict', 'loseRequest', 'throttle'] as const)(
    '%s until the deadline: it fails, and lands once when it comes again',
    async (fault) => {
      for (const envelope of events()) {
        wire.proxy.script('TransactWriteItems', [], faults[fault]);
        wire.proxy.script('GetItem', [faults.none], faults.failBefore);
        await expect(apply(envelope)).rejects.toThrow();
        wire.proxy.script('TransactWriteItems', []);
        wire.proxy.script('GetItem', []);
        await apply(envelope);
      }
      expect(await state()).toMatchObject(LANDED);
      expect((await database.account(userId))?.version).toBe(2n);
    },
  );

  test('a request that DynamoDB will never take fails at once', async () => {
    wire.proxy.script('TransactWriteItems', [faults.invalid]);
    await expect(apply(grant())).rejects.toMatchObject({ name: 'ValidationException' });
    expect(wire.time.pauses).toEqual([]);
  });
});

describe('when something happens between the read and the write', () => {
  /** Answers the read, but only after the event has landed by another way. */
  const meanwhile =
    (envelope: string): Fault =>
    async (exchange) => {
      const answer = await exchange.forward();
      await apply(envelope);
      exchange.reply(answer);
    };

  test.each([
    ['a grant, the same grant', () => grant(), () => grant(), 'pending'],
    ['a grant, its reversal', () => grant(), () => reversal(), 'reversed'],
    ['a reversal, its grant', () => reversal(), () => grant(), 'reversed'],
    ['a reversal, the same reversal', () => reversal(), () => reversal(), 'reversed'],
  ])('of %s', async (_name, event, other, status) => {
    wire.proxy.script('GetItem', [meanwhile(other())]);
    await apply(event());
    expect((await state()).rewards).toMatchObject([{ status }]);
  });

  test('of an event, others all the time: it fails, and may come again', async () => {
    wire.proxy.script('TransactWriteItems', [], async (exchange) => {
      const reasons = (exchange.request.TransactItems as unknown[]).map((_item, index) => ({
        Code: index === 0 ? 'ConditionalCheckFailed' : 'None',
      }));
      const type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException';
      exchange.reply({
        status: 400,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: JSON.stringify({ __type: type, CancellationReasons: reasons }),
      });
    });
    await expect(apply(grant())).rejects.toThrow(
      'RewardsTable: the item kept changing until the deadline',
    );
  });

  test('of a reversal, the unlock', async () => {
    await apply(grant({ unlocks_at: PAST }));
    wire.proxy.script('GetItem', [
      async (exchange) => {
        const answer = await exchange.forward();
        await unlock();
        exchange.reply(answer);
      },
    ]);
    await apply(reversal());
    expect((await state()).balance).toMatchObject({ available_micro: 0n, lifetime_micro: 0n });
  });

  test('of a grant for which there is no room, its reversal: it lands without money', async () => {
    await apply(grant({ id: '0', amount_micro: INT64_MAX }));
    wire.proxy.script('GetItem', [meanwhile(reversal())]);
    await apply(grant());
    expect((await state()).rewards).toMatchObject([{ status: 'pending' }, { status: 'reversed' }]);
  });
});

test('a lost write that arrives after everything else changes nothing', async () => {
  const late: (() => Promise<unknown>)[] = [];
  const delay: Fault = async (exchange) => {
    late.push(exchange.forward);
    exchange.drop();
  };
  for (const envelope of [grant({ unlocks_at: PAST }), reversal(), opening(), closing()]) {
    wire.proxy.script('TransactWriteItems', [delay]);
    await apply(envelope);
  }
  const landed = await state();
  for (const arrive of late) await arrive();
  for (const arrive of late.reverse()) await arrive();
  expect(late).toHaveLength(4);
  expect(await state()).toEqual(landed);
});
