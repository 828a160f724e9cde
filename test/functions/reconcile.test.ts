/** The function Reconcile as its state machine invokes it. */
import { expect, test } from 'vitest';
import { useService } from '../support/service.ts';

const service = useService({ poolSize: 1 });

const step = (event: unknown) =>
  service.request('POST', '/_local/run/Reconcile', { body: JSON.stringify(event) });

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

test.each([[{ next: '' }], [{ next: 5 }], ['start']])('the event %j is refused', async (event) =>
  expect((await step(event)).status).toBe(502),
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
