import { describe, expect, test } from 'vitest';
import { operatorArn } from '../support/requests.ts';
import { HASHES } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { useOpenPayout } from './open-payout.ts';
import { testBodies, testPrecedence, testRepeating } from './operator-steps.ts';

const service = useService();
const given = useOpenPayout(service);

const tx_hash = HASHES.solana;

test('a payout is claimed and sent, and its history says by whom', async () => {
  expect((await given.operate('processing')).status).toBe(200);
  const { status, json } = await given.operate('sent', { tx_hash }, 'bob');
  expect([status, json]).toEqual([
    200,
    {
      ...given.payout,
      status: 'sent',
      tx_hash,
      completed_at: expect.any(String),
      history: [
        { status: 'requested', at: given.payout.requested_at, by: 'user' },
        { status: 'processing', at: expect.any(String), by: operatorArn('ann') },
        { status: 'sent', at: expect.any(String), by: operatorArn('bob') },
      ],
    },
  ]);
  expect(await given.view()).toEqual(json);
  expect(await given.balance()).toMatchObject({ reserved_micro: 0n, paid_out_micro: 25_000_000n });
});

test('one on a network that is no longer offered is claimed and sent as well', async () => {
  const { user_id, id } = given.payout;
  await service.changePayout(user_id, id, { network: 'dogecoin' });
  expect((await given.get()).json).toMatchObject({ network: 'dogecoin' });
  expect((await given.operate('processing')).status).toBe(200);
  expect((await given.operate('sent', { tx_hash: 'a b' })).json).toMatchObject({
    error: 'invalid_args',
  });
  const { status, json } = await given.operate('sent', { tx_hash: 'D0ge' });
  expect([status, json]).toMatchObject([200, { network: 'dogecoin', tx_hash: 'D0ge' }]);
  expect(await given.balance()).toMatchObject({ reserved_micro: 0n, paid_out_micro: 25_000_000n });
});

test('the hash of an EVM chain is one hash in any case, and stored in lower case', async () => {
  const { user_id, id } = given.payout;
  await service.changePayout(user_id, id, { network: 'polygon' });
  const spellings = [HASHES.ethereum.toUpperCase(), HASHES.ethereum, '0xAb'.padEnd(66, 'aB')];
  const answers = [];
  for (const spelling of spellings)
    answers.push(await given.operate('sent', { tx_hash: spelling }));
  for (const { status, json } of answers)
    expect([status, json]).toMatchObject([200, { tx_hash: HASHES.ethereum }]);
  expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([
    null,
    'true',
    'true',
  ]);
});

testRepeating(given, 'sent', { tx_hash }, { tx_hash: `4${tx_hash.slice(1)}` });

test('the user cancels while an operator says sent: one wins, one credit', async () => {
  const [cancelled, sent] = await Promise.all([given.cancel(), given.operate('sent', { tx_hash })]);
  expect([cancelled.status, sent.status].sort()).toEqual([200, 409]);
  const { available_micro, paid_out_micro, reserved_micro } = await given.balance();
  expect([available_micro, paid_out_micro, reserved_micro]).toEqual(
    sent.status === 200 ? [15_000_000n, 25_000_000n, 0n] : [40_000_000n, 0n, 0n],
  );
});

describe('a body with', () =>
  testBodies(given, 'sent', [
    ['no JSON', '{', 'invalid_json'],
    ['no object', [], 'invalid_args'],
    ['no hash', {}, 'tx_hash_required'],
    ['an empty hash', { tx_hash: '' }, 'tx_hash_required'],
    ['a hash of the wrong type', { tx_hash: 5 }, 'invalid_args'],
    ['no hash at all but null', { tx_hash: null }, 'invalid_args'],
    ["another network's hash", { tx_hash: HASHES.ethereum }, 'invalid_args'],
    ['a blank', { tx_hash: ' ' }, 'invalid_args'],
    ['the hash of an unsigned transaction', { tx_hash: '1'.repeat(64) }, 'invalid_args'],
  ]));

describe('the first rule that is broken decides', () => {
  testPrecedence(given, 'sent', [
    ['a malformed id before the body', 'x', '{', 'invalid_payout_id'],
    ['the body before its fields', 'ID', '{', 'invalid_json'],
    ['a wrong field before a missing hash', 'ID', { tx_hash: 1 }, 'invalid_args'],
    ['a missing hash before an unknown payout', 'UNKNOWN', {}, 'tx_hash_required'],
    ['an unknown payout before a wrong hash', 'UNKNOWN', { tx_hash: 'x' }, 'payout_not_found'],
  ]);

  test('a wrong hash before a settled payout', async () => {
    await given.operate('failed', { note: 'x' });
    expect((await given.operate('sent', { tx_hash: 'x' })).json).toMatchObject({
      error: 'invalid_args',
    });
  });
});
