/** The tables of infra/SCALE.md, each under its name. */
import { TABLES } from '../../../infra/tables.ts';
import type { TableName } from '../../../lib/config.ts';
import { SHARDS } from '../../../lib/store/dynamodb/indexes.ts';
import type { Resources } from '../cost/bill.ts';
import { MEMORY_GB } from '../cost/operations.ts';
import { PAYOUTS_A_DAY, PEAK, PER_SECOND } from './assumed.ts';
import { ceilings } from './ceilings.ts';
import { indexesOf, type Place } from './item-bytes.ts';
import {
  gbByPlace,
  partitionsOf,
  readsByPlace,
  unitsOfTable,
  usageOfPayout,
  writesByPlace,
} from './load.ts';
import { percent, type Row, right, shown, table } from './markdown.ts';
import { LOOKED_UP_ON, PAGES, QUOTAS } from './quotas.ts';
import { roundsTable } from './rounds-table.ts';
import { yearCostTable } from './year-cost.ts';

/** What the table or global index is spread by, and how many keys share what comes at one time. */
function spreadOf(place: Place): { key: string; keys: number } {
  const [table, index] = place.split('/') as [TableName, string | undefined];
  const shape = indexesOf(table).find(([name]) => name === index)?.[1];
  const key = shape?.partitionKey ?? TABLES[table].partitionKey;
  if (key === 'shard' || key === 'due_shard')
    return { key: `${SHARDS.length} shards`, keys: SHARDS.length };
  return { key, keys: key === 'network_day' ? 1 : Number.POSITIVE_INFINITY };
}

/** At the peak, after a year; of a busiest key only where there are few. */
export function placesTable(): string {
  const [gb, writes, reads] = [gbByPlace(), writesByPlace(), readsByPlace()];
  const atPeak = (units: Map<Place, number>, place: Place) =>
    (units.get(place) ?? 0) * PER_SECOND * PEAK;
  const rows = [...gb.keys()].sort().map((place): Row => {
    const { key, keys } = spreadOf(place);
    const [written, read] = [atPeak(writes, place), atPeak(reads, place)];
    const share = written / keys / QUOTAS.partitionWrites.is;
    const ofKey = share > 0 ? percent(share) : '';
    return [place, key, gb.get(place) ?? 0, written, read, partitionsOf(place), ofKey];
  });
  const head = ['table/index', 'key', 'GB', 'WRU/s', 'RRU/s', 'partitions', 'of a key'];
  return table(head, ['---', '---', '--:', '--:', '--:', '--:', '--:'], ...rows);
}

export function ceilingsTable(resources: Resources): string {
  const head = ['what', 'its limit', 'payouts a day', 'then'];
  return table(
    head,
    ['---', '---', '--:', '---'],
    ...ceilings(resources).map(({ what, limit, payoutsADay, remedy }) => [
      ...[what, limit],
      PAYOUTS_A_DAY > payoutsADay ? `**${shown(payoutsADay)}**` : shown(payoutsADay),
      remedy,
    ]),
  );
}

export function quotasTable(resources: Resources): string {
  const { apiRequest = 0, invocation = 0, gbSecond = 0 } = usageOfPayout(resources);
  const peak = PER_SECOND * PEAK;
  const writes = unitsOfTable(writesByPlace(), 'Payouts') * peak;
  const rows: [what: string, quota: keyof typeof QUOTAS, needed: number][] = [
    ['API Gateway, requests a second', 'gatewayRequests', apiRequest * peak],
    ['Lambda, invocations a second', 'invocations', invocation * peak],
    ['Lambda at once, by requests and events', 'concurrency', (gbSecond / MEMORY_GB) * peak],
    ['- PublishPayoutEvents while the bus hangs', 'concurrency', partitionsOf('Payouts')],
    ['EventBridge, PutEvents a second', 'putEvents', 3 * peak],
    ['EventBridge, events to billing and one listener', 'delivered', 4 * peak],
    ['DynamoDB, WRU/s of a new table Payouts', 'newTableWrites', writes],
  ];
  const head = ['quota', 'by default', 'at the peak', 'share'];
  return table(
    head,
    right(head),
    ...rows.map(([what, quota, needed]) => {
      const { is, page } = QUOTAS[quota];
      return [`${what} [${page}]`, is, needed, percent(needed / is)];
    }),
  );
}

/** Where the quotas are from. */
export const sources = (): string =>
  `Pages of docs.aws.amazon.com, looked up on ${LOOKED_UP_ON}: ${Object.entries(PAGES)
    .map(([name, page]) => `[${name}](https://docs.aws.amazon.com/${page})`)
    .join(', ')}.\n`;

/** The blocks of infra/SCALE.md by their names. */
export const blocks = (resources: Resources): Record<string, string> => ({
  places: placesTable(),
  ceilings: ceilingsTable(resources),
  rounds: roundsTable(resources),
  quotas: quotasTable(resources),
  cost: yearCostTable(resources),
  sources: sources(),
});
