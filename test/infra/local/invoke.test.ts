/** `npm run invoke` as a process of its own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { run } from '../../support/processes.ts';
import { USER_ID } from '../../support/samples.ts';
import { useService } from '../../support/service.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'invoke-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const ROOT = join(import.meta.dirname, '../../..');

/** `RequestPayout` has `test/events/request-payout.json`. */
const fileOf = (name: string): string =>
  `test/events/${name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.json`;

const invoke = (...args: string[]) => invokeIn({ ASSEMBLY: inject('assembly') }, ...args);

async function invokeIn(env: NodeJS.ProcessEnv, ...args: string[]) {
  const { exitCode, output, errors } = run('infra/local/invoke.ts', args, {
    TMPDIR: folder,
    ...env,
  });
  return { exitCode: await exitCode, output: output(), errors: errors() };
}

const saying = (text: string) => expect.stringContaining(text);
test.each([
  ['RequestPayout', { statusCode: 202, body: saying('"status":"requested"') }],
  ['GetUser', { statusCode: 200, body: saying('"available_micro":1000000000,') }],
  ['PublishPayoutEvents', { batchItemFailures: [] }],
])('%s with its event: the result is printed and nothing left behind', async (name, result) => {
  const { exitCode, output } = await invokeIn({}, name, fileOf(name));
  expect([exitCode, JSON.parse(output)]).toEqual([0, expect.objectContaining(result)]);
  expect(readdirSync(folder)).toEqual([]);
});

describe('the events of test/events', () => {
  const service = useService({ poolSize: 1 });
  beforeAll(async () => {
    await service.newDemo();
  });

  const resultOf = async (name: string) =>
    (await service.run(name, JSON.parse(readFileSync(join(ROOT, fileOf(name)), 'utf8')))) as {
      statusCode: bigint;
      body: string;
    };

  const notFound = { error: 'payout_not_found' };
  test.each([
    ['GetOverview', 200, { balance: { available_micro: 1_000_000_000 } }],
    ['ListRewards', 200, { items: [{ amount_micro: 1_000_000_000, status: 'available' }] }],
    ['SpendOnInvoice', 200, { ok: true }],
    ['RequestPayout', 202, { status: 'requested', amount_micro: 25_000_000 }],
    ['ListPayouts', 200, { items: [{ status: 'requested' }] }],
    ['GetPayout', 404, notFound],
    ['CancelPayout', 404, notFound],
    ['ListQueue', 200, { items: [{ status: 'requested' }] }],
    ['GetTotals', 200, { totals: [{ status: 'requested', count: 1 }], is_complete: true }],
    ['GetPayoutAsOperator', 404, notFound],
    ['ClaimPayout', 404, notFound],
    ['ApprovePayout', 404, notFound],
    ['RecordAttempt', 404, notFound],
    ['ReviewPayout', 404, notFound],
    ['ReleasePayout', 404, notFound],
    ['MarkPayoutSent', 404, notFound],
    ['MarkPayoutFailed', 404, notFound],
    ['CancelPayoutAsOperator', 404, notFound],
    ['FreezeUser', 200, { user_id: USER_ID, frozen: { note: 'Looked at.' } }],
    ['ThawUser', 200, { user_id: USER_ID, thawed: { note: 'Looked at.' } }],
    ['GetUser', 200, { user_id: USER_ID }],
  ])('%s answers %i', async (name, statusCode, body) => {
    const response = await resultOf(name);
    expect(Number(response.statusCode)).toBe(statusCode);
    expect(JSON.parse(response.body)).toMatchObject(body);
  });

  test.each([
    ['ProcessBillingEvents', { batchItemFailures: [] }],
    ['PublishPayoutEvents', { batchItemFailures: [] }],
    ['UnlockDueRewards', null],
    ['MeasureQueue', null],
    ['Reconcile', { checked: 1n, drifted: 0n }],
  ])('%s returns %o', async (name, result) => {
    const returned = await resultOf(name);
    if (result === null) expect(returned).toBeNull();
    else expect(returned).toMatchObject(result);
  });

  test('are one for every function', () => {
    const files = service.stack.functions.map(({ name }) => basename(fileOf(name)));
    expect(readdirSync(join(ROOT, 'test/events')).sort()).toEqual(files.sort());
  });
});

describe('one clear sentence and a non-zero exit', () => {
  const event = 'test/events/get-overview.json';

  test.each([
    [[], 'Usage: npm run invoke -- <Function> <event.json>'],
    [['GetOverview', 'nowhere.json'], 'There is no event file nowhere.json.'],
    [['GetOverview', 'README.txt'], 'There is no event file README.txt.'],
    [['Nobody', event], 'There is no function Nobody; the stack has'],
  ])('%j', async (args, sentence) => {
    const { exitCode, output, errors } = await invoke(...args);
    expect([exitCode, output]).toEqual([1, '']);
    expect(errors).toContain(sentence);
    expect(errors.trim().split('\n')).toHaveLength(1);
  });

  test.each([
    ['is not JSON', '{', 'event.json is not JSON: '],
    ['the function does not survive', 'null', 'GetOverview failed: TypeError'],
  ])('an event that %s', async (_what, text, sentence) => {
    const file = join(folder, 'event.json');
    writeFileSync(file, text);
    const { exitCode, output, errors } = await invoke('GetOverview', file);
    rmSync(file);
    expect([exitCode, output]).toEqual([1, '']);
    expect(errors).toContain(sentence.replace('event.json', `The event file ${file}`));
  });
});
