/** Finds the bundle that does not start before somebody's first request does. */
import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { Problem } from '../../problem.ts';
import type { LocalFunction } from '../template/local-stack.ts';
import { describeError, exitFailure, type FunctionError, loadHandler } from './handler.ts';
import { type Endpoints, environmentOf } from './instance.ts';

type Bundle = Pick<LocalFunction, 'name' | 'dir' | 'handler' | 'environment'>;
type Report = { name: string; error?: FunctionError };

/**
 * Imports every function's bundle once, with the function's own environment, in one thread: a
 * process for each, as its requests get one later, would make everybody wait for functions that
 * they may never call. Throws Problem for the first that does not start.
 */
export async function checkBundles(functions: LocalFunction[], endpoints: Endpoints) {
  const bundlesToCheck = functions.map((lambda): Bundle => {
    const { name, dir, handler } = lambda;
    return { name, dir, handler, environment: environmentOf(lambda, endpoints) };
  });
  // Its own output would only say in more words what its reports say.
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { bundlesToCheck },
    stdout: true,
    stderr: true,
  });
  let last: Report | undefined;
  worker.on('message', (report: Report) => {
    last = report;
  });
  const [code] = await once(worker, 'exit');
  if (code === 0 && last?.error === undefined) return;
  const { errorType, errorMessage } =
    last?.error ?? exitFailure(`The process ended with exit status ${code}.`).error;
  throw new Problem(`The function ${last?.name} does not start: ${errorType}: ${errorMessage}`);
}

/** What this same file does in the thread. */
async function importBundles(bundles: Bundle[]): Promise<void> {
  const report = (message: Report): void => parentPort?.postMessage(message);
  for (const { name, dir, handler, environment } of bundles) {
    report({ name });
    for (const variable of Object.keys(process.env)) delete process.env[variable];
    Object.assign(process.env, environment);
    try {
      await loadHandler(dir, handler);
    } catch (error) {
      return report({ name, error: describeError(error) });
    }
  }
}

const { bundlesToCheck } = (workerData ?? {}) as { bundlesToCheck?: Bundle[] };
if (bundlesToCheck) await importBundles(bundlesToCheck);
