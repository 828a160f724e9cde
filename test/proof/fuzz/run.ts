/**
 * A whole run: as many requests as asked for, in lanes beside each other, and the books at the end.
 */
import { Gate } from './gate.ts';
import { Histogram } from './histogram.ts';
import { epochOf, type Failure, LANES, Lane, REQUESTS_PER_WORLD, type Shared } from './lane.ts';
import { createJudge } from './oracle/judge.ts';
import { Secrets } from './secrets.ts';
import type { Stack } from './stack.ts';
import type { Trial } from './trial.ts';

type RunOptions = {
  seed: number;
  requests: number;
  /** Only this request, after those before it that made its users what they are. */
  only?: number | undefined;
  /** A run with as many failures has said enough. */
  failuresMax?: number;
  /** How long to look for a smaller request that fails too. */
  shrinkMs?: number;
  onProgress?: (done: number) => void;
  onFailure?: (failure: Failure) => void;
};

type Report = {
  failures: Failure[];
  histogram: Histogram;
  /** What is wrong beside the answers. */
  findings: string[];
  /** The answer to the request that was asked for alone. */
  shown?: Trial;
};

export async function fuzz(stack: Stack, options: RunOptions): Promise<Report> {
  const {
    seed,
    requests,
    only,
    failuresMax = 20,
    shrinkMs = 10_000,
    onProgress,
    onFailure,
  } = options;
  const histogram = new Histogram();
  const secrets = new Secrets();
  const report: Report = { failures: [], histogram, findings: [] };
  let done = 0;
  const shared: Shared = {
    seed,
    stack,
    judge: createJudge(secrets),
    gate: new Gate(),
    secrets,
    everyone: [],
    onTrial: (index, trial) => {
      histogram.add(trial);
      if (index === only) report.shown = trial;
      onProgress?.(++done);
    },
  };
  const lanes = Array.from({ length: LANES }, (_, number) => new Lane(number, shared));
  await Promise.all(
    lanes.map(async (lane, number) => {
      for (const index of indexesOf(number, requests, only)) {
        const failure = await lane.check(
          index,
          only === undefined || index === only ? shrinkMs : 0,
        );
        if (failure) {
          report.failures.push(failure);
          onFailure?.(failure);
        }
        if (report.failures.length >= failuresMax) return;
      }
    }),
  );
  for (const lane of lanes) lane.close();

  const books = await stack.reconcile();
  if (books.drifted > 0 || books.skipped > 0)
    report.findings.push(`the books: ${JSON.stringify(books)}`);
  report.findings.push(
    ...stack.watch.takeRefusable().map((what) => `DynamoDB would refuse ${what}`),
    ...stack.watch.left().map((what) => `written for no request: ${what}`),
  );
  return report;
}

/** The requests of a lane. */
function indexesOf(lane: number, requests: number, only: number | undefined): number[] {
  const all = (from: number, to: number) =>
    Array.from({ length: Math.max(0, Math.ceil((to - from) / LANES)) }, (_, n) => from + n * LANES);
  if (only === undefined) return all(lane, requests);
  if (only % LANES !== lane) return [];
  return all(epochOf(only) * REQUESTS_PER_WORLD * LANES + lane, only + 1);
}
