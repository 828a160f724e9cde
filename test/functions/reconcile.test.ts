/** The function Reconcile as its state machine invokes it. */
import { expect, test } from 'vitest';
import { stringifyJson } from '../../lib/json.ts';
import { PAYOUT_REQUEST, USER_ID } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const service = useService({ poolSize: 1 });

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

test.each([[{ next: '' }], [{ next: '{' }], [{ next: 5 }], ['start']])(
  'the event %j is refused',
  async (event) => expect((await step(event)).status).toBe(502),
);

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
