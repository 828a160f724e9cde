/** Every event is applied once, however often, in whichever order, and through whatever fails. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { EventRejectedError } from '../../../../lib/billing-events.ts';
import { accountChange } from '../../../../lib/store/balance/change.ts';
import { applyOnce, mustAgree, type Writes } from '../../../../lib/store/billing/apply-once.ts';
import { inParallel } from '../../../../lib/store/dynamodb/concurrency.ts';
import type { Item } from '../../../../lib/store/dynamodb/read.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { orders, permutations } from '../../../support/sample-events.ts';
import { FUTURE, PAST, patienceMs } from '../../../support/samples.ts';
import { arrivingLate, FAULTS } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';
import { useBilling } from './billing-of-user.ts';

const database = useDatabase();
const wire = useWire(database);
const billing = useBilling(database, wire);
const { apply, unlock, grant, reversal, opening, closing, state } = billing;

describe('one item', () => {
  /** Writes the item with this condition, and adds to an account, until the item is there. */
  const writeOnce = (condition: string, lifetime_micro = 0n) => {
    const key = { user_id: billing.user(), invoice_id: 'i' };
    const seen: (Item | undefined)[] = [];
    const put = { TableName: tables.Invoices, Item: { ...key, total_micro: 1n } };
    const writesFrom = (item: Item | undefined): Writes => {
      seen.push(item);
      if (item) return undefined;
      return {
        item: { Put: { ...put, ConditionExpression: condition } },
        account: accountChange(tables.Accounts, key.user_id, { lifetime_micro }),
      };
    };
    // The last pause but one ends 500 ms before this, so that a slow engine has time for its answer.
    return { seen, done: applyOnce(wire.store(3275), 'Invoices', key, writesFrom) };
  };

  test('is written from what was read, and not where it says already what the event says', async () => {
    const first = writeOnce('attribute_not_exists(user_id)');
    await first.done;
    expect(first.seen).toEqual([undefined]);
    const second = writeOnce('attribute_not_exists(user_id)');
    await second.done;
    expect(second.seen).toMatchObject([{ invoice_id: 'i' }]);
    expect((await billing.account())?.version).toBe(1n);
  });

  test('that refuses every write is no contradiction: it fails, and may come again', async () => {
    await expect(writeOnce('attribute_exists(user_id)').done).rejects.toThrow(
      'InvoicesTable: the item kept changing until the deadline',
    );
    expect(wire.time.pauses.length).toBeGreaterThan(2);
  });

  test('whose account alone refuses is rejected, after the item was read once more', async () => {
    await database.changeAccount(billing.user(), { lifetime_micro: 1n });
    const { seen, done } = writeOnce('attribute_not_exists(user_id)', 2n ** 63n - 1n);
    await expect(done).rejects.toThrow(
      new EventRejectedError('the lifetime balance would no longer be an int64'),
    );
    expect(seen).toEqual([undefined, undefined]);
    expect(await database.invoices(billing.user())).toEqual([]);
  });

  test('agrees with an event, or every field that differs is named', () => {
    const stored = { a: 1n, b: 'x' };
    expect(() => mustAgree(stored, { a: 2n, b: 'x' }, ['b'])).not.toThrow();
    expect(() => mustAgree(stored, { a: 2n, b: 'y' }, ['a', 'b'])).toThrow(
      new EventRejectedError('contradicts an earlier event: a, b'),
    );
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

  /** The different states that the words lead to, each of whose letters is a step of its user. */
  const outcomes = async (words: string[], steps: Steps) => {
    const states: unknown[] = [];
    await inParallel(words, 4, async (word) => {
      const user = randomUUID();
      for (const letter of word) await steps[letter]?.(user);
      await unlock(user);
      const outcome = await state(user);
      if (!states.some((known) => isDeepStrictEqual(known, outcome))) states.push(outcome);
    });
    return states;
  };

  const REVERSED = {
    balance: { available_micro: 0n, lifetime_micro: 0n },
    rewards: [{ status: 'reversed' }],
  };
  const ONE_LEFT = {
    balance: { available_micro: 11n, pending_micro: 0n, lifetime_micro: 11n },
    rewards: [{ status: 'reversed' }, { status: 'reversed' }, { status: 'available' }],
  };
  const CLOSED = { invoices: [{ status: 'closed', total_micro: 3_000_000n }] };

  test.each([
    ['a grant and its reversal', 'gggrrr', 20, rewards, REVERSED],
    ['a grant, its unlock and its reversal, twice each', 'gguurr', 90, rewards, REVERSED],
    ['an invoice that opens and closes', 'oooccc', 20, invoices, CLOSED],
  ])('%s: all orders of %s', async (_what, letters, count, steps, outcome) => {
    expect(orders(letters)).toHaveLength(count);
    expect(await outcomes(orders(letters), steps)).toMatchObject([outcome]);
  });

  test('two rewards that are reversed and one that is not: all 120 orders, in two ways each', {
    tags: 'heavy',
  }, async () => {
    const words = [...permutations([...'grGRk'])].flatMap((word) => [
      word.map((letter) => letter.repeat(3)).join(''),
      [...word, ...word.toReversed(), ...word].join(''),
    ]);
    expect(new Set(words).size).toBe(240);
    expect(await outcomes(words, rewards)).toMatchObject([ONE_LEFT]);
  });

  test('all at once', async () => {
    const [everything, word] = [{ ...rewards, ...invoices }, [...'grGRkoc'.repeat(3)]];
    await Promise.all(word.map((letter) => everything[letter]?.(billing.user())));
    await unlock();
    expect(await state()).toMatchObject({ ...ONE_LEFT, ...CLOSED });
  });
});

describe('when DynamoDB fails', () => {
  /** Every event once, in an order in which each writes something. */
  const events = () => [grant({ unlocks_at: PAST }), reversal(), opening(), closing()];
  const expectApplied = async () => {
    expect(await state()).toMatchObject({
      balance: { available_micro: 0n, pending_micro: 0n, lifetime_micro: 0n },
      rewards: [{ status: 'reversed', amount_micro: 5_000_000n }],
      invoices: [{ status: 'closed', total_micro: 3_000_000n }],
    });
    expect((await billing.account())?.version).toBe(2n);
  };

  test.each([...FAULTS.applied, ...FAULTS.lost, ...FAULTS.notApplied])(
    '%s once for each write: each event is still applied once',
    async (fault) => {
      await wire.again(patienceMs(fault));
      for (const envelope of events()) {
        wire.proxy.script('TransactWriteItems', [faults[fault]]);
        await apply(envelope);
      }
      await expectApplied();
    },
  );

  test('a write whose reply was lost is read back and not sent again', async () => {
    for (const envelope of events()) {
      wire.proxy.log.length = 0;
      wire.proxy.script('TransactWriteItems', [faults.loseReply]);
      await apply(envelope);
      expect(wire.proxy.operations()).toEqual(['GetItem', 'TransactWriteItems', 'GetItem']);
    }
  });

  test.each(['loseReply', 'failBefore', 'garbleReply'] as const)(
    '%s once for each read',
    async (fault) => {
      for (const envelope of events()) {
        wire.proxy.script('GetItem', [faults[fault]]);
        await apply(envelope);
      }
      await expectApplied();
    },
  );

  test.each(['loseReply', 'failAfter', 'conflict', 'loseRequest', 'throttle'] as const)(
    '%s until the deadline: it fails, and is applied once when it comes again',
    async (fault) => {
      for (const envelope of events()) {
        wire.proxy.script('TransactWriteItems', [], faults[fault]);
        wire.proxy.script('GetItem', [faults.none], faults.failBefore);
        await expect(apply(envelope)).rejects.toThrow();
        wire.proxy.script('TransactWriteItems', []);
        wire.proxy.script('GetItem', []);
        await apply(envelope);
      }
      await expectApplied();
    },
  );

  test('a request that DynamoDB will never take fails at once', async () => {
    wire.proxy.script('TransactWriteItems', [faults.invalid]);
    await expect(apply(grant())).rejects.toMatchObject({ name: 'ValidationException' });
    expect(wire.time.pauses).toEqual([]);
  });

  test('a lost write that arrives after everything else changes nothing', async () => {
    const late = arrivingLate();
    for (const envelope of events()) {
      wire.proxy.script('TransactWriteItems', [late.fault]);
      await apply(envelope);
    }
    const applied = await state();
    expect(late.held).toHaveLength(4);
    for (const arrive of [...late.held, ...late.held.toReversed()]) await arrive();
    expect(await state()).toEqual(applied);
  });
});
