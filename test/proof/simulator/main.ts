/**
 * `npm run simulate -- --seed N --steps N --users N`: tries to lose money, and shows the shortest
 * way when it can.
 */
import { parseArgs } from 'node:util';
import { openAssembly } from '../../../infra/local/template/synthesize.ts';
import { report } from './report.ts';
import { shrink } from './shrink.ts';
import { type Progress, simulate } from './simulate.ts';
import { Stack } from './stack.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    steps: { type: 'string', default: '2000' },
    users: { type: 'string', default: '8' },
    'shrink-seconds': { type: 'string', default: '120' },
    json: { type: 'boolean', default: false },
  },
});
const PROGRESS_MS = 10_000;
const shrinkWithinMs = Number(values['shrink-seconds']) * 1000;

using assembly = await openAssembly();
await using stack = await Stack.open(assembly.directory);

/** Runs one seed; whether nothing broke. */
async function run(seed: number): Promise<boolean> {
  const settings = { seed, steps: Number(values.steps), users: Number(values.users) };
  const start = performance.now();
  let told = start;
  const tell = ({ steps, operations, unknown }: Progress): void => {
    if (performance.now() - told < PROGRESS_MS) return;
    told = performance.now();
    const rate = Math.round(operations / ((told - start) / 1000));
    console.log(
      `seed ${seed}: ${steps} steps, ${operations} operations (${rate}/s), ${unknown} unknown`,
    );
  };
  const result = await simulate(stack, settings, tell);
  const { violation, operations, history } = result;
  const shrunk = violation && (await shrink(stack, history, violation, shrinkWithinMs));
  console.log(report(settings, result, stack, (performance.now() - start) / 1000, shrunk));
  if (values.json)
    console.log(JSON.stringify({ violation, operations, shortest: shrunk?.history.length }));
  return violation === undefined;
}

for (let seed = Number(values.seed); seed < Number(values.seed) + Number(values.seeds); seed++) {
  if (await run(seed)) continue;
  process.exitCode = 1;
  break;
}
