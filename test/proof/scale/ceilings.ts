/** Where each part ends, in payouts a day, and what then helps: the lowest first. */
import { FUNCTIONS } from '../../../infra/compute/catalogue.ts';
import { SHARDS } from '../../../lib/store/dynamodb/indexes.ts';
import { CEILING_PER_SECOND } from '../bench/hot-user/conflicts.ts';
import type { Resources } from '../cost/bill.ts';
import { CALL_MS, unitsOf } from '../cost/operations.ts';
import {
  type Chain,
  CPU_MS_A_CALL,
  DAY_S,
  ETHEREUM,
  PAYOUTS_A_DAY,
  PEAK,
  SAFE_BATCH,
  SOLANA,
  SOLANA_BATCH,
} from './assumed.ts';
import type { Place } from './item-bytes.ts';
import { partitionsOf, readsByPlace, unitsOfTable, writesByPlace } from './load.ts';
import { looksOfARun, settledADay } from './looks.ts';
import { shown } from './markdown.ts';
import { QUOTAS } from './quotas.ts';
import { constantIn } from './source-constants.ts';

export type Ceiling = { what: string; limit: string; payoutsADay: number; remedy: string };

const atPeak = (perSecond: number, ofEach: number): number => (perSecond / ofEach / PEAK) * DAY_S;
const atMean = (perSecond: number, ofEach: number): number => (perSecond / ofEach) * DAY_S;

const A_RUN_EACH = 'a run for each shard, or none before it can be final';

const settling = (what: string, chain: Chain, batch: number, remedy: string): Ceiling => ({
  what: `SettleByChain, ${what}`,
  limit: `${shown(looksOfARun(chain, batch))} looks a run, ${chain.looks} a payout`,
  payoutsADay: settledADay(chain, batch),
  remedy,
});

export function ceilings(resources: Resources): Ceiling[] {
  const writes = writesByPlace();
  const reads = readsByPlace();
  const rate = (route: string): number => rateOf(resources, route);
  const inShards = (place: Place) =>
    atPeak(SHARDS.length * QUOTAS.partitionWrites.is, writes.get(place) ?? 0);

  const solana = 'lib/networks/verify/solana-chain.ts';
  const listedMax =
    constantIn('lib/networks/verify/solana-provider.ts', 'PAGE') *
    constantIn('lib/networks/verify/solana-provider.ts', 'PAGES_MAX');
  const comparedMax = constantIn(solana, 'TRANSACTIONS_MAX');
  const comparedDays = constantIn('lib/store/payouts/chain/compare-outflow.ts', 'DAYS');
  const outflowS = FUNCTIONS.ReconcileOutflow.timeoutSeconds - 1;
  const billingAtOnce = queueConcurrency(resources);
  const calls = unitsOf('event: a reward is granted').roundTrips;
  const batchMs = calls * (10 * CPU_MS_A_CALL + CALL_MS);

  const all: Ceiling[] = [
    {
      what: 'ReconcileOutflow, Solana',
      limit: `${shown(comparedMax)} transactions in ${comparedDays} days`,
      payoutsADay: (comparedMax / comparedDays) * SOLANA_BATCH,
      remedy: 'follow the senders minute by minute',
    },
    {
      what: 'ReconcileOutflow, any network',
      limit: `payouts of ${comparedDays} days one by one in ${outflowS} s`,
      payoutsADay: (outflowS * 1000) / CPU_MS_A_CALL / comparedDays,
      remedy: 'several runs a day, each of some hours',
    },
    settling('Ethereum, each paid alone', ETHEREUM, 1, 'pay many in one transaction'),
    settling(`Ethereum, ${SAFE_BATCH} in a transaction`, ETHEREUM, SAFE_BATCH, A_RUN_EACH),
    settling('Solana, each paid alone', SOLANA, 1, 'pay many in one transaction'),
    settling(`Solana, ${SOLANA_BATCH} in a transaction`, SOLANA, SOLANA_BATCH, A_RUN_EACH),
    {
      what: 'Solana, a death proven a day after the request',
      limit: `${shown(listedMax)} transactions of a sender listed`,
      payoutsADay: listedMax * SOLANA_BATCH,
      remedy: 'more senders; until then a person looks',
    },
    {
      what: 'route: the request',
      limit: `${rate('POST /v1/referrals/payouts')} a second`,
      payoutsADay: atPeak(rate('POST /v1/referrals/payouts'), 1),
      remedy: 'raise the throttle in `api.ts`',
    },
    {
      what: 'route: the list',
      limit: `${rate('GET /v1/referrals/payouts')} a second, 2 a payout`,
      payoutsADay: atPeak(rate('GET /v1/referrals/payouts'), 2),
      remedy: 'raise the throttle',
    },
    {
      what: 'routes: claim, attempt, sent',
      limit: `${rate('POST /v1/admin/referrals/payouts/{id}/processing')} a second each`,
      payoutsADay: atMean(rate('POST /v1/admin/referrals/payouts/{id}/processing'), 1),
      remedy: 'raise the throttle; then many in one call',
    },
    {
      what: "a network's budget of the day",
      limit: `one item, ${CEILING_PER_SECOND} transactions a second`,
      payoutsADay: atMean(CEILING_PER_SECOND, 1),
      remedy: 'several items, each with its part of the limit',
    },
    {
      what: 'index `days` of Evidence',
      limit: 'one key a network and day',
      payoutsADay: atPeak(QUOTAS.partitionWrites.is, writes.get('Evidence/days') ?? 0),
      remedy: 'a shard in the key, as in the queue',
    },
    {
      what: 'billing queue',
      limit: `${billingAtOnce} functions, 10 events each`,
      payoutsADay: atMean((billingAtOnce * 10_000) / batchMs, 1),
      remedy: 'raise `maxConcurrency`; it catches up after a peak',
    },
    {
      what: 'index `queue` of Payouts',
      limit: `${SHARDS.length} shards: ${shown(SHARDS.length * QUOTAS.partitionWrites.is)} WRU/s`,
      payoutsADay: inShards('Payouts/queue'),
      remedy: 'enough; two hex digits would be 256 shards',
    },
    {
      what: 'table Payouts, reading',
      limit: `${shown(QUOTAS.tableReads.is)} RRU/s`,
      payoutsADay: atPeak(QUOTAS.tableReads.is, unitsOfTable(reads, 'Payouts')),
      remedy: 'raise the quota',
    },
    {
      what: 'PublishPayoutEvents, after a year',
      limit: '1,000 at once: one a partition while the bus hangs',
      payoutsADay: (PAYOUTS_A_DAY * QUOTAS.concurrency.is) / partitionsOf('Payouts'),
      remedy: 'reserve its concurrency; move what is done to an archive',
    },
    {
      what: 'indexes `due` of Rewards, `looks` of Payouts',
      limit: `${SHARDS.length} shards`,
      payoutsADay: Math.min(inShards('Rewards/due'), inShards('Payouts/looks')),
      remedy: 'enough',
    },
  ];
  return all.sort((one, other) => one.payoutsADay - other.payoutsADay);
}

/** What the template lets through on the route. */
function rateOf(resources: Resources, route: string): number {
  const stages = Object.values(resources).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Stage');
  const rate = stages[0]?.Properties?.RouteSettings[route]?.ThrottlingRateLimit;
  if (typeof rate !== 'number') throw new Error(`The template throttles no route ${route}.`);
  return rate;
}

/** How many functions the queue of billing's events may have at once. */
function queueConcurrency(resources: Resources): number {
  const [mapping] = Object.values(resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::EventSourceMapping' && Properties?.ScalingConfig,
  );
  return mapping?.Properties?.ScalingConfig.MaximumConcurrency;
}
