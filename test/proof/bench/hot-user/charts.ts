/**
 * The curves of a hot user: what is accepted, how much of what is asked that is, and how long it
 * takes.
 */
import { percentile } from '../stats.ts';
import type { Chart, Series } from '../svg/chart.ts';
import { type Crowd, PARALLEL } from './crowd.ts';
import { acceptedShare, type Load, perSecond } from './load.ts';

type Crowds = { plain: Crowd; conflicting: Crowd; peer: Crowd };

const x = 'requests in parallel';

export const hotUserCharts = ({ plain, conflicting, peer }: Crowds): Chart[] => [
  {
    name: 'hot-user-throughput',
    title: 'Payouts accepted a second, by one user and by many',
    note: 'Gateway, functions, engine and callers share this machine; conflicts as DynamoDB makes them, 10 ms each',
    x,
    y: 'accepted (202) a second',
    series: [
      curve('many users', plain.many, perSecond),
      curve('one user', plain.hot, perSecond),
      curve('many users, with conflicts', conflicting.many, perSecond),
      curve('one user, with conflicts', conflicting.hot, perSecond),
    ],
  },
  {
    name: 'hot-user-accepted',
    title: 'Share of the payouts of one user that is accepted',
    note: 'With conflicts as DynamoDB makes them, which cancel a transaction that meets another one on an item',
    x,
    y: 'answers that were 202, %',
    series: [
      curve('this service', conflicting.hot, percent),
      dashed(curve('the usual recipe', peer.hot, percent)),
    ],
  },
  {
    name: 'hot-user-latency',
    title: 'Latency of payouts, by one user and by many, with conflicts',
    note: 'A conflict is tried again after a random pause that grows; the gateway and the callers are included',
    x,
    y: 'milliseconds',
    logarithmic: true,
    series: [
      curve('one user, p99', conflicting.hot, p99),
      dashed(curve('one user, p50', conflicting.hot, p50)),
      curve('many users, p99', conflicting.many, p99),
      dashed(curve('many users, p50', conflicting.many, p50)),
    ],
  },
];

const curve = (name: string, loads: Load[], value: (load: Load) => number): Series => ({
  name,
  points: loads.map((each, index) => [PARALLEL[index] ?? 0, value(each)]),
});

const dashed = (series: Series): Series => ({ ...series, dashed: true });

const percent = (load: Load): number => 100 * acceptedShare(load);
const p99 = ({ ms }: Load): number => percentile(ms, 0.99);
const p50 = ({ ms }: Load): number => percentile(ms, 0.5);
