/** What a call comes to when the gateway answers it by itself, in Node. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { TriportClient } from '../../../sdk/typescript/src/index.ts';
import {
  gatewayCases,
  type StandInGateway,
  seenOf,
  startStandInGateway,
} from '../gateway-answers.ts';
import { PAYOUT } from './scripted-fetch.ts';

const request = { amountMicro: 25_000_000, network: 'solana', address: PAYOUT.address };

let gateway: StandInGateway;
beforeAll(async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  gateway = await startStandInGateway();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await gateway.close();
});

test.each(gatewayCases)('$name', async (one) => {
  gateway.script(one.answers);
  const { referrals } = new TriportClient({ baseUrl: gateway.url, maxRetries: 1 });
  const error = await referrals.createPayout(request).catch((reason) => reason);
  expect(error).toMatchObject({ ...seenOf(one), idempotencyKey: gateway.keys[0] });
  expect(gateway.keys).toHaveLength(one.attempts);
  expect(new Set(gateway.keys).size).toBe(1);
});

test('the README names every answer, and what becomes of it', () => {
  const readme = readFileSync(
    join(import.meta.dirname, '../../../sdk/typescript/README.md'),
    'utf8',
  );
  const rows = readme.split('\n').filter((line) => line.startsWith('| `un'));
  for (const one of gatewayCases.filter(({ answers }) => answers.length === 1)) {
    const row = rows.find((text) => text.includes(String(seenOf(one).status))) ?? '';
    const [, tag, , again, write] = row.split('|').map((cell) => cell.trim());
    expect([one.name, tag, again, write]).toEqual([
      one.name,
      `\`${one.tag}\``,
      one.attempts === 2 ? 'yes' : 'no',
      one.outcomeUnknown ? 'is in doubt' : 'was not written',
    ]);
  }
});
