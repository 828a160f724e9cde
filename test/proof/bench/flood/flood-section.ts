/** A flood on one route: what callers of thirteen others notice, with throttles and without. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openDatabase, serveStack } from '../../../../infra/local/service.ts';
import type { LocalStack } from '../../../../infra/local/template/local-stack.ts';
import type { Section } from '../bench.ts';
import { payoutBody } from '../callers.ts';
import { atMost, percentile, type Row, shown } from '../report.ts';
import type { Flood, Flooded } from './flooder.ts';
import { type Asked, ask, othersThan } from './others.ts';

const ROUNDS = 8;
/** Of each of these, which is far below what any may have. */
const PACE = { seconds: 4, perSecond: 1 };
/** Thirty times what the flooded route takes, and half as much again as all shared before. */
const FLOOD_PER_SECOND = 300;
/** All functions together, as in a new account. */
const CONCURRENCY = 10;
const POOL_SIZE = 2;

/** How the stage was throttled while all routes shared one bucket. */
const SHARED = { rate: 200, burst: 400 };

const oneForAll = (stack: LocalStack): LocalStack => ({
  ...stack,
  routes: stack.routes.map(({ throttle: _own, ...route }) => route),
  throttle: SHARED,
});

type Seen = { quiet: Asked[]; flooded: Asked[]; flood: Flooded };

export const flood: Section = {
  name: 'flood',
  title: 'A flood of junk on one route, and thirteen others beside it',
  run: async ({ stack, rounds }) => {
    const own = await watch(stack, rounds(ROUNDS));
    const shared = await watch(oneForAll(stack), rounds(ROUNDS));
    const [quiet, flooded] = [together(own.quiet), together(own.flooded)];
    return {
      rows: [
        shown('others, quiet: share without a 2xx', failedShare(quiet), said(quiet)),
        atMost('others, flooded: share without a 2xx', 0.01, failedShare(flooded), said(flooded)),
        atMost('others, p99 flooded / quiet', 3, p99(flooded) / p99(quiet), times(flooded, quiet)),
        shown('others, p50 flooded / quiet', p50(flooded) / p50(quiet)),
        shown('the flooded route', statuses(own.flood)),
        ...before(shared),
      ],
    };
  },
};

/** What the throttles are for: the same with one bucket for all routes. */
function before(shared: Seen): Row[] {
  const [quiet, flooded] = [together(shared.quiet), together(shared.flooded)];
  return [
    shown('one bucket for all: share without a 2xx', failedShare(flooded), said(flooded)),
    shown('  p99 of the rest, flooded / quiet', p99(flooded) / p99(quiet), times(flooded, quiet)),
    shown('  the flooded route', statuses(shared.flood)),
  ];
}

/** Quiet and flooded by turns, on one stack. */
async function watch(stack: LocalStack, rounds: number): Promise<Seen> {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openDatabase(stack, {}));
  const options = { poolSize: POOL_SIZE, concurrency: CONCURRENCY, throttling: true };
  const service = opened.use(await serveStack(stack, { database, ...options, log: () => {} }));
  const { url } = service.gateway;
  const others = await othersThan(url, database);
  // The first requests of a process are its slowest.
  await ask(others, PACE);
  const seen: Seen = { quiet: [], flooded: [], flood: {} };
  for (let round = 0; round < rounds; round++) {
    seen.quiet.push(await ask(others, PACE));
    const flooder = startFlood(url);
    seen.flooded.push(await ask(others, PACE));
    for (const [status, count] of Object.entries(await flooder.stop()))
      seen.flood[status] = (seen.flood[status] ?? 0) + count;
  }
  return seen;
}

function startFlood(url: string) {
  const flooder = fork(join(import.meta.dirname, 'flooder.ts'), [], { execArgv: [] });
  const flood: Flood = {
    url: `${url}/v1/referrals/payouts`,
    method: 'POST',
    // A session that looks like one, so that it has to be looked up.
    headers: { 'content-type': 'application/json', cookie: `nl_session=${'x'.repeat(43)}` },
    body: payoutBody(25_000_000n),
    perSecond: FLOOD_PER_SECOND,
  };
  flooder.send(flood);
  const exited = once(flooder, 'exit');
  return {
    stop: async (): Promise<Flooded> => {
      const told = once(flooder, 'message') as Promise<[Flooded]>;
      flooder.send('stop');
      const [counts] = await Promise.race([
        told,
        exited.then(([code]) => Promise.reject(new Error(`the flood ended with ${code}`))),
      ]);
      await exited;
      return counts;
    },
  };
}

const together = (all: Asked[]): Asked => ({
  ms: all.flatMap(({ ms }) => ms),
  failed: all.reduce((sum, { failed }) => sum + failed, 0),
  reasons: new Set(all.flatMap(({ reasons }) => [...reasons])),
});

const p99 = ({ ms }: Asked): number => percentile(ms, 0.99);
const p50 = ({ ms }: Asked): number => percentile(ms, 0.5);
const failedShare = ({ ms, failed }: Asked): number => failed / (ms.length + failed);
const said = ({ ms, failed, reasons }: Asked): string =>
  [`of ${ms.length + failed}`, ...reasons].join('; ');
const times = (a: Asked, b: Asked): string => `${p99(a).toFixed(1)} ms / ${p99(b).toFixed(1)} ms`;
const statuses = (counts: Flooded): string =>
  Object.entries(counts)
    .map(([status, count]) => `${status}: ${count}`)
    .join(', ');
