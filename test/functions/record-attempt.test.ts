import { beforeEach, describe, expect, test } from 'vitest';
import { HASHES, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { useOpenPayout } from './open-payout.ts';
import { testBodies, testPrecedence } from './operator-steps.ts';

const given = useOpenPayout(useService());
const ATTEMPT = {
  kind: 'solana',
  signature: HASHES.solana,
  last_valid_block_height: 9_007_199_254_740_993n,
};

describe('of a payout that is claimed', () => {
  beforeEach(async () => {
    expect((await given.operate('processing')).status).toBe(200);
  });

  test('it is kept with every digit, seen by operators, and by the owner not at all', async () => {
    const { status, json } = await given.operate('attempts', ATTEMPT);
    expect([status, json]).toMatchObject([200, { attempts: [{ ...ATTEMPT, state: 'open' }] }]);
    expect(await given.view()).toEqual(json);
    const { text } = await given.get();
    expect(text).not.toContain(HASHES.solana);
    expect(text).not.toContain('attempts');
  });

  test('repeating it changes nothing, and by another it is refused', async () => {
    const first = await given.operate('attempts', ATTEMPT);
    const again = await given.operate('attempts', ATTEMPT);
    expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true']);
    expect(await given.operate('attempts', ATTEMPT, 'bob')).toMatchObject(
      refusal(409, 'payout_not_actionable'),
    );
  });

  test('nothing is given back while it may land, until a second identity vouches', async () => {
    await given.operate('attempts', ATTEMPT);
    for (const step of ['failed', 'cancelled', 'released'])
      for (const by of ['ann', 'bob'] as const)
        expect(await given.operate(step, { note: 'no' }, by)).toMatchObject({
          ...refusal(409, 'payout_may_be_sent'),
          json: { attempts: [HASHES.solana] },
        });
    expect((await given.cancel()).status).toBe(409);
    const review = { note: 'expired', dead: [HASHES.solana] };
    expect((await given.operate('reviewed', review, 'bob')).status).toBe(200);
    expect((await given.operate('failed', { note: 'no' })).status).toBe(200);
    expect(await given.balance()).toMatchObject({ reserved_micro: 0n });
  });

  test('sent names it, and it has landed', async () => {
    await given.operate('attempts', ATTEMPT);
    const { json } = await given.operate('sent', { tx_hash: HASHES.solana });
    expect(json).toMatchObject({ status: 'sent', attempts: [{ state: 'landed' }] });
  });

  test('of two at once that might both land, one is kept', async () => {
    const other = `${HASHES.solana.slice(0, -1)}V`;
    const both = [ATTEMPT, { ...ATTEMPT, signature: other }];
    const answers = await Promise.all(both.map((one) => given.operate('attempts', one)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [kept] = (await given.view()).attempts ?? [];
    expect(answers.find(({ status }) => status === 409)).toMatchObject({
      ...refusal(409, 'payout_may_be_sent'),
      json: { attempts: [kept?.id] },
    });
  });
});

test('what nobody has claimed cannot be sent', async () =>
  expect(await given.operate('attempts', ATTEMPT)).toMatchObject(
    refusal(409, 'payout_not_actionable'),
  ));

describe('a body with', () =>
  testBodies(given, 'attempts', [
    ['no JSON', '', 'invalid_json'],
    ['no kind', {}, 'invalid_args'],
    ['a kind of another network', { ...ATTEMPT, kind: 'evm' }, 'invalid_args'],
    ['no signature', { ...ATTEMPT, signature: undefined }, 'invalid_args'],
    ['a block height below zero', { ...ATTEMPT, last_valid_block_height: -1 }, 'invalid_args'],
  ]));

describe('the first rule that is broken decides', () =>
  testPrecedence(given, 'attempts', [
    ['a malformed id before no JSON', 'x', '', 'invalid_payout_id'],
    ['no kind before an unknown payout', 'UNKNOWN', {}, 'invalid_args'],
    [
      'a signature that is none before the state',
      'ID',
      { ...ATTEMPT, signature: 'x' },
      'invalid_args',
    ],
  ]));
