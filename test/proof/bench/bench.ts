/** What the sections share: the stack as deployed, its floors and its peer, built in this run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build, stop } from 'esbuild';
import { buildApp } from '../../../infra/assembly.ts';
import { bundle } from '../../../infra/compute/bundle.ts';
import type { LocalFunction, LocalStack } from '../../../infra/local/template/local-stack.ts';
import { readAssembly } from '../../../infra/local/template/read-assembly.ts';
import { withoutStreams } from '../../support/histories.ts';
import type { Row } from './report.ts';
import type { Chart } from './svg/chart.ts';

export type Bench = {
  stack: LocalStack;
  /** The same with the peer in the place of the payout function. */
  peerStack: LocalStack;
  payout: LocalFunction;
  files: {
    payout: string;
    /** A bundle that only makes a client. */
    clientOnly: string;
    /** The payout's two calls with all known beforehand, bundled as most do it and as we do. */
    twoCalls: string;
    twoCallsOurRecipe: string;
    /** The usual recipe, bundled as most do it. */
    peer: string;
  };
  /** A folder that goes with this process. */
  work: string;
  /** That many rounds, or few of them when the benchmark itself is being tried. */
  rounds: (full: number) => number;
};

export type Section = {
  name: string;
  title: string;
  run: (bench: Bench) => Promise<{ rows: Row[]; charts?: Chart[] }>;
};

const QUICKER = 7;

export async function prepare({ quick }: { quick: boolean }): Promise<Bench> {
  const work = mkdtempSync(join(tmpdir(), 'referral-payouts-bench-'));
  process.on('exit', () => rmSync(work, { recursive: true, force: true }));
  const assembly = (await buildApp({ outdir: join(work, 'assembly') })).synth();
  // Writes slow down with a stream's length, in ours as in the floors: it would flatter ratios.
  const stack = withoutStreams(readAssembly(assembly.directory));
  const payout = stack.functions.find(({ name }) => name === 'RequestPayout');
  if (!payout) throw new Error('The stack has no function RequestPayout.');

  const floors = ['client-only', 'two-calls'].map((name) => `floors/${name}.ts`);
  await buildUsual(floors, {
    outdir: join(work, 'usual'),
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    mainFields: ['module', 'main'],
  });
  // As CommonJS with the packages' `main` files, which is what esbuild does for Node by itself.
  await buildUsual(['peer/app.mjs'], { outfile: join(work, 'peer/index.js') });
  await bundle({ 'two-calls': 'test/proof/bench/floors/two-calls.ts' }, join(work, 'ours'));
  await stop();
  return {
    stack,
    peerStack: {
      ...stack,
      functions: stack.functions.map((each) =>
        each === payout ? { ...each, dir: join(work, 'peer') } : each,
      ),
    },
    payout,
    files: {
      payout: join(payout.dir, 'index.mjs'),
      clientOnly: join(work, 'usual/client-only.mjs'),
      twoCalls: join(work, 'usual/two-calls.mjs'),
      twoCallsOurRecipe: join(work, 'ours/two-calls/index.mjs'),
      peer: join(work, 'peer/index.js'),
    },
    work,
    rounds: (full) => (quick ? Math.ceil(full / QUICKER) : full),
  };
}

const buildUsual = (entries: string[], options: BuildOptions) =>
  build({
    entryPoints: entries.map((entry) => join(import.meta.dirname, entry)),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    logLevel: 'silent',
    ...options,
  });
