/** A whole run: so many requests, by workers beside each other, and the accounts at the end. */

import { Histogram } from './answer-counts.ts';
import type { FuzzedStack } from './fuzzed-stack.ts';
import { createJudge } from './oracle/judge.ts';
import { Secrets } from './secrets.ts';
import type { JudgedRequest } from './send-and-judge.ts';
import {
  type Failure,
  generationOf,
  REQUESTS_PER_GROUP,
  type Shared,
  SharedLock,
  WORKERS,
  Worker,
} from './worker.ts';

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
  shown?: JudgedRequest;
};

export async function fuzz(stack: FuzzedStack, options: RunOptions): Promise<Report> {
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
    lock: new SharedLock(),
    secrets,
    everyone: [],
    onJudged: (index, judged) => {
      histogram.add(judged);
      if (index === only) report.shown = judged;
      onProgress?.(++done);
    },
  };
  const workers = Array.from({ length: WORKERS }, (_, number) => new Worker(number, shared));
  await Promise.all(
    workers.map(async (worker, number) => {
      for (const index of indexesOf(number, requests, only)) {
        const failure = await worker.check(
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
  for (const worker of workers) worker.close();

  await stack.makeReadable(shared.everyone);
  const books = await stack.reconcile();
  if (books.drifted > 0 || books.skipped > 0)
    report.findings.push(`the books: ${JSON.stringify(books)}`);
  report.findings.push(
    ...stack.watch.takeRefusable().map((what) => `DynamoDB would refuse ${what}`),
    ...stack.watch.left().map((what) => `written for no request: ${what}`),
  );
  return report;
}

/** The requests of a worker. */
function indexesOf(worker: number, requests: number, only: number | undefined): number[] {
  const all = (from: number, to: number) =>
    Array.from(
      { length: Math.max(0, Math.ceil((to - from) / WORKERS)) },
      (_, n) => from + n * WORKERS,
    );
  if (only === undefined) return all(worker, requests);
  if (only % WORKERS !== worker) return [];
  return all(generationOf(only) * REQUESTS_PER_GROUP * WORKERS + worker, only + 1);
}
