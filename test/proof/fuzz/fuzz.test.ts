/** The fuzzer finds nothing in the service, and finds every fault planted around its functions. */

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import type { LocalStack } from '../../../infra/local/template/local-stack.ts';
import { readAssembly } from '../../../infra/local/template/read-assembly.ts';
import { patience } from '../../support/patience.ts';
import { documented } from './answer-counts.ts';
import { fuzz } from './fuzz.ts';
import { startFuzzedStack } from './fuzzed-stack.ts';
import { draft } from './grammar/whole-requests.ts';
import { makeUserGroup } from './user-group.ts';

/** By function: code that may change the answer `r` to the event `e`; `n` counts, `last` keeps. */
type Plants = Record<string, string>;

/** The stack with these functions in the place of its own. */
function planted(stack: LocalStack, plants: Plants): LocalStack & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-planted-'));
  const functions = stack.functions.map((lambda) => {
    const plant = plants[lambda.name];
    if (plant === undefined) return lambda;
    const dir = join(folder, lambda.name);
    mkdirSync(dir);
    copyFileSync(join(lambda.dir, 'index.mjs'), join(dir, 'real.mjs'));
    writeFileSync(
      join(dir, 'index.mjs'),
      `import { handler as real } from './real.mjs';
      let n = 0, last;
      export const handler = async (e, context) => {
        const r = await real(e, context);
        n++;
        ${plant}
        return r;
      };`,
    );
    return { ...lambda, dir };
  });
  return { ...stack, functions, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

const stack = readAssembly(inject('assembly'));

test('two thousand hostile requests get the answers that the contract gives', {
  timeout: patience(120_000),
}, async () => {
  await using service = await startFuzzedStack(stack);
  const { failures, findings, histogram } = await fuzz(service, { seed: 9, requests: 2000 });
  expect(failures.map(({ index, first }) => [index, ...first.findings])).toEqual([]);
  expect(findings).toEqual([]);
  // Not every route gives its every answer in so short a run, but every answer is given somewhere.
  const everywhere = new Set(Object.values(documented).flat());
  expect([...everywhere].filter((answer) => !histogram.answers().has(answer))).toEqual([]);
});

/** One fault in each of some functions; `n` counts within an instance, and there may be several. */
const PLANTS: [what: string, functionName: string, plant: string, finding: RegExp][] = [
  [
    'a server error',
    'GetOverview',
    'if (r.statusCode === 200) r.statusCode = 500;',
    /me: 200 instead of 500/,
  ],
  [
    'a crash',
    'ListPayouts',
    "if (n % 3 === 2) throw new Error('planted');",
    /payouts: .* instead of 500 \{"message":"Internal Server Error"\}/,
  ],
  [
    'another tag',
    'GetPayout',
    "if (r.statusCode === 404) r.body = r.body.replace('payout_not_found', 'balance_insufficient');",
    /404 payout_not_found instead of 404/,
  ],
  [
    'somebody else’s answer',
    'ListRewards',
    'const mine = r.body; if (n % 5 === 4 && r.statusCode === 200) r.body = last; if (r.statusCode === 200) last = mine;',
    /rewards: the answer shows .* which is another user's/,
  ],
  [
    'a write under a refusal',
    'RequestPayout',
    "if (r.statusCode === 202 && n % 3 === 0) Object.assign(r, { statusCode: 400, body: JSON.stringify({ error: 'balance_insufficient', message: 'The amount is more than the available balance.', request_id: e.requestContext.requestId }) });",
    /1 writes instead of 0/,
  ],
  [
    'a success without a write',
    'SpendOnInvoice',
    'if (r.statusCode === 400 && n % 3 === 0) Object.assign(r, { statusCode: 200, body: \'{"ok":true}\' });',
    /invoice: .* instead of 200 \{"ok":true\}/,
  ],
  [
    'a lost header',
    'CancelPayout',
    "delete r.headers['cache-control'];",
    /cache-control is not no-store/,
  ],
  [
    'internals in a message',
    'MarkPayoutSent',
    'if (r.statusCode === 400) r.body = r.body.replace(/"message":"[^"]*"/, \'"message":"Error: PayoutsTable refused it."\');',
    /the body shows what is inside/,
  ],
  [
    'a balance that is off by one',
    'GetUser',
    `r.body = r.body.replace(/"available_micro":(\\d+)/, (_, micro) => '"available_micro":' + (BigInt(micro) + 1n));`,
    /users\/\{\}: the body is not/,
  ],
];

test('every planted fault is found', { timeout: patience(120_000) }, async () => {
  using faulty = planted(stack, Object.fromEntries(PLANTS.map(([, name, plant]) => [name, plant])));
  await using service = await startFuzzedStack(faulty);
  const { failures } = await fuzz(service, {
    seed: 7,
    requests: 500,
    failuresMax: 500,
    shrinkMs: 0,
  });
  const findings = failures.flatMap(({ first }) => first.findings);
  const missed = PLANTS.filter(([, , , finding]) => !findings.some((found) => finding.test(found)));
  expect(missed.map(([what]) => what)).toEqual([]);
});

test('a failure comes with a smaller request that shows it too', {
  timeout: patience(60_000),
}, async () => {
  using faulty = planted(stack, { GetOverview: 'r.statusCode = 500;' });
  await using service = await startFuzzedStack(faulty);
  const { failures } = await fuzz(service, { seed: 7, requests: 500, failuresMax: 1 });
  const lengths = failures.map(({ first, smallest }) => [
    first.bytes.length,
    smallest.bytes.length,
  ]);
  expect(lengths).not.toEqual([]);
  for (const [first = 0, smallest = 0] of lengths) expect(smallest).toBeLessThanOrEqual(first);
  expect(failures[0]?.smallest.findings.join()).toMatch(/instead of 500/);
});

test('the same seed sends the same bytes', () => {
  // Operators sign the time.
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  onTestFinished(() => void vi.useRealTimers());
  const sent = (seed: number) =>
    fc
      .sample(draft, { seed, numRuns: 300 })
      .map((write) => write(makeUserGroup(1, 0, '0', 16)).toString('latin1'));
  expect(sent(5)).toEqual(sent(5));
  expect(sent(5)).not.toEqual(sent(6));
});
