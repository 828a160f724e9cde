/** `npm run invoke` as a process of its own. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../support/processes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'invoke-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function invoke(...args: string[]) {
  const { exitCode, output, errors } = run('infra/local/invoke.ts', args, { TMPDIR: folder });
  return { exitCode: await exitCode, output: output(), errors: errors() };
}

describe('the events of test/events', () => {
  test.each([
    ['RequestPayout', 'request-payout', 202, { status: 'requested', amount_micro: 25_000_000 }],
    ['ListPayouts', 'list-payouts', 200, { items: [] }],
    ['GetOverview', 'get-overview', 200, { balance: { available_micro: 1_000_000_000 } }],
  ])('%s answers %s with %i', async (name, event, statusCode, body) => {
    const { exitCode, output } = await invoke(name, `test/events/${event}.json`);
    const response = JSON.parse(output);
    expect([exitCode, response.statusCode]).toEqual([0, statusCode]);
    expect(JSON.parse(response.body)).toMatchObject(body);
    expect(readdirSync(folder)).toEqual([]);
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

  test('an event that is not JSON', async () => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, '{');
    const { exitCode, errors } = await invoke('GetOverview', file);
    rmSync(file);
    expect(exitCode).toBe(1);
    expect(errors).toContain(`The event file ${file} is not JSON: `);
  });

  test('an event that the function does not survive', async () => {
    const file = join(folder, 'null.json');
    writeFileSync(file, 'null');
    const { exitCode, output, errors } = await invoke('GetOverview', file);
    rmSync(file);
    expect([exitCode, output]).toEqual([1, '']);
    expect(errors).toContain('GetOverview failed: TypeError');
  });
});
