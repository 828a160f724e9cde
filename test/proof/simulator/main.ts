/** Says in words what a simulation came to. */

import { parseArgs } from 'node:util';
import { openAssembly } from '../../../infra/local/template/synthesize.ts';
import { orUsage, wholeNumber } from '../usage.ts';
import type { Step } from './history/steps.ts';
import { type Shrunk, shrink } from './shrink.ts';
import { type Progress, type Result, type Settings, simulate } from './simulate.ts';
import { SimulatedStack } from './stack/simulated-stack.ts';
import type { Violation } from './verify.ts';

function report(
  { seed, users }: Settings,
  result: Result,
  stack: Pick<SimulatedStack, 'proxy' | 'providers' | 'restarts'>,
  seconds: number,
  shrunk: Shrunk | undefined,
): string {
  const { steps, operations, unknown, asked, resolved, seen, found, violation } = result;
  const lines = [
    `seed ${seed}: ${operations} operations in ${steps} steps by ${users} users at a time, ${seconds.toFixed(0)} s`,
    `  ${unknown} writes without a definite answer; ${asked} that can be asked again, ${resolved} of them answered in the end`,
    `  faults: ${counted({ ...stack.proxy.faultCounts, 'engine restarts': stack.restarts })}`,
    `  answers: ${counted(seen)}`,
    `  found on the chain: ${counted(found)}; providers: ${counted(stack.providers.counts)}`,
  ];
  if (!violation) return [...lines, '  no invariant was broken'].join('\n');
  const flags = settings.restarts ? '' : ' --no-restarts';
  const again = `  repeat with: npm run simulate -- --seed ${seed} --steps ${steps} --users ${users}${flags}`;
  const failure = shrunk
    ? [
        `the shortest history found that shows it (${shrunk.history.length} steps):`,
        ...shrunk.history.map(line),
        ...told(shrunk.violation),
      ]
    : [
        'it did not repeat itself; the last steps were:',
        ...result.history.slice(-5).map(line),
        ...told(violation),
      ];
  return [...lines, `BROKEN at step ${violation.step}: ${violation.rule}`, again, ...failure].join(
    '\n',
  );
}

const counted = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .sort()
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');

const line = ({ number, atMs, faultMode, duty, deliverLate, operations }: Step): string =>
  [
    `  step ${number} at ${new Date(atMs).toISOString()}, ${duty ?? faultMode}${deliverLate ? ', late writes arrive' : ''}`,
    ...operations.map(({ id, operation }) => `    #${id} ${JSON.stringify(operation)}`),
  ].join('\n');

const told = ({ rule, details }: Violation): string[] => [
  `  ${rule}`,
  ...details.map((detail) => `    ${detail}`),
];

const USAGE = `Usage: npm run simulate -- [options]

Lets random users, operators, payers and billing loose on the stack while everything around it fails,
and holds every answer, every item and what lands on the chain against a model.

Options
  --seed N             decides the history (default 1)
  --seeds N            how many seeds, one after the other (default 1)
  --steps N            how many steps of each (default 2000)
  --users N            how many users at a time (default 8)
  --shrink-seconds N   how long to look for the shortest history that shows a fault (default 120)
  --no-restarts        never restarts the engine, for one that then forgets its stream
  --json               the result of each seed as JSON besides, for scripts
  --help               this

Exit code: 0 nothing broke; 1 something did; 2 the command line cannot be used.`;

const settings = orUsage(USAGE, (args) => {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      steps: { type: 'string', default: '2000' },
      users: { type: 'string', default: '8' },
      'shrink-seconds': { type: 'string', default: '120' },
      'no-restarts': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    seed: wholeNumber('seed', values.seed),
    seeds: wholeNumber('seeds', values.seeds, 1),
    steps: wholeNumber('steps', values.steps, 1),
    users: wholeNumber('users', values.users, 1),
    shrinkWithinMs: wholeNumber('shrink-seconds', values['shrink-seconds']) * 1000,
    restarts: !values['no-restarts'],
    json: values.json,
  };
});
const PROGRESS_MS = 10_000;

using assembly = await openAssembly();
/** Runs one seed; whether nothing broke. */
async function run(seed: number): Promise<boolean> {
  // A stack of its own: the stream of the engine makes writes the slower the more it holds.
  await using stack = await SimulatedStack.open(assembly.directory, settings);
  const { steps, users, shrinkWithinMs, json } = settings;
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
  const result = await simulate(stack, { seed, steps, users }, tell);
  const { violation, operations, history } = result;
  const shrunk = violation && (await shrink(stack, history, violation, shrinkWithinMs));
  console.log(
    report({ seed, steps, users }, result, stack, (performance.now() - start) / 1000, shrunk),
  );
  if (json)
    console.log(JSON.stringify({ violation, operations, shortest: shrunk?.history.length }));
  return violation === undefined;
}

for (let seed = settings.seed; seed < settings.seed + settings.seeds; seed++) {
  if (await run(seed)) continue;
  process.exitCode = 1;
  break;
}
