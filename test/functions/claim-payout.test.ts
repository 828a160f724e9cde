import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { useOpenPayout } from './open-payout.ts';
import { testRepeating } from './operator-steps.ts';

const given = useOpenPayout(useService());

testRepeating(given, 'processing');

test('of two operators who claim at once, one wins', async () => {
  const claims = [given.operate('processing'), given.operate('processing', undefined, 'bob')];
  const statuses = (await Promise.all(claims)).map(({ status }) => status);
  expect(statuses.sort()).toEqual([200, 409]);
});

test('a claim has no body, and none is read', async () =>
  expect((await given.operate('processing', '{')).status).toBe(200));

test.each([
  ['unknown', randomUUID(), refusal(404, 'payout_not_found')],
  ['malformed', 'x', refusal(400, 'invalid_payout_id')],
])('a payout whose id is %s cannot be claimed', async (_what, id, refused) =>
  expect(await given.operate('processing', undefined, 'ann', id)).toMatchObject(refused),
);
