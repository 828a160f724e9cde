import { expect, test } from 'vitest';
import { PATHS, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const service = useService();

test('it ends the freezing, and says who did and why', async () => {
  const { user_id } = await service.newSession({ available_micro: 10_000_000n });
  const decide = (step: string, note: string) =>
    service.operator('ann')('POST', `${PATHS.users}/${user_id}/${step}`, { body: { note } });
  await decide('frozen', 'odd');
  const first = await decide('thawed', 'all is well');
  expect(first).toMatchObject({ status: 200, json: { thawed: { note: 'all is well' } } });
  expect(first.json).not.toHaveProperty('frozen');
  const again = await decide('thawed', 'all is well');
  expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true']);
  const refrozen = await decide('frozen', 'odd again');
  expect(refrozen.json).toMatchObject({ frozen: { note: 'odd again' }, thawed: {} });
  expect((await decide('thawed', '')).status).toBe(400);
});

test('nobody is not found', async () => {
  const path = `${PATHS.users}/01a204d3-28e0-7285-b278-86bb311f9000/thawed`;
  const thawing = service.operator('ann')('POST', path, { body: { note: 'x' } });
  expect(await thawing).toMatchObject(refusal(404, 'user_not_found'));
});
