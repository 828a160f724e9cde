/** A hot user: 1 to 64 payouts in parallel by one user, beside as many by different users. */
import type { Section } from '../bench.ts';
import { BALANCED } from '../hot-user/books.ts';
import { hotUserCharts } from '../hot-user/charts.ts';
import { CEILING_PER_SECOND } from '../hot-user/conflicts.ts';
import { type Crowd, crowd, MOST } from '../hot-user/crowd.ts';
import { acceptedShare, type Load, perSecond } from '../hot-user/load.ts';
import { atLeast, atMost, exactly, type Row, shown } from '../rows.ts';
import { percentile } from '../stats.ts';

const ROUNDS = 2;
const REQUESTS = 256;

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
        shown(
          '  throughput of one user / what one item allows',
          perSecond(last(conflicting.hot)) / CEILING_PER_SECOND,
          `${conflicting.conflicts} conflicts in all`,
        ),
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
      `  p99 of one user, ${MOST} in parallel, ms`,
      DEADLINE_MS,
      percentile(one.ms, 0.99),
      `p50 ${percentile(one.ms, 0.5).toFixed(0)} ms; of ${MOST} users ${percentile(others.ms, 0.5).toFixed(0)} and ${percentile(others.ms, 0.99).toFixed(0)} ms`,
    ),
    exactly('  accounts, items and answers', BALANCED, books),
  ];
}

function last(loads: Load[]): Load {
  const load = loads.at(-1);
  if (!load) throw new Error('no loads');
  return load;
}
