/** Finds the bundle that does not start before somebody's first request does. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Problem } from '../../problem.ts';
import type { LocalFunction } from '../template/local-stack.ts';
import { type Endpoints, environmentOf, type FunctionError } from './instance.ts';

export type Trial = Pick<LocalFunction, 'name' | 'dir' | 'handler' | 'environment'>;
export type TrialReport = { trying: string; error?: FunctionError };

/**
 * Imports every function's bundle once, with the function's own environment, in one thread: a
 * process for each, as its requests get one later, would make everybody wait for functions that
 * they may never call. Throws Problem for the first that does not start.
 */
export async function tryBundles(functions: LocalFunction[], endpoints: Endpoints): Promise<void> {
  const trials: Trial[] = functions.map((lambda) => ({
    name: lambda.name,
    dir: lambda.dir,
    handler: lambda.handler,
    environment: environmentOf(lambda, endpoints),
  }));
  // Its threads' output would only say in more words what the report says.
  const worker = new Worker(new URL('./preflight-worker.ts', import.meta.url), {
    workerData: trials,
    stdout: true,
    stderr: true,
  });
  let last: TrialReport | undefined;
  worker.on('message', (report: TrialReport) => {
    last = report;
  });
  const [code] = await once(worker, 'exit');
  const error =
    last?.error ?? (code === 0 ? undefined : ended(`The process ended with exit status ${code}.`));
  if (error)
    throw new Problem(
      `The function ${last?.trying} does not start: ${error.errorType}: ${error.errorMessage}`,
    );
}

const ended = (errorMessage: string): FunctionError => ({
  errorType: 'Runtime.ExitError',
  errorMessage,
  trace: [],
});
