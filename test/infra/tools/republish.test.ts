/** `npm run -s republish` as a process: it publishes what the stream had published, once more. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseJson, stringifyJson } from '../../../lib/json.ts';
import type { Payout } from '../../../lib/payout.ts';
import { type Entry, useEventBridge } from '../../support/event-bridge.ts';
import { payout as samplePayout } from '../../support/histories.ts';
import { run } from '../../support/processes.ts';
import { HASHES } from '../../support/samples.ts';
import { useService } from '../../support/service.ts';
import { startCloudFormation } from './cloud-formation.ts';

const service = useService({ publish: true });
const bridge = useEventBridge();

async function republish(...args: string[]) {
  const outputs = { PayoutsTableName: 'PayoutsTable', PayoutEventBusName: 'payouts' };
  const { env } = await startCloudFormation('ReferralPayouts-personal', { outputs });
  bridge.taken.splice(0);
  const { exitCode, output, errors } = run(
    'infra/tools/republish-main.ts',
    ['--stage', 'personal', ...args],
    {
      ...env,
      AWS_ENDPOINT_URL_DYNAMODB: service.databaseUrl,
      AWS_ENDPOINT_URL_EVENTBRIDGE: bridge.url,
    },
  );
  return { exitCode: await exitCode, output: output(), errors: errors() };
}

type Detail = { payout: Payout; sequence: bigint };

const inOrder = (details: unknown[]) => details.map(stringifyJson).sort();
const detailsOf = (entries: Entry[]) => entries.map(({ Detail }) => parseJson(Detail) as Detail);
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

test('every change comes out again as it was, in order for each payout, and what cannot be read is named', async () => {
  const { cookie } = await service.newSession({ available_micro: 90_000_000n });
  const operator = service.operator('ann');
  const step = (id: string, name: string, body?: object) =>
    operator('POST', `/v1/admin/referrals/payouts/${id}/${name}`, body && { body });
  const [paid, failed, open] = [
    await service.requestPayout(cookie),
    await service.requestPayout(cookie),
    await service.requestPayout(cookie),
  ];
  await step(paid.id, 'processing');
  await step(paid.id, 'sent', { tx_hash: HASHES.solana });
  await step(failed.id, 'failed', { note: 'bounced' });
  const published = await service.published(6);

  const all = await republish('--from', minutesAgo(5));
  expect(all).toEqual({ exitCode: 0, errors: '', output: '6 changes published, 0 unreadable.\n' });
  const details = detailsOf(bridge.taken);
  expect(inOrder(details)).toEqual(inOrder(published.map(({ detail }) => detail)));
  for (const { id } of [paid, failed, open]) {
    const sequences = details.filter(({ payout }) => payout.id === id);
    expect(sequences.map(({ sequence }) => Number(sequence))).toEqual(
      sequences.map((_, at) => at + 1),
    );
  }
  expect(new Set(bridge.taken.map(({ EventBusName }) => EventBusName))).toEqual(
    new Set(['payouts']),
  );

  // Ten minutes more than was asked for are taken on either side, since clocks differ.
  expect((await republish('--from', minutesAgo(60), '--to', minutesAgo(30))).output).toBe(
    '0 changes published, 0 unreadable.\n',
  );
  expect((await republish('--from', minutesAgo(-5))).output).toMatch(/^6 changes published/);

  const dry = await republish('--from', minutesAgo(5), '--dry-run');
  expect(bridge.taken).toEqual([]);
  expect(dry.output.split('\n').filter((line) => line.startsWith(paid.id))).toHaveLength(3);
  expect(dry.output).toMatch(/\n6 changes would be published, 0 unreadable\.\n$/);

  const corrupt = { user_id: randomUUID(), id: randomUUID(), status: 'lost' };
  await service.putPayout(corrupt);
  const rest = await republish('--from', minutesAgo(5));
  expect(rest).toMatchObject({ exitCode: 1, output: '6 changes published, 1 unreadable.\n' });
  expect(rest.errors).toContain(`${corrupt.id} of ${corrupt.user_id}: `);
});

test('a change of an instance whose clock is ahead is among them', async () => {
  const id = randomUUID();
  const payout = samplePayout(randomUUID(), 'requested', 5n, id);
  const at = minutesAgo(-5);
  const history = [{ status: 'requested', at, by: 'user' }];
  await service.putPayout({ ...payout, requested_at: at, history });
  const { output } = await republish('--from', minutesAgo(1), '--dry-run');
  expect(output).toContain(`${id}  1  requested   ${at}`);
});

test('a bus that takes nothing is said, and to repeat it', async () => {
  bridge.script([], { refuse: [...Array(10).keys()] });
  const { exitCode, errors } = await republish('--from', minutesAgo(5));
  expect(exitCode).toBe(1);
  expect(errors).toContain('The bus payouts did not take them all. Repeat the command.');
});

test.each([
  [['--from', 'yesterday']],
  [['--from', '2026-11-27T03:20:00Z', '--to', '4']],
  [['--from', '2026-11-27T03:20:00Z', '--to', '2026-11-27T03:19:59Z']],
  [[]],
  [['--what']],
])('%j cannot be used', async (args) => {
  const { exitCode, errors } = await republish(...args);
  expect(exitCode).toBe(2);
  expect(errors).toContain('Usage: npm run -s republish');
});
