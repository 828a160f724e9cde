import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { PATHS, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { useOpenPayout } from './open-payout.ts';

const service = useService();
const given = useOpenPayout(service);

test('an operator sees what the owner sees, and the history', async () =>
  expect(await given.view()).toEqual({
    ...given.payout,
    history: [{ status: 'requested', at: given.payout.requested_at, by: 'user' }],
  }));

test.each([
  ['unknown', randomUUID(), refusal(404, 'payout_not_found')],
  ['malformed', 'x', refusal(400, 'invalid_payout_id')],
])('there is nothing to see where the id is %s', async (_what, id, refused) =>
  expect(await service.operator('ann')('GET', `${PATHS.queue}/${id}`)).toMatchObject(refused),
);
