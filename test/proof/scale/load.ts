/** What so many payouts a day ask of each table, index and service. */
import { globalIndexes } from '../../../infra/tables.ts';
import type { TableName } from '../../../lib/config.ts';
import { SHARDS } from '../../../lib/store/dynamodb/indexes.ts';
import { rowsOfAShard } from '../../../lib/store/payouts/queue-page.ts';
import { onePayout, type Resources } from '../cost/bill.ts';
import type { Usage } from '../cost/prices.ts';
import {
  ETHEREUM,
  KEY_DAYS,
  PAYOUTS_A_DAY,
  PAYOUTS_OF_A_USER,
  PEAK,
  PENDING_DAYS,
  PER_SECOND,
  USERS,
  YEAR_DAYS,
} from './assumed.ts';
import { type Place, placesOf, unitsOfWrite } from './item-bytes.ts';
import { ITEMS, READS_OF_A_LOOK, STEPS } from './one-payout.ts';
import { QUOTAS } from './quotas.ts';

const PAGE = 50;
export const READ_BYTES = 4096;
export const readUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / READ_BYTES));

/** Of the owner's payouts, who has had them for a year. */
export const listUnits = (): number =>
  readUnits(Math.min(PAGE, PAYOUTS_OF_A_USER) * bytesIn('Payouts'));

/** Of an operator's page in a long queue. */
function queuePageUnits(): number {
  const rows = rowsOfAShard(PAGE);
  return (SHARDS.length * readUnits(rows * bytesIn('Payouts/queue'))) / 2;
}

/** A local index is in the partitions of its table, and counts there. */
function home(place: Place): Place {
  const [table, index] = place.split('/') as [TableName, string | undefined];
  return index === undefined || globalIndexes(table).includes(index) ? place : table;
}

function added(units: Iterable<[Place, number]>): Map<Place, number> {
  const sums = new Map<Place, number>();
  for (const [place, amount] of units) sums.set(home(place), (sums.get(home(place)) ?? 0) + amount);
  return sums;
}

/** Write units of one payout from its reward on, by table and index. */
export const writesByPlace = (): Map<Place, number> =>
  added(
    STEPS.flatMap(({ writes, checks = [] }) => [
      ...writes.flatMap(unitsOfWrite),
      ...checks.map((place): [Place, number] => [place, 2]),
    ]),
  );

/**
 * Read units likewise, looked for on Ethereum, with two looks of the owner at the list and an
 * operator's share of a page.
 */
export const readsByPlace = (): Map<Place, number> =>
  added([
    ...STEPS.flatMap(({ reads }) => reads),
    ...READS_OF_A_LOOK.map(([place, units]): [Place, number] => [place, units * ETHEREUM.looks]),
    ['Sessions', 2],
    ['Payouts', 2 * listUnits()],
    ['Payouts/queue', queuePageUnits() / PAGE],
    // Once a minute the whole index is read, 137 bytes for each that waits, at half a unit.
    ['Payouts/looks', (ETHEREUM.looks * bytesIn('Payouts/looks')) / READ_BYTES / 2],
  ]);

const A_YEAR = PAYOUTS_A_DAY * YEAR_DAYS;

/**
 * How many items there are after a year, each of them as large as at its end, with a session for
 * each user. Invoices are left out: a payout has none.
 */
const KEPT: [table: TableName, item: keyof typeof ITEMS, count: number][] = [
  ['Sessions', 'session', USERS],
  ['Accounts', 'account', USERS],
  ['Payouts', 'payout', A_YEAR],
  ['Rewards', 'reward', A_YEAR],
  ['Rewards', 'pendingReward', PAYOUTS_A_DAY * PENDING_DAYS],
  ['IdempotencyKeys', 'key', PAYOUTS_A_DAY * KEY_DAYS],
  ['Evidence', 'evidence', A_YEAR],
];

/** "DynamoDB item sizes and formats": what is stored beside each item and index entry. */
const OVERHEAD_BYTES = 100;

const WATCHED = PER_SECOND * 60 * ETHEREUM.looks;

const kept = (): [place: Place, gb: number][] => [
  ...KEPT.flatMap(([table, item, count]) =>
    placesOf(table, ITEMS[item]).map(([place, bytes]): [Place, number] => [
      place,
      ((bytes + OVERHEAD_BYTES) * count) / 1e9,
    ]),
  ),
  ['Payouts/looks', ((bytesIn('Payouts/looks') + OVERHEAD_BYTES) * WATCHED) / 1e9],
];

/** GB after a year, by table and index. */
export const gbByPlace = (): Map<Place, number> => added(kept());

/** GB after a year that a scan of the table goes through, which has none of its indexes. */
export const scannedGb = (table: TableName): number =>
  kept().reduce((sum, [place, gb]) => sum + (place === table ? gb : 0), 0);

/** At least: by size, and by what a partition takes at the peak. */
export function partitionsOf(place: Place): number {
  const { partitionGb, partitionReads, partitionWrites } = QUOTAS;
  const perSecond = (units: Map<Place, number>) => (units.get(place) ?? 0) * PER_SECOND * PEAK;
  const bySize = (gbByPlace().get(place) ?? 0) / partitionGb.is;
  const byUnits =
    perSecond(writesByPlace()) / partitionWrites.is + perSecond(readsByPlace()) / partitionReads.is;
  return Math.ceil(Math.max(bySize, byUnits));
}

/** Of the largest entry of a payout there. */
export function bytesIn(place: Place): number {
  const all = [...placesOf('Payouts', ITEMS.payout), ...placesOf('Payouts', ITEMS.watchedPayout)];
  return Math.max(...all.filter(([name]) => name === place).map(([, bytes]) => bytes));
}

/** Of one payout: the cost model's, and the attempt that is recorded by one call more. */
export function usageOfPayout(resources: Resources): Usage {
  const usage = onePayout(resources);
  const total = (units: Map<Place, number>) =>
    [...units.values()].reduce((sum, one) => sum + one, 0);
  return {
    ...usage,
    apiRequest: (usage.apiRequest ?? 0) + 1,
    invocation: (usage.invocation ?? 0) + 1,
    readUnit: total(readsByPlace()),
    writeUnit: total(writesByPlace()),
  };
}

/** Of the table and its indexes together. */
export const unitsOfTable = (units: Map<Place, number>, table: string): number =>
  [...units].reduce((sum, [place, one]) => sum + (place.split('/')[0] === table ? one : 0), 0);
