/** The function Reconcile as its state machine invokes it. */
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { stringifyJson } from '../../lib/json.ts';
import { PAYOUT_REQUEST, USER_ID } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { type Definition, execute } from '../support/state-machine.ts';
import { stageWith, synthesize } from '../support/synth.ts';

const service = useService({ poolSize: 3 });

const NOTHING = { drifted: 0n, skipped: 0n, accounts: [] };

const step = (event: unknown) =>
  service.request('POST', '/_local/run/Reconcile', { body: JSON.stringify(event) });

const driftsOf = async (userId: string) => {
  const { accounts } = (await step({})).json as { accounts: { user_id: string }[] };
  return accounts.filter(({ user_id }) => user_id === userId);
};

test('a step without a start begins with the first account, and the last step has no next', async () => {
  await service.newSession({ available_micro: 5n });
  for (const event of [{}, { next: null }])
    expect(await step(event)).toMatchObject({
      status: 200,
      json: { checked: 1n, drifted: 0n, skipped: 0n, accounts: [] },
    });
  expect(((await step({})).json as object) ?? {}).not.toHaveProperty('next');
});

test('a step with a start goes on after it', async () => {
  const { user_id } = await service.newSession({ available_micro: 5n });
  const { json } = await step({});
  const { checked } = json as { checked: bigint };
  const after = await step({ next: user_id });
  expect((after.json as { checked: bigint }).checked).toBeLessThan(checked);
});

test('a step that begins with the last pass has no account to check', async () => {
  await service.newSession({ available_micro: 5n });
  const next = JSON.stringify({ pass: 'keys', skipped: [] });
  expect((await step({ next })).json).toEqual({ ...NOTHING, checked: 0n });
  const again = JSON.stringify({ pass: 'skipped', skipped: [USER_ID] });
  expect((await step({ next: again })).json).toEqual({ ...NOTHING, checked: 1n });
});

test.each([
  [{ next: '' }],
  [{ next: '{' }],
  [{ next: 5 }],
  ['start'],
  [{ part: { segment: 1, of: 1 } }],
  [{ part: { segment: 0, of: 1.5 } }],
  [{ parts: [{ checked: 1 }] }],
])('the event %j is refused', async (event) => expect((await step(event)).status).toBe(502));

test('the log has the account that drifted, with fields and amounts', async () => {
  const { user_id } = await service.newSession({ available_micro: 5n });
  await service.changeAccount(user_id, { available_micro: 6n });
  await step({});
  const line = service.logs.find((entry) => entry.includes('account_drifted')) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({
    level: 'ERROR',
    message: { event: 'account_drifted', user_id, fields: 'available_micro is 6, expected 5' },
  });
});

test('the whole machine counts each account once, though its processes are killed in the middle', {
  tags: 'kills',
}, async () => {
  const first = (await step({})).json as { checked: bigint; drifted: bigint };
  const sessions = 30;
  for (let count = 0; count < sessions; count++) await service.newSession({ available_micro: 5n });
  const { user_id } = await service.newSession({ available_micro: 5n });
  await service.changeAccount(user_id, { available_micro: 6n });
  const wide = await synthesize(stageWith({ reconciliation: { segments: 3 } }));
  const { Definition } = wide.Resources.ReconcileStateMachine?.Properties ?? {};

  const tried = new Map<string, number>();
  let killed = 0;
  const { output } = await execute(Definition as Definition, {}, async (payload) => {
    const text = JSON.stringify(payload);
    const attempt = (tried.get(text) ?? 0) + 1;
    tried.set(text, attempt);
    const trace = `Root=1-${randomUUID()}`;
    const invoked = service.runtime.invoke('Reconcile', payload, trace);
    if (attempt <= 2) {
      await setTimeout(randomInt(60));
      await service.runtime.kill(trace);
    }
    const outcome = await invoked;
    if (outcome.type === 'result') return JSON.parse(outcome.payload);
    killed++;
    throw new Error(outcome.type);
  });
  expect(killed).toBeGreaterThan(0);
  expect(output).toMatchObject({
    checked: Number(first.checked) + sessions + 1,
    drifted: Number(first.drifted) + 1,
    skipped: 0,
  });
  expect(output).not.toHaveProperty('next');
  const { accounts } = output as { accounts: { user_id: string }[] };
  expect(accounts.filter((account) => account.user_id === user_id)).toHaveLength(1);
});

test('a step goes on with what was found before it, in its own part', async () => {
  const part = { segment: 0, of: 1 };
  const alone = (await step({ part })).json as { checked: bigint };
  const sofar = { checked: 10, drifted: 1, skipped: 2, accounts: [] };
  expect((await step({ ...sofar, part })).json).toMatchObject({
    checked: 10n + alone.checked,
    skipped: 2n,
    part: { segment: 0n, of: 1n },
  });
});

test('the whole way of a key: what its record says was written is found, and when it is not', async () => {
  const { cookie, user_id } = await service.newSession({ available_micro: 50_000_000n });
  const answer = await service.request('POST', '/v1/referrals/payouts', {
    headers: { cookie, 'content-type': 'application/json', 'idempotency-key': 'k1' },
    body: stringifyJson(PAYOUT_REQUEST),
  });
  expect(answer.status).toBe(202);
  expect(await driftsOf(user_id)).toEqual([]);
  const [{ operation_key = '' } = {}] = await service.keys(user_id);
  await service.changeKey(user_id, String(operation_key), {
    written_by: USER_ID,
    answer: `{"id":"${USER_ID}"}`,
  });
  expect(await driftsOf(user_id)).toEqual([
    { user_id, differences: [], corrupt: [`key ${operation_key}: written_by`] },
  ]);
});
