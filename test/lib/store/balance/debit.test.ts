/**
 * A debit: what is due is unlocked for it, its key is asked before it is refused, once is enough.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { ApiError, CorruptItemError, OutcomeUnknownError } from '../../../../lib/errors.ts';
import { type IdempotencyKey, idempotencyKey } from '../../../../lib/idempotency.ts';
import { newId } from '../../../../lib/ids.ts';
import { type Debit, debit } from '../../../../lib/store/balance/debit.ts';
import { unlockDue } from '../../../../lib/store/balance/unlock.ts';
import { getItemOnce } from '../../../../lib/store/dynamodb/read.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { type Exchange, type Fault, faults } from '../../../support/fault-proxy.ts';
import { arrivingLate, meanwhile, reportBalanceAlone } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';
import { LONG_MS, UNIT, useRewards } from './rewards-of-user.ts';

const database = useDatabase();
const wire = useWire(database);
const user = useRewards(database, wire);

/** The key of a request that comes later than those before it, unless it is told when it came. */
let lastMs = 0;
const keyFor = (request: object = {}, timeEpoch = ++lastMs) => {
  const event = { headers: { 'idempotency-key': 'k1' }, requestContext: { timeEpoch } };
  return idempotencyKey(event, 'payout', request) as IdempotencyKey;
};

/** Reserves the amount together with an invoice under the debit's id. */
const take = (amountMicro: bigint, key?: IdempotencyKey, judge: Debit['judge'] = insufficient) => {
  const store = wire.store(LONG_MS);
  const id = newId(wire.time.now());
  const Item = { user_id: user.id, invoice_id: id };
  return debit(store, {
    id,
    userId: user.id,
    amountMicro,
    to: 'reserved_micro',
    key,
    body: `{"id":"${id}"}`,
    parts: { invoice: { Put: { TableName: tables.Invoices, Item } } },
    wasApplied: async () => (await getItemOnce(store, 'Invoices', Item)) !== undefined,
    judge,
  });
};
const insufficient: Debit['judge'] = async () => ({
  error: new ApiError('balance_insufficient'),
  isFinal: false,
});

const TAKEN = { body: expect.stringMatching(/^{"id":"[0-9a-f-]{36}"}$/), replayed: false };
const REFUSED = new ApiError('balance_insufficient');
const isRefused = (taking: Promise<unknown>) => expect(taking).rejects.toEqual(REFUSED);
const isUnknown = (taking: Promise<unknown>) => expect(taking).rejects.toThrow(OutcomeUnknownError);
const taken = async () => {
  const account = await database.account(user.id);
  return {
    available: account?.available_micro,
    reserved: account?.reserved_micro,
    count: (await database.invoices(user.id)).length,
  };
};
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TRANSACTION = 'TransactWriteItems';

describe('of what is there', () => {
  beforeEach(() => database.credit(user.id, 10n * UNIT));

  test('it is one call', async () => {
    expect(await take(4n * UNIT)).toEqual(TAKEN);
    expect(wire.proxy.operations()).toEqual([TRANSACTION]);
    expect(await taken()).toEqual({ available: 6n * UNIT, reserved: 4n * UNIT, count: 1 });
  });

  test('its repetition with the same key is one call too, and gets the same again', async () => {
    const first = await take(4n * UNIT, keyFor());
    expect(first).toEqual(TAKEN);
    expect(await take(4n * UNIT, keyFor())).toEqual({ body: first.body, replayed: true });
    expect(wire.proxy.operations()).toEqual([TRANSACTION, TRANSACTION]);
    expect(await taken()).toEqual({ available: 6n * UNIT, reserved: 4n * UNIT, count: 1 });
  });

  test('is refused at once, and unknown where its own first send may still arrive', async () => {
    await isRefused(take(11n * UNIT));
    expect(wire.proxy.operations()).toEqual([TRANSACTION]);
    wire.proxy.script(TRANSACTION, [faults.loseRequest]);
    await expect(take(11n * UNIT)).rejects.toThrow('refused after a lost reply');
    expect(await taken()).toEqual({ available: 10n * UNIT, reserved: 0n, count: 0 });
  });

  test('is what its judge says: applied, a tag, or a tag that bars what was lost', async () => {
    expect(await take(11n * UNIT, undefined, async () => 'applied')).toEqual(TAKEN);
    wire.proxy.script(TRANSACTION, [faults.loseRequest]);
    const judge = async () => ({ error: new ApiError('amount_mismatch'), isFinal: true }) as const;
    await expect(take(11n * UNIT, undefined, judge)).rejects.toEqual(
      new ApiError('amount_mismatch'),
    );
  });

  test('where the account is frozen, is held back, unless its judge says something else', async () => {
    const frozen = { by: 'ann', at: '2026-01-01T00:00:00.000Z', note: 'odd' };
    await database.changeAccount(user.id, { frozen });
    await expect(take(UNIT)).rejects.toEqual(new ApiError('account_frozen'));
    const mismatch = new ApiError('amount_mismatch');
    const judge = async () => ({ error: mismatch, isFinal: false });
    await expect(take(UNIT, undefined, judge)).rejects.toBe(mismatch);
  });

  test('where the balance alone is reported, a repetition still gets the same again', async () => {
    await take(10n * UNIT, keyFor());
    wire.proxy.script('TransactWriteItems', [reportBalanceAlone]);
    expect(await take(10n * UNIT, keyFor())).toMatchObject({ replayed: true });
  });

  test.each([0, 1, 999])(
    'a key that was used %i ms into a second lives for a day from its response, by the gateway’s clock',
    async (ms) => {
      const usedMs = Date.UTC(2026, 0, 1) + ms;
      const first = await take(4n * UNIT, keyFor({}, usedMs));
      const RESPONSE_TOOK_MS = 30_000;
      for (const laterMs of [DAY_MS - ms - 1, DAY_MS - 1, DAY_MS, DAY_MS + RESPONSE_TOOK_MS]) {
        // The instance's own clock has no part in it.
        wire.time.advance(HOUR_MS);
        const again = await take(4n * UNIT, keyFor({}, usedMs + laterMs));
        expect(again).toEqual({ body: first.body, replayed: true });
      }
      const other = keyFor({ other: true }, usedMs + DAY_MS + HOUR_MS);
      expect(await take(4n * UNIT, other)).toEqual(TAKEN);
    },
  );

  test('a key that expires between the refusal and the look at its record still replays', async () => {
    const first = await take(4n * UNIT, keyFor());
    const [record] = await database.keys(user.id);
    const expires_at = Math.floor(wire.time.now() / 1000) + 5;
    await database.changeKey(user.id, String(record?.operation_key), { expires_at });
    wire.proxy.script(TRANSACTION, [meanwhile('after', () => wire.time.advance(60_000))]);
    expect(await take(4n * UNIT, keyFor())).toEqual({ body: first.body, replayed: true });
    expect(await taken()).toMatchObject({ count: 1 });
  });

  test.each([
    ['the key', faults.none],
    ['the balance alone', reportBalanceAlone],
  ])('another request under the key is told so, where %s is reported', async (_what, fault) => {
    await take(6n * UNIT, keyFor());
    wire.proxy.script('TransactWriteItems', [fault]);
    await expect(take(9n * UNIT, keyFor({ other: true }))).rejects.toEqual(
      new ApiError('idempotency_key_reused'),
    );
  });

  test('a numberless account is a fault, and one with a fraction corrupt, never a refusal', async () => {
    await database.changeAccount(user.id, { reserved_micro: 'a lot' });
    await expect(take(UNIT)).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    await database.changeAccount(user.id, { reserved_micro: 0n, available_micro: 1.5 });
    await expect(take(UNIT)).rejects.toThrow(CorruptItemError);
    expect(await database.invoices(user.id)).toEqual([]);
  });
});

describe('that the balance refuses', () => {
  test('unlocks what is due and is applied', async () => {
    await user.grant(3, -10_000);
    expect(await take(3n * UNIT)).toEqual(TAKEN);
    expect(await taken()).toEqual({ available: 0n, reserved: 3n * UNIT, count: 1 });
  });

  test('unlocks no more than it needs', async () => {
    await user.grant(150, -10_000);
    await take(5n * UNIT);
    expect(await user.stored()).toEqual({ pending: 145n * UNIT, available: 0n });
  });

  /** Of 5,000 rewards, 2,000 at a time. */
  const PAGES = ['Query', 'Query', 'Query'];

  test('is refused when 5,000 that are due are not enough, at once, and they stay', async () => {
    await user.grant(5000, -10_000, 'due');
    await user.grant(3, 60_000, 'later');
    await isRefused(take(5001n * UNIT));
    expect(wire.proxy.operations()).toEqual([TRANSACTION, ...PAGES, TRANSACTION]);
    expect(await user.stored()).toEqual({ pending: 5003n * UNIT, available: 0n });
  });

  test('is refused without a look where all that is pending, due or not, is not enough', async () => {
    await database.credit(user.id, UNIT);
    await user.grant(3, -10_000);
    await isRefused(take(4n * UNIT + 1n));
    expect(wire.proxy.operations()).toEqual([TRANSACTION]);
    expect(await take(4n * UNIT)).toEqual(TAKEN);
  });

  test('of 5,000 that are due takes the largest, in one step where one is enough', async () => {
    await user.grant(4900, -10_000, 'small');
    const unlocks_at = rfc3339(wire.time.now());
    const large = Array.from({ length: 100 }, (_, index) => ({
      reward_id: `large-${index}`,
      amount_micro: 50n * UNIT,
      unlocks_at,
    }));
    await database.grant(user.id, large);
    expect(await take(4950n * UNIT)).toEqual(TAKEN);
    expect(wire.proxy.operations()).toEqual([TRANSACTION, ...PAGES, TRANSACTION, TRANSACTION]);
    expect(await user.stored()).toEqual({ pending: 4950n * UNIT, available: 0n });
  });

  test('of 5,000 that are due reads no more than are worth it', async () => {
    await user.grant(5000, -10_000);
    expect(await take(1999n * UNIT)).toEqual(TAKEN);
    expect(wire.proxy.operations().filter((each) => each === 'Query')).toHaveLength(1);
  });

  test('is refused only when the account stood still around the look', async () => {
    await user.grant(3, -10_000, 'due');
    await user.grant(1, 60_000, 'later');
    const oneMore = () => {
      wire.proxy.script('Query', []);
      return user.grant(1, -10_000, 'more');
    };
    wire.proxy.script('Query', [meanwhile('after', oneMore)]);
    expect(await take(4n * UNIT)).toEqual(TAKEN);
    expect(await user.stored()).toEqual({ pending: UNIT, available: 0n });
  });

  test('is in doubt when its first send was lost, however often it was sent since', async () => {
    await user.grant(3, -10_000);
    wire.proxy.script('TransactWriteItems', [faults.loseRequest]);
    await isUnknown(take(4n * UNIT));
  });

  test('unlocks nothing for the repetition of a request', async () => {
    await user.grant(1, -10_000);
    await take(UNIT, keyFor());
    await user.grant(1, -10_000, 'more');
    wire.proxy.log.length = 0;
    expect(await take(UNIT, keyFor())).toMatchObject({ replayed: true });
    expect(wire.proxy.operations()).toEqual([TRANSACTION]);
    expect(await user.stored()).toEqual({ pending: UNIT, available: 0n });
  });

  test('is refused where there is no account yet', () => isRefused(take(UNIT)));

  test('costs nothing more when nothing is pending', async () => {
    await database.credit(user.id, UNIT);
    await isRefused(take(2n * UNIT));
    expect(wire.proxy.operations()).toEqual([TRANSACTION]);
  });

  test('is applied also when another request unlocks everything under its eyes', async () => {
    await user.grant(3, -10_000);
    const unlock = () => {
      wire.proxy.script('Query', []);
      return unlockDue(wire.store(LONG_MS), user.id);
    };
    wire.proxy.script('Query', [meanwhile('before', unlock)]);
    expect(await take(3n * UNIT)).toEqual(TAKEN);
  });

  test('is applied when the money was there all the time, granted as due while another took some', async () => {
    await database.credit(user.id, 10n * UNIT);
    await user.grant(2, 60_000, 'later');
    const grantAndPay = async () => {
      await user.grant(5, -10_000, 'due');
      const paid = { available_micro: 7n * UNIT, paid_out_micro: 3n * UNIT, version: 100 };
      await database.changeAccount(user.id, paid);
    };
    wire.proxy.script('Query', [meanwhile('after', grantAndPay)]);
    expect(await take(12n * UNIT)).toEqual(TAKEN);
    expect(await user.stored()).toEqual({ pending: 2n * UNIT, available: 0n });
  });

  test('is a fault, not a refusal, when time runs out with rewards still due', async () => {
    await user.grant(150, -10_000);
    wire.time.stand();
    wire.proxy.script('TransactWriteItems', [faults.none, faults.none], faults.throttle);
    await expect(take(120n * UNIT)).rejects.toThrow('still due');
    wire.proxy.script('TransactWriteItems', []);
    expect(await take(120n * UNIT)).toEqual(TAKEN);
  });

  test('below zero waits until later rewards have made up for it', async () => {
    await database.credit(user.id, 0n);
    const below = { available_micro: -2n * UNIT, paid_out_micro: 2n * UNIT };
    await database.changeAccount(user.id, below);
    await user.grant(3, -10_000);
    await isRefused(take(2n * UNIT));
    expect(await take(UNIT)).toEqual(TAKEN);
    expect(await user.stored()).toEqual({ pending: 0n, available: 0n });
  });

  test('twenty at once over rewards that are due take exactly what is there', async () => {
    await user.grant(120, -10_000);
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => take(10n * UNIT)));
    const applied = outcomes.filter((one) => one.status === 'fulfilled');
    expect(applied).toHaveLength(12);
    expect(await user.stored()).toEqual({ pending: 0n, available: 0n });
    expect(await taken()).toMatchObject({ reserved: 120n * UNIT, count: 12 });
  });
});

describe('a refusal is believed only when it is one', () => {
  beforeEach(() => database.credit(user.id, 10n * UNIT));

  /** The twin's transaction is still being applied: its debit is visible, the rest conflicts. */
  const mixedWithConflict: Fault = async (exchange) => {
    const refused = await exchange.forward();
    const error = JSON.parse(refused.body) as { CancellationReasons: { Code: string }[] };
    error.CancellationReasons = error.CancellationReasons.map((reason, index) =>
      index === 0 ? reason : { Code: 'TransactionConflict' },
    );
    exchange.reply({ ...refused, body: JSON.stringify(error) });
  };

  test('beside a conflict it says nothing yet, so that a twin gets what its first one got', async () => {
    const first = await take(10n * UNIT, keyFor());
    wire.proxy.script(TRANSACTION, [mixedWithConflict]);
    expect(await take(10n * UNIT, keyFor())).toEqual({ body: first.body, replayed: true });
  });

  test('after a definite one the transaction has a new token, and while in doubt the same', async () => {
    const tokens = () => wire.proxy.log.map(({ request }) => request.ClientRequestToken);
    const sends = () => tokens().filter((token) => token !== undefined);
    await user.grant(3, -10_000);
    expect(await take(12n * UNIT)).toEqual(TAKEN);
    expect(new Set(sends())).toHaveLength(sends().length);
    await user.grant(3, -10_000, 'more');
    wire.proxy.log.length = 0;
    wire.proxy.script(TRANSACTION, [faults.loseRequest]);
    await take(2n * UNIT);
    expect(new Set(sends())).toHaveLength(sends().length - 2);
  });

  test('a store that repeats an old one to a token in doubt leaves it unknown', async () => {
    await user.grant(3, -10_000);
    const refused = new Map<unknown, Awaited<ReturnType<Exchange['forward']>>>();
    const repeatRefusal: Fault = async (exchange) => {
      const { ClientRequestToken: token } = exchange.request;
      const answer = refused.get(token) ?? (await exchange.forward());
      if (answer.status === 400) refused.set(token, answer);
      exchange.reply(answer);
    };
    wire.proxy.script(TRANSACTION, [faults.loseRequest], repeatRefusal);
    await expect(take(12n * UNIT, keyFor())).rejects.toThrow('an old refusal came again');
    expect(await take(12n * UNIT, keyFor())).toEqual(TAKEN);
  });

  test('what stays in doubt is unknown also when unlocking runs out of time', async () => {
    await user.grant(150, -10_000);
    const { loseRequest, none, throttle } = faults;
    wire.proxy.script(TRANSACTION, [loseRequest, none, none], throttle);
    await isUnknown(take(150n * UNIT));
  });
});

describe('a refusal under a key is final', () => {
  beforeEach(() => database.credit(user.id, 5n * UNIT));
  const pay = (amountMicro: bigint) =>
    database.changeAccount(user.id, { available_micro: amountMicro, lifetime_micro: amountMicro });

  test('for an attempt that is still on its way when its repetition is refused', async () => {
    const late = arrivingLate();
    const sent = keyFor();
    wire.proxy.script(TRANSACTION, [late.fault]);
    await isRefused(take(6n * UNIT, sent));
    await pay(20n * UNIT);
    await late.arrive();
    expect(await taken()).toEqual({ available: 20n * UNIT, reserved: 0n, count: 0 });
  });

  test('for one that had begun before and sends only now, which gets the same refusal', async () => {
    const slow = keyFor();
    await isRefused(take(6n * UNIT, keyFor()));
    await pay(20n * UNIT);
    await isRefused(take(6n * UNIT, slow));
    await isUnknown(take(6n * UNIT, { ...slow, fingerprint: 'another' }));
    expect(await taken()).toMatchObject({ count: 0 });
  });

  test('and the key can be used again by a later one, also for another request', async () => {
    await isRefused(take(6n * UNIT, keyFor()));
    await isRefused(take(7n * UNIT, keyFor({ other: 1 })));
    await pay(20n * UNIT);
    const first = await take(6n * UNIT, keyFor());
    expect(first).toEqual(TAKEN);
    expect(await take(6n * UNIT, keyFor())).toEqual({ body: first.body, replayed: true });
  });

  test('but where the earlier one had committed, its result is given instead', async () => {
    const first = await take(5n * UNIT, keyFor());
    wire.proxy.script(TRANSACTION, [reportBalanceAlone]);
    expect(await take(5n * UNIT, keyFor())).toEqual({ body: first.body, replayed: true });
  });

  test('and is no refusal where it could not be written', async () => {
    wire.proxy.script(TRANSACTION, [faults.none], faults.loseRequest);
    await isUnknown(take(6n * UNIT, keyFor()));
  });
});
