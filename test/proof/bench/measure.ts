/** Measurements in fresh processes, as a function's execution environment is one. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A bundle's file, an event for it (JSON) and the status of its answer. */
export type Case = { file: string; event: string; status: number };

/** Of each case `measured` blocks of so many calls, after `warmUp` blocks of those that warm up. */
export type Blocks = { warmUp: number; measured: number; calls: number };

export type Imported = { ms: number; undici: boolean };
export type Warm = { ms: number[]; cpuMicros: number };

export type Measure = ReturnType<typeof measuring>;

/** Every process gets this environment and nothing else. */
export function measuring(work: string, environment: Record<string, string>) {
  const taskFile = join(work, 'task.json');

  /** `spawnMs` is from spawn to the message with the result. */
  const run = async <Result>(task: object, more: Record<string, string> = {}) => {
    writeFileSync(taskFile, JSON.stringify(task));
    const start = performance.now();
    const child = fork(join(import.meta.dirname, 'child.mjs'), [], {
      env: { ...environment, ...more, BENCH_TASK: taskFile },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const exited = once(child, 'exit');
    const [result] = await Promise.race([
      once(child, 'message') as Promise<[Result]>,
      exited.then(([code]) => Promise.reject(new Error(`the measurement ended with ${code}`))),
    ]);
    const spawnMs = performance.now() - start;
    await exited;
    return { result, spawnMs };
  };

  return {
    import: async (bundle: Case) =>
      (await run<Imported>({ mode: 'import', cases: [bundle] })).result,
    /** Milliseconds from spawn to the first answer, started as Lambda starts a function. */
    first: async (bundle: Case) =>
      (
        await run(
          { mode: 'first', cases: [bundle] },
          { AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' },
        )
      ).spawnMs,
    compare: async (cases: (Case & { warmsUp: boolean })[], blocks: Blocks) =>
      (await run<Warm[]>({ mode: 'compare', cases, blocks })).result,
  };
}
