/** A hot user: 1 to 64 payouts in parallel by one user, beside as many by different users. */
import type { Section } from '../bench.ts';
import { atLeast, atMost, exactly, percentile, type Row, shown } from '../report.ts';
import type { Chart, Series } from '../svg/chart.ts';
import {
  acceptedShare,
  BALANCED,
  busyShare,
  type Crowd,
  crowd,
  type Load,
  MOST,
  PARALLEL,
  perSecond,
} from './load.ts';

const ROUNDS = 2;
const REQUESTS = 256;

/** The share of what one item allows that as many as there are callers reach. */
const BUSY = 0.6;
/** Shown beside them. */
const SOME = [2, 8];

/** Behind the function's deadline there is only `internal`. */
const DEADLINE_MS = 14_000;

export const hotUser: Section = {
  name: 'hot-user',
  title: 'A hot user: 1 to 64 payouts in parallel by one user, beside as many users',
  run: async (bench) => {
    const full = { rounds: bench.rounds(ROUNDS), requests: REQUESTS };
    const plain = await crowd(bench.stack, { ...full, conflicts: false });
    const conflicting = await crowd(bench.stack, { ...full, conflicts: true });
    const peer = await crowd(bench.peerStack, { ...full, conflicts: true, rounds: 1 });
    return {
      rows: [
        ...ourRows('the engine as it is', plain),
        ...ourRows('with conflicts', conflicting),
        ...itemRows(conflicting.hot),
        shown(
          'the peer, with conflicts: 202 of all answers to one user',
          acceptedShare(last(peer.hot)),
        ),
        exactly('the peer: accounts and answers', BALANCED, peer.books),
      ],
      charts: hotUserCharts({ plain, conflicting, peer }),
    };
  },
};

function ourRows(how: string, { hot, many, books }: Crowd): Row[] {
  const worst = (loads: Load[]) => Math.min(...loads.map(acceptedShare));
  const [one, others] = [last(hot), last(many)];
  return [
    atLeast(
      `${how}: 202 of all answers, worst of 1 to ${MOST}`,
      1,
      Math.min(worst(hot), worst(many)),
    ),
    shown(
      `  throughput of one user / of ${MOST}`,
      perSecond(one) / perSecond(others),
      `${perSecond(one).toFixed(0)} / ${perSecond(others).toFixed(0)} payouts a second`,
    ),
    atMost(
      `  the slowest of one user, ${MOST} in parallel, ms`,
      DEADLINE_MS,
      Math.max(...one.ms),
      `p50 and p99 ${percentiles(one)} ms; of ${MOST} users ${percentiles(others)} ms`,
    ),
    exactly('  accounts, items and answers', BALANCED, books),
  ];
}

const percentiles = ({ ms }: Load): string =>
  [0.5, 0.99].map((share) => percentile(ms, share).toFixed(0)).join(' and ');

/** What the item allows is one transaction after the other, without a break. */
const itemRows = (hot: Load[]): Row[] =>
  hot.flatMap((load, index) => {
    const parallel = PARALLEL[index] ?? 0;
    if (parallel !== MOST && !SOME.includes(parallel)) return [];
    const what = `  throughput of one user, ${parallel} in parallel / what one item allows`;
    const detail = `${(load.conflicts / load.ms.length).toFixed(1)} conflicts a payout`;
    const share = busyShare(load);
    return [parallel === MOST ? atLeast(what, BUSY, share, detail) : shown(what, share, detail)];
  });

function last(loads: Load[]): Load {
  const load = loads.at(-1);
  if (!load) throw new Error('no loads');
  return load;
}

type Crowds = { plain: Crowd; conflicting: Crowd; peer: Crowd };

const x = 'requests in parallel';

const hotUserCharts = ({ plain, conflicting, peer }: Crowds): Chart[] => [
  {
    name: 'hot-user-throughput',
    title: 'Payouts accepted a second, by one user and by many',
    note: 'Gateway, functions, engine and callers share this machine; with conflicts as DynamoDB makes them (10 ms each) by a clock that is 4 times slower',
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
    note: 'A conflict is tried again after a random pause that grows and then shrinks; gateway and callers are included',
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
