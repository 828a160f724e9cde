/** What the operators' queue costs when 100,000 payouts are open. */
import { randomUUID } from 'node:crypto';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openDatabase } from '../../../../infra/local/service.ts';
import { measureQueue } from '../../../../lib/store/payouts/queue-age.ts';
import { listQueue, type QueueFilter } from '../../../../lib/store/payouts/queue-page.ts';
import { sumUpQueue } from '../../../../lib/store/payouts/totals.ts';
import { payout, putAll } from '../../../support/histories.ts';
import type { Bench } from '../bench.ts';
import { costText } from '../capacity/meter.ts';
import { type Counted, openCountedStore } from '../counted-store.ts';
import { atMost, exactly, type Row } from '../report.ts';

const OPEN = 100_000;
const REVIEWED = 10_000;

type Bound = { what: string; units: number; calls?: number; page: QueueFilter & { limit: number } };

const LARGE = 10n ** 18n;
const ANN = 'arn:aws:iam::000000000000:user/ann';

/** A page ends after five rounds of all shards, whatever it has found. */
const PAGES: Bound[] = [
  { what: 'first page of 50', units: 48, page: { limit: 50 } },
  { what: 'page of 200, the largest', units: 80, page: { limit: 200 } },
  { what: 'page of 200 by network', units: 80, page: { limit: 200, network: 'polygon' } },
  { what: 'page of 200 by claimant', units: 80 * 5, page: { limit: 200, claimedBy: ANN } },
  { what: 'page of 200 that none fits', units: 80 * 5, page: { limit: 200, minMicro: LARGE } },
  {
    what: 'page of 200 to be reviewed',
    units: 600,
    calls: 32,
    page: { limit: 200, needsReview: true },
  },
];

/** A page of a megabyte of each shard. */
const AGE_UNITS = 16 * 129;

/** All of it, half a unit for 4 KB, of some 700 bytes each. */
const TOTALS_UNITS = 10_000;

export async function queueRows({ stack }: Bench): Promise<Row[]> {
  await using database = await openDatabase(stack, {});
  const client = DynamoDBDocumentClient.from(database.client);
  await putAll(client, { table: 'PayoutsTable', items: queue() });
  using store = openCountedStore(database.endpoint);
  const rows: Row[] = [];
  for (const { what, units, calls, page } of PAGES) {
    const listed = await store.count((each) => listQueue(each, page));
    const { payouts, next } = listed.result;
    const detail = `${detailOf(listed)}; ${payouts.length} listed, ${next ? 'more' : 'the last'}`;
    rows.push(atMost(`queue of 100,000, ${what}: units`, units, listed.read, detail));
    if (calls) rows.push(atMost('- calls', calls, listed.roundTrips));
  }
  const age = await store.count(measureQueue);
  rows.push(atMost('- its age: units', AGE_UNITS, age.read, detailOf(age)));
  const totals = await store.count(sumUpQueue);
  const count = totals.result.totals.reduce((sum, each) => sum + each.count, 0);
  rows.push(exactly('- its totals', String(OPEN), String(count), detailOf(totals)));
  rows.push(atMost('- its totals: units', TOTALS_UNITS, totals.read));
  return rows;
}

const detailOf = (counted: Counted<unknown>): string =>
  `${costText(counted)}; ${counted.cpuMs.toFixed(0)} ms of CPU`;

/** Nine in ten are unclaimed; one in ten has to be reviewed. */
const queue = () =>
  Array.from({ length: OPEN }, (_, at) => {
    const item = payout(randomUUID(), at % 10 === 0 ? 'processing' : 'requested', 1_000_000n);
    const isReviewed = at % (OPEN / REVIEWED) === 0;
    const review = { why: 'restored', since: '2026-02-02T00:00:00.000Z' };
    return isReviewed ? { ...item, review, look_key: `review#${String(item.id)}` } : item;
  });
