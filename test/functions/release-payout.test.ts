import { describe, expect, test } from 'vitest';
import { refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { useOpenPayout } from './open-payout.ts';
import { testBodies, testPrecedence } from './operator-steps.ts';

const given = useOpenPayout(useService());
const NOTE = { note: ' on leave ' };

test('a claim that is given up can be won by others, and its owner can take the payout back', async () => {
  expect((await given.operate('processing')).status).toBe(200);
  const { status, json } = await given.operate('released', NOTE, 'bob');
  expect([status, json]).toMatchObject([
    200,
    { status: 'requested', history: [{}, { status: 'processing' }, { note: 'on leave' }] },
  ]);
  const { json: owners, text } = await given.get();
  expect(owners).toMatchObject({ status: 'requested' });
  expect(text).not.toContain('on leave');
  expect(await given.balance()).toMatchObject({ reserved_micro: 25_000_000n });

  expect((await given.operate('processing', undefined, 'bob')).status).toBe(200);
  expect(await given.operate('processing')).toMatchObject(refusal(409, 'payout_not_actionable'));
  expect((await given.operate('released', NOTE)).status).toBe(200);
  expect((await given.cancel()).status).toBe(200);
  expect(await given.balance()).toMatchObject({ reserved_micro: 0n });
});

test('repeating it changes nothing, and with other content it is refused', async () => {
  await given.operate('processing');
  const first = await given.operate('released', NOTE);
  const again = await given.operate('released', NOTE);
  expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true']);
  for (const [note, by] of [
    ['on leave', 'bob'],
    ['other', 'ann'],
  ] as const)
    expect(await given.operate('released', { note }, by)).toMatchObject(
      refusal(409, 'payout_not_actionable'),
    );
});

test('what nobody has claimed cannot be given up', async () =>
  expect(await given.operate('released', NOTE)).toMatchObject(
    refusal(409, 'payout_not_actionable'),
  ));

describe('a body with', () =>
  testBodies(given, 'released', [
    ['no JSON', '', 'invalid_json'],
    ['no note', {}, 'invalid_args'],
    ['a blank note', { note: ' ' }, 'invalid_args'],
  ]));

describe('the first rule that is broken decides', () =>
  testPrecedence(given, 'released', [
    ['a malformed id before no JSON', 'x', '', 'invalid_payout_id'],
    ['a missing note before an unknown payout', 'UNKNOWN', {}, 'invalid_args'],
    ['an unknown payout', 'UNKNOWN', NOTE, 'payout_not_found'],
  ]));
