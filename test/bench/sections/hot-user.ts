/** A hot user: 1 to 64 payouts in parallel by one user, beside as many by different users. */
import type { Section } from '../bench.ts';
import { BALANCED } from '../hot-user/books.ts';
import { CEILING_PER_SECOND } from '../hot-user/conflicts.ts';
import { type Crowd, crowd, MOST, PARALLEL } from '../hot-user/crowd.ts';
import { acceptedShare, type Load, perSecond } from '../hot-user/load.ts';
import { atLeast, atMost, exactly, type Row, shown } from '../rows.ts';
import { percentile } from '../stats.ts';
import type { Chart } from '../svg/chart.ts';

const ROUNDS = 3;
const REQUESTS = 256;

/** Behind the function's deadline there is only `internal`. */
const DEADLINE_MS = 14_000;

export const hotUser: Section = {
  name: 'hot-user',
  title: 'A hot user: 1 to 64 payouts in parallel by one user, beside as many users',
  run: async (bench) => {
    const requests = bench.rounds(REQUESTS);
    const rounds = bench.rounds(ROUNDS);
    const plain = await crowd(bench.stack, { conflicts: false, rounds, requests });
    const conflicting = await crowd(bench.stack, { conflicts: true, rounds, requests });
    const peer = await crowd(bench.peerStack, { conflicts: true, rounds: 1, requests });
    return {
      rows: [
        ...ourRows('the engine as it is', plain),
        ...ourRows('with conflicts', conflicting),
        shown(
          '  throughput of one user / what one item allows',
          perSecond(last(conflicting.hot)) / CEILING_PER_SECOND,
          `${conflicting.conflicts} conflicts in all`,
        ),
        shown('the peer, with conflicts: 202 of all answers to one user', acceptedShare(last(peer.hot))),
        exactly('the peer: accounts and answers', BALANCED, peer.books),
      ],
      charts: [throughput(plain, conflicting, peer), latency(conflicting)],
    };
  },
};

function ourRows(how: string, { hot, many, books }: Crowd): Row[] {
  const worst = (loads: Load[]) => Math.min(...loads.map(acceptedShare));
  const [one, others] = [last(hot), last(many)];
  return [
    atLeast(`${how}: 202 of all answers, worst of 1 to ${MOST}`, 1, Math.min(worst(hot), worst(many))),
    shown(
      `  throughput of one user / of ${MOST}`,
      perSecond(one) / perSecond(others),
      `${perSecond(one).toFixed(0)} / ${perSecond(others).toFixed(0)} payouts a second`,
    ),
    atMost(
      `  p99 of one user, ${MOST} in parallel, ms`,
      DEADLINE_MS,
      percentile(one.ms, 0.99),
      `p50 ${percentile(one.ms, 0.5).toFixed(0)} ms; of ${MOST} users ${percentile(others.ms, 0.5).toFixed(0)} and ${percentile(others.ms, 0.99).toFixed(0)} ms`,
    ),
    exactly('  accounts, items and answers', BALANCED, books),
  ];
}

function throughput(plain: Crowd, conflicting: Crowd, peer: Crowd): Chart {
  const curve = (name: string, loads: Load[], dashed = false) => ({
    name,
    dashed,
    points: loads.map((each, index) => [PARALLEL[index] ?? 0, perSecond(each)] as const),
  });
  return {
    name: 'hot-user-throughput',
    title: 'Payouts accepted a second, by one user and by many',
    note: 'Gateway, functions, engine and callers share this machine; conflicts as DynamoDB makes them, 10 ms each',
    x: 'requests in parallel',
    y: 'accepted (202) a second',
    series: [
      curve('many users', plain.many),
      curve('one user', plain.hot),
      curve('many users, with conflicts', conflicting.many),
      curve('one user, with conflicts', conflicting.hot),
      curve('peer: one user, with conflicts', peer.hot, true),
    ],
  };
}

function latency({ hot, many }: Crowd): Chart {
  const curve = (name: string, loads: Load[], share: number) => ({
    name,
    dashed: share < 0.9,
    points: loads.map(({ ms }, index) => [PARALLEL[index] ?? 0, percentile(ms, share)] as const),
  });
  return {
    name: 'hot-user-latency',
    title: 'Latency of payouts, by one user and by many, with conflicts',
    note: 'A conflict is tried again after a random pause that grows; the gateway and the callers are included',
    x: 'requests in parallel',
    y: 'milliseconds',
    logarithmic: true,
    series: [
      curve('one user, p99', hot, 0.99),
      curve('one user, p50', hot, 0.5),
      curve('many users, p99', many, 0.99),
      curve('many users, p50', many, 0.5),
    ],
  };
}

function last(loads: Load[]): Load {
  const load = loads.at(-1);
  if (!load) throw new Error('no loads');
  return load;
}
