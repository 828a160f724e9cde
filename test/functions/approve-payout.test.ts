import { describe, expect, test } from 'vitest';
import { PAYOUT_REQUEST, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { useOpenPayout } from './open-payout.ts';
import { testBodies, testPrecedence } from './operator-steps.ts';

const LIMITS = { APPROVAL_ABOVE_MICRO: '24999999' };
const given = useOpenPayout(
  useService({ environment: { ClaimPayout: LIMITS, MarkPayoutSent: LIMITS } }),
);
const { amount_micro, address } = PAYOUT_REQUEST;
const APPROVAL = { amount_micro, address };
const HASH = {
  tx_hash:
    '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQkjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW',
};

test.each([
  ['processing', undefined],
  ['sent', HASH],
])('above the limit %s needs an approval by another identity', async (step, body) => {
  const needed = refusal(403, 'approval_required');
  expect(await given.operate(step, body)).toMatchObject(needed);
  const { status, json } = await given.operate('approved', APPROVAL, 'bob');
  const approval = { by: expect.stringMatching(/bob$/), ...APPROVAL };
  expect([status, json]).toMatchObject([200, { status: 'requested', approval }]);
  expect(await given.operate(step, body, 'bob')).toMatchObject(needed);
  const taken = await given.operate(step, body);
  expect(taken).toMatchObject({
    status: 200,
    json: { approval, history: [{}, { by: expect.stringMatching(/ann$/) }] },
  });
  const { text } = await given.get();
  expect(text).not.toContain('approval');
});

test('repeating it changes nothing, and a second one is refused', async () => {
  const first = await given.operate('approved', APPROVAL);
  const again = await given.operate('approved', APPROVAL);
  expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true']);
  expect(await given.operate('approved', APPROVAL, 'bob')).toMatchObject(
    refusal(409, 'payout_not_actionable'),
  );
});

describe('a body with', () =>
  testBodies(given, 'approved', [
    ['no JSON', '', 'invalid_json'],
    ['no amount', { address }, 'invalid_args'],
    ['another amount', { ...APPROVAL, amount_micro: 1 }, 'invalid_args'],
    ['another address', { ...APPROVAL, address: 'x' }, 'invalid_args'],
  ]));

describe('the first rule that is broken decides', () =>
  testPrecedence(given, 'approved', [
    ['a malformed id before no JSON', 'x', '', 'invalid_payout_id'],
    ['an unknown payout', 'UNKNOWN', APPROVAL, 'payout_not_found'],
  ]));
