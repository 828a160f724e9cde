import { describe, expect, test } from 'vitest';
import { HASHES, PAST, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { useOpenPayout } from './open-payout.ts';
import { testBodies, testPrecedence } from './operator-steps.ts';

const service = useService();
const given = useOpenPayout(service);
const ATTEMPT = { kind: 'solana', signature: HASHES.solana, last_valid_block_height: 1 };
const REVIEW = { note: ' expired ', dead: [HASHES.solana] };

test('whoever claimed it cannot vouch that nothing was sent; another one can, once', async () => {
  await given.operate('processing');
  await given.operate('attempts', ATTEMPT);
  expect(await given.operate('reviewed', REVIEW)).toMatchObject(refusal(403, 'approval_required'));
  const first = await given.operate('reviewed', REVIEW, 'bob');
  const said = { by: expect.stringMatching(/bob$/), note: 'expired' };
  expect(first).toMatchObject({
    status: 200,
    json: { attempts: [{ state: 'dead', death: said }], reviewed: said },
  });
  const again = await given.operate('reviewed', REVIEW, 'bob');
  expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true']);
});

test('a payout that needs a review needs none after it', async () => {
  const { user_id, id } = given.payout;
  await service.changePayout(user_id, id, { review: { why: 'late', since: PAST } });
  expect(await given.view()).toMatchObject({ review: { why: 'late' } });
  const { json } = await given.operate('reviewed', { note: 'all is well' });
  expect(json).not.toHaveProperty('review');
  expect(await given.operate('reviewed', { note: 'again' })).toMatchObject(
    refusal(409, 'payout_not_actionable'),
  );
});

describe('a body with', () =>
  testBodies(given, 'reviewed', [
    ['no JSON', '', 'invalid_json'],
    ['no note', {}, 'invalid_args'],
    ['an attempt that there is not', REVIEW, 'invalid_args'],
  ]));

describe('the first rule that is broken decides', () =>
  testPrecedence(given, 'reviewed', [
    ['a malformed id before no JSON', 'x', '', 'invalid_payout_id'],
    ['an unknown payout', 'UNKNOWN', REVIEW, 'payout_not_found'],
  ]));
