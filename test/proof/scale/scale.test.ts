/** That infra/SCALE.md shows what is reckoned (`npm test -- proof/scale --update`), and by what. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AttributeValue, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, inject, test } from 'vitest';
import { localClient } from '../../../infra/local/database/create-tables.ts';
import { stringifyJson } from '../../../lib/json.ts';
import { newPayout } from '../../../lib/payout.ts';
import { withAttempt } from '../../../lib/settlement/attempts.ts';
import { afterLook } from '../../../lib/settlement/look.ts';
import { applyChange, type Change } from '../../../lib/store/payouts/apply-change.ts';
import { applyTransition } from '../../../lib/store/payouts/apply-transition.ts';
import { requestPayout } from '../../../lib/store/payouts/request.ts';
import { tables } from '../../support/backdoor.ts';
import { useDatabase } from '../../support/database.ts';
import { PAYOUT_REQUEST } from '../../support/samples.ts';
import { useWire } from '../../support/wire.ts';
import { resourcesIn } from '../cost/cost-table.ts';
import { unitsOf } from '../cost/operations.ts';
import { PAYOUTS_A_DAY } from './assumed.ts';
import { ceilings } from './ceilings.ts';
import { bytesOf, type Item, placesOf, unitsOfWrite } from './item-bytes.ts';
import { AMOUNT, ATTEMPT, ITEMS, OPERATOR, PAID, STEPS } from './one-payout.ts';
import { blocks } from './scale-tables.ts';
import { constantIn } from './source-constants.ts';

const SCALE = join(import.meta.dirname, '../../../infra/SCALE.md');
const LINES_MAX = 120;

const resources = resourcesIn(inject('assembly'));

const between = (name: string) =>
  new RegExp(`(?<=<!-- ${name}: made by[^\\n]*-->\\n)[\\s\\S]*?(?=<!-- End of ${name} -->)`);

test('the tables of infra/SCALE.md are what `npm run scale` says', async () => {
  let page = readFileSync(SCALE, 'utf8');
  for (const [name, text] of Object.entries(blocks(resources))) {
    expect(page, name).toMatch(between(name));
    page = page.replace(between(name), () => text);
  }
  await expect(page).toMatchFileSnapshot(SCALE);
  expect(page.split('\n').length - 1).toBeLessThanOrEqual(LINES_MAX);
});

test.each(STEPS.filter(({ metered }) => metered !== undefined))(
  '$what takes the units that the benchmark holds it to',
  ({ metered = '', writes, checks = [], reads }) => {
    const written = writes.flatMap(unitsOfWrite).reduce((sum, [, units]) => sum + units, 0);
    const read = reads.reduce((sum, [, units]) => sum + units, 0);
    const { write, read: readHeld } = unitsOf(metered);
    expect([written + 2 * checks.length, read]).toEqual([write, readHeld]);
  },
);

test('the first part that ends is named first, and each that ends too early in bold', () => {
  const all = ceilings(resources);
  const numbers = all.map(({ payoutsADay }) => payoutsADay);
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  expect(numbers.every((each) => Number.isFinite(each) && each > 0)).toBe(true);
  const early = numbers.filter((each) => each < PAYOUTS_A_DAY).length;
  expect(blocks(resources).ceilings?.match(/\| \*\*/g)).toHaveLength(early);
});

test('a throttle that the template changes moves its ceiling', () => {
  const stage = Object.entries(resources).find(
    ([, { Type }]) => Type === 'AWS::ApiGatewayV2::Stage',
  );
  const [id = '', { Type, Properties } = { Type: '' }] = stage ?? [];
  const route = 'POST /v1/referrals/payouts';
  const RouteSettings = { ...Properties?.RouteSettings, [route]: { ThrottlingRateLimit: 1000 } };
  const raised = { ...resources, [id]: { Type, Properties: { ...Properties, RouteSettings } } };
  const ofRequest = (of: typeof resources) =>
    ceilings(of).find(({ what }) => what === 'route: the request')?.payoutsADay;
  expect(ofRequest(resources)).toBeCloseTo((10 / 5) * 86_400);
  expect(ofRequest(raised)).toBeCloseTo((1000 / 5) * 86_400);
});

test('a number of the source is read by its name, and missed when it is gone', () => {
  const reconcile = 'lib/store/reconcile/reconcile-accounts.ts';
  expect(constantIn(reconcile, 'LAST_READ_MS')).toBe(3000);
  expect(constantIn('lib/networks/verify/evm-blocks.ts', 'RANGE_BLOCKS')).toBe(2000);
  expect(() => constantIn(reconcile, 'NOBODY')).toThrow('no number NOBODY in lib/store');
});

describe('by the engine', () => {
  const database = useDatabase();
  const wire = useWire(database);

  /** Puts the item as it was and then as it is: the units of the second, by table and index. */
  async function unitsByEngine(table: keyof typeof tables, before: Item | undefined, after: Item) {
    const client = localClient(database.url);
    const put = async (item: Item) => {
      const Item = marshall(item, { removeUndefinedValues: true }) as Record<
        string,
        AttributeValue
      >;
      const { ConsumedCapacity: [used] = [] } = await client.send(
        new TransactWriteItemsCommand({
          TransactItems: [{ Put: { TableName: tables[table], Item } }],
          ReturnConsumedCapacity: 'INDEXES',
        }),
      );
      return {
        [table]: used?.Table?.CapacityUnits ?? 0,
        ...Object.fromEntries(
          Object.entries({ ...used?.GlobalSecondaryIndexes, ...used?.LocalSecondaryIndexes }).map(
            ([index, { CapacityUnits = 0 }]) => [`${table}/${index}`, CapacityUnits],
          ),
        ),
      };
    };
    try {
      if (before) await put(before);
      return await put(after);
    } finally {
      client.destroy();
    }
  }

  test.each(
    STEPS.flatMap(({ what, writes }) => writes.map((write) => ({ what, ...write }))).filter(
      ({ table }) => table !== 'Accounts',
    ),
  )('$what: as many units on $table and its indexes', async ({ table, before, after }) => {
    // Each of its own user, so that nothing of another step is in its place.
    const own = (item: Item | undefined) => item && { ...item, user_id: crypto.randomUUID() };
    const [was, is] = before ? [own(before), undefined] : [undefined, own(after)];
    const now = is ?? { ...after, user_id: was?.user_id };
    const expected = unitsOfWrite({ table, before: was, after: now }).filter(([, units]) => units);
    const found = Object.entries(await unitsByEngine(table, was, now)).filter(([, units]) => units);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });

  test('an item of two kilobytes takes four units, and with one byte more six', async () => {
    const rest = { ...ITEMS.payout, user_id: crypto.randomUUID(), address: '' };
    const padded = (bytes: number) => ({ ...rest, address: 'x'.repeat(bytes - bytesOf(rest)) });
    for (const [bytes, units] of [
      [2048, 4],
      [2049, 6],
    ] as const)
      expect((await unitsByEngine('Payouts', undefined, padded(bytes))).Payouts).toBe(units);
  });

  test('the items are those that requests and operators leave', async () => {
    const user = crypto.randomUUID();
    await database.credit(user, 40_000_000n);
    const payout = newPayout(
      user,
      { ...PAYOUT_REQUEST, amount_micro: AMOUNT },
      1n,
      wire.time.now(),
    );
    await requestPayout(wire.store(), payout, stringifyJson(payout), undefined);
    const stored = async () => (await database.payouts(user))[0] as Item;
    const sizes = (item: Item) => [Object.keys(item).sort(), placesOf('Payouts', item)];
    expect(sizes(await stored())).toEqual(sizes(ITEMS.openPayout));
    await applyTransition(wire.store(), payout, { status: 'processing', by: OPERATOR });
    const change = (after: Change['after']) => applyChange(wire.store(), payout, { after });
    await change((before, at) => withAttempt(before, ATTEMPT, OPERATOR, at));
    expect(sizes(await stored())).toEqual(sizes(ITEMS.watchedPayout));
    await change((before, at) => afterLook(before, PAID.transaction.id, PAID, at));
    expect(sizes(await stored())).toEqual(sizes(ITEMS.payout));
  });
});
