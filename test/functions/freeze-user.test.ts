import { describe, expect, test } from 'vitest';
import { HASHES, PATHS, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { useOpenPayout } from './open-payout.ts';

const service = useService();
const given = useOpenPayout(service);
const NOTE = { note: ' bought rewards ' };
const HELD = refusal(403, 'account_frozen');

const decide = (step: string, body: object = NOTE, by = 'ann', id = given.session.user_id) =>
  service.operator(by)('POST', `${PATHS.users}/${id}/${step}`, { body });
const ask = (path: string, body: object, key?: string) =>
  service.request('POST', path, {
    cookie: given.session.cookie,
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
    body,
  });
const payout = () => ({
  amount_micro: 10_000_000,
  network: 'solana',
  address: given.payout.address,
});

test('it says who, when and why, to operators alone', async () => {
  const { status, json } = await decide('frozen');
  const frozen = { by: expect.stringMatching(/ann$/), note: 'bought rewards' };
  expect([status, json]).toMatchObject([200, { user_id: given.session.user_id, frozen }]);
  const shown = await service.operator('bob')('GET', `${PATHS.users}/${given.session.user_id}`);
  expect(shown.json).toMatchObject({ frozen, balance: { available_micro: 15_000_000n } });
  const { text } = await service.request('GET', PATHS.overview, { cookie: given.session.cookie });
  expect(text).not.toContain('frozen');
});

test('nothing leaves the account, whatever else holds, until it is thawed', async () => {
  const before = await ask(PATHS.payouts, payout(), 'before');
  expect(before.status).toBe(202);
  await decide('frozen');
  expect(await ask(PATHS.payouts, payout())).toMatchObject(HELD);
  expect(await ask(PATHS.payouts, { ...payout(), amount_micro: 99_000_000 })).toMatchObject(HELD);
  expect(await ask(PATHS.payouts, payout(), 'key')).toMatchObject(HELD);
  const again = await ask(PATHS.payouts, payout(), 'before');
  expect([again.status, again.text]).toEqual([202, before.text]);
  await decide('thawed');
  expect((await ask(PATHS.payouts, { ...payout(), amount_micro: 5_000_000 })).status).toBe(400);
  await service.newSession({ user_id: given.session.user_id, available_micro: 10_000_000n });
  expect((await ask(PATHS.payouts, payout(), 'key')).status).toBe(202);
});

test.each([
  ['processing', undefined],
  ['sent', { tx_hash: HASHES.solana }],
])('what was asked for before cannot be taken: %s', async (step, body) => {
  await decide('frozen');
  expect(await given.operate(step, body)).toMatchObject(HELD);
  expect(await given.view()).toMatchObject({ status: 'requested' });
  await decide('thawed');
  expect((await given.operate(step, body)).status).toBe(200);
});

describe('goes on while it is frozen', () => {
  test('what is claimed is sent', async () => {
    await given.operate('processing');
    await decide('frozen');
    expect((await given.operate('sent', { tx_hash: HASHES.solana })).status).toBe(200);
  });

  test.each(['failed', 'cancelled'])('%s gives back', async (step) => {
    await decide('frozen');
    expect((await given.operate(step, { note: 'no' })).status).toBe(200);
    expect(await given.balance()).toMatchObject({ available_micro: 40_000_000n });
  });

  test('the owner’s cancel, and rewards', async () => {
    await decide('frozen');
    expect((await given.cancel()).status).toBe(200);
    const reward = { reward_id: 'r', amount_micro: 1_000_000, unlocks_at: '2026-01-01T00:00:00Z' };
    await service.events([
      {
        'detail-type': 'referral.reward.granted',
        time: '2026-01-01T00:00:00Z',
        detail: { ...reward, user_id: given.session.user_id, source: 'test' },
      },
    ]);
    expect(await given.balance()).toMatchObject({ available_micro: 41_000_000n });
    expect(await service.run('Reconcile')).toMatchObject({ drifted: 0n });
  });
});

test('repeating it changes nothing, and other words take its place', async () => {
  const first = await decide('frozen');
  const again = await decide('frozen');
  expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true']);
  const other = await decide('frozen', { note: 'other' }, 'bob');
  expect(other.json).toMatchObject({ frozen: { note: 'other' } });
});

test.each([
  ['a malformed id', 'x', NOTE, refusal(400, 'invalid_user_id')],
  ['no note', undefined, {}, refusal(400, 'invalid_args')],
  ['nobody', '01a204d3-28e0-7285-b278-86bb311f9000', NOTE, refusal(404, 'user_not_found')],
])('%s is refused', async (_what, id, body, refused) =>
  expect(await decide('frozen', body, 'ann', id ?? given.session.user_id)).toMatchObject(refused),
);
