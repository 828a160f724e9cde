/** Imports bundles, one after the other, and tells what comes of it; see `trial.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { describeError, loadHandler } from './handler.ts';
import type { Trial, TrialReport } from './preflight.ts';

const report = (message: TrialReport): void => parentPort?.postMessage(message);

for (const { name, dir, handler, environment } of workerData as Trial[]) {
  report({ trying: name });
  for (const variable of Object.keys(process.env)) delete process.env[variable];
  Object.assign(process.env, environment);
  try {
    await loadHandler(dir, handler);
  } catch (error) {
    report({ trying: name, error: describeError(error) });
    break;
  }
}
