/** After a restore no budget of the day lets out again what the payouts say was claimed of it. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { expiresAt } from '../../../../lib/store/payouts/daily-limits.ts';
import { raiseBudgets } from '../../../../lib/store/payouts/raise-budgets.ts';
import { dayOf } from '../../../../lib/time.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { payout } from '../../../support/histories.ts';
import { meanwhile } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const database = useDatabase();
const wire = useWire(database);

/** Each test has a network of its own, as nobody clears the tables. */
let network: string;
let today: string;
let yesterday: string;
beforeEach(() => {
  network = randomUUID();
  today = dayOf(wire.time.now());
  yesterday = dayOf(wire.time.now() - DAY_MS);
});

const claimed = (amountMicro: unknown, budget_day = today) => ({
  ...payout(randomUUID(), 'processing', 1n),
  ...{ network, budget_day, amount_micro: amountMicro },
});
const put = (...items: Record<string, unknown>[]) =>
  database.putAll({ table: tables.Payouts, items });
const has = (claimed_micro: unknown, day = today) =>
  database.putAll({ table: tables.Budgets, items: [{ network, day, claimed_micro }] });
const raise = async (apply = true) =>
  (await raiseBudgets(wire.store(60_000), apply)).flatMap(({ table, key, was, micro }) =>
    table === 'Budgets' && key.network === network
      ? [{ network, day: key.day, was, claimedMicro: micro }]
      : [],
  );
const claimedMicro = async (day = today) => (await database.budget(network, day))?.claimed_micro;

test('lost budgets come back with what counts on them, of today and yesterday', async () => {
  const older = dayOf(wire.time.now() - 2 * DAY_MS);
  await put(claimed(3n), claimed(4n), claimed(5n, yesterday), claimed(6n, older), {
    ...payout(randomUUID(), 'processing', 7n),
    network,
  });
  const wanted = [
    { network, day: yesterday, was: undefined, claimedMicro: 5n },
    { network, day: today, was: undefined, claimedMicro: 7n },
  ];
  expect(await raise(false)).toEqual(wanted);
  const scan = wire.proxy.log.find(({ operation }) => operation === 'Scan');
  expect(scan?.request).toMatchObject({ ConsistentRead: true });
  expect(await claimedMicro()).toBeUndefined();
  expect(await raise()).toEqual(wanted);
  expect(await database.budget(network, today)).toEqual({
    network,
    day: today,
    claimed_micro: 7n,
  });
  expect(await claimedMicro(yesterday)).toBe(5n);
  expect(await claimedMicro(older)).toBeUndefined();
  expect(await raise()).toEqual([]);
});

test('a user’s lost limit of the day comes back with what counts on it, and its time to live', async () => {
  const user_id = randomUUID();
  const limited = (micro: bigint) => ({ ...payout(user_id, 'sent', micro), limit_day: today });
  await put(limited(3n), limited(4n), payout(user_id, 'sent', 5n));
  const ofUser = async () =>
    (await raiseBudgets(wire.store(60_000), true)).filter(
      ({ key }) => 'user_id' in key && key.user_id === user_id,
    );
  const key = { user_id, day: today };
  expect(await ofUser()).toEqual([{ table: 'DailyLimits', key, was: undefined, micro: 7n }]);
  expect(await database.dailyLimit(user_id, today)).toMatchObject({
    requested_micro: 7n,
    expires_at: BigInt(expiresAt(today)),
  });
  expect(await ofUser()).toEqual([]);
});

test('they come in the order of their networks, each with its days', async () => {
  const first = network;
  const networks = ['', '1', '10', '2', 'a', 'b'].map((more) => first + more);
  for (const name of networks.toReversed())
    await put({ ...claimed(1n), network: name }, { ...claimed(1n, yesterday), network: name });
  const raises = await raiseBudgets(wire.store(60_000), false);
  expect(
    raises.flatMap(({ key }) =>
      'network' in key && key.network.startsWith(first) ? [[key.network, key.day]] : [],
    ),
  ).toEqual(networks.flatMap((name) => [yesterday, today].map((day) => [name, day])));
});

test('what counts on a limit of the day counts on no budget of an older day, nor of none', async () => {
  const limited = { limit_day: today };
  await put(
    { ...claimed(3n, dayOf(wire.time.now() - 2 * DAY_MS)), ...limited },
    { ...claimed(4n), budget_day: [today], ...limited },
  );
  expect(await raise()).toEqual([]);
});

test('none is lowered, as payouts that were lost may have counted on it', async () => {
  await put(claimed(3n));
  await has(9n);
  expect(await raise()).toEqual([]);
  expect(await claimedMicro()).toBe(9n);
});

test.each([-5n, 2n, 'much', '9'])('one that says %s is raised', async (was) => {
  await put(claimed(3n), claimed('much'));
  await has(was);
  expect(await raise()).toEqual([{ network, day: today, was, claimedMicro: 3n }]);
  expect(await claimedMicro()).toBe(3n);
});

describe('a claim that comes meanwhile', () => {
  test('is not overwritten', async () => {
    await put(claimed(3n));
    wire.proxy.script('TransactWriteItems', [meanwhile('before', () => has(8n))]);
    expect(await raise()).toEqual([]);
    expect(await claimedMicro()).toBe(8n);
  });

  test('every time ends it', async () => {
    await put(claimed(3n));
    let less = 0n;
    wire.proxy.script(
      'TransactWriteItems',
      [],
      meanwhile('before', () => has(--less)),
    );
    await expect(raise()).rejects.toThrow(`Budgets of ${network} on ${today} keeps changing`);
    expect(less).toBe(-10n);
  });
});

test.each(['loseReply', 'loseRequest'] as const)(
  '%s: what came of it is looked for',
  async (fault) => {
    await put(claimed(3n));
    wire.proxy.script('TransactWriteItems', [faults[fault]]);
    await raise();
    expect(await claimedMicro()).toBe(3n);
  },
);
