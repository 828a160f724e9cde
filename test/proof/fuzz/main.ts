/** `npm run fuzz -- --seed N --requests N [--only K]`: hostile requests, each answer predicted. */
import { parseArgs } from 'node:util';
import { readAssembly } from '../../../infra/local/template/read-assembly.ts';
import { openAssembly } from '../../../infra/local/template/synthesize.ts';
import { orUsage, wholeNumber } from '../usage.ts';
import { documented } from './answer-counts.ts';
import { fuzz } from './fuzz.ts';
import { startFuzzedStack } from './fuzzed-stack.ts';
import { answerText, pasteable } from './paste.ts';
import type { Failure } from './worker.ts';

const PROGRESS_EVERY = 5000;

const USAGE = `Usage: npm run fuzz -- [options]

Sends hostile requests to the stack; an oracle predicts every answer.

Options
  --seed N       decides the requests (default 1)
  --requests N   how many (default 10000)
  --only K       the request K of the seed alone
  --help         this

Exit code: 0 nothing was wrong; 1 something was; 2 the command line cannot be used.`;

const { seed, requests, only } = orUsage(USAGE, (args) => {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      requests: { type: 'string', default: '10000' },
      only: { type: 'string' },
    },
  });
  return {
    seed: wholeNumber('seed', values.seed),
    requests: wholeNumber('requests', values.requests, 1),
    only: values.only === undefined ? undefined : wholeNumber('only', values.only),
  };
});

using assembly = await openAssembly();
await using stack = await startFuzzedStack(readAssembly(assembly.directory));
const startedMs = performance.now();
const report = await fuzz(stack, {
  seed,
  requests,
  only,
  onFailure: show,
  onProgress: (done) =>
    done % PROGRESS_EVERY === 0 && console.log(`${done} requests, ${seconds()} s`),
});

for (const finding of report.findings) console.log(`Found: ${finding}`);
if (report.shown) {
  console.log(pasteable(report.shown.bytes, stack.port));
  for (const answer of report.shown.answers) console.log(`\n${answerText(answer)}`);
} else {
  console.log(`\n${report.histogram}\n`);
  for (const answer of report.histogram.missing(documented)) console.log(`Never seen: ${answer}`);
}
const wrong = report.failures.length + report.findings.length;
console.log(
  `Seed ${seed}: ${only === undefined ? `${requests} requests` : `request ${only}`}, ${wrong} wrong, ${seconds()} s.`,
);
process.exitCode = wrong === 0 ? 0 : 1;

function show({ index, first, smallest }: Failure): void {
  console.log(
    `\nRequest ${index} of seed ${seed} (again: npm run fuzz -- --seed ${seed} --only ${index})`,
  );
  for (const finding of first.findings) console.log(`  ${finding.slice(0, 1000)}`);
  console.log('The smallest request that shows something wrong:');
  for (const finding of smallest.findings) console.log(`  ${finding.slice(0, 1000)}`);
  console.log(pasteable(smallest.bytes, stack.port));
  for (const answer of smallest.answers) console.log(`${answerText(answer)}\n`);
  for (const line of stack.logs.splice(0)) console.log(`log: ${line.slice(0, 2000)}`);
}

function seconds(): string {
  return ((performance.now() - startedMs) / 1000).toFixed(1);
}
