import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../lib/settlement/evidence.ts';
import {
  afterLook,
  lookKeyOf,
  watchedAttempts,
  withReported,
} from '../../../lib/settlement/look.ts';
import { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import { type Attempt, type AttemptKind, Review } from '../../../lib/settlement/records.ts';
import { afterReview } from '../../../lib/settlement/review.ts';
import { afterTransition } from '../../../lib/settlement/transitions.ts';
import { ANN, AT, BOB } from './claimed-payout.ts';
import {
  attempt,
  claimed,
  SAFE_TX,
  safeAttempt,
  TX,
  TX_2,
  transaction,
  transfer,
} from './on-chain-samples.ts';

const PAID: Finding = { is: 'paid', transaction: transaction(), transfer: transfer() };
const DEAD = {
  ...{ is: 'dead', cause: 'nonce_passed', height: 9n },
  repeatable: false,
} satisfies Finding;
const WRONG: Finding = { is: 'wrong', mismatch: 'amount_differs', transaction: TX };
const WAITING: Finding = { is: 'waiting' };
const EVIDENCE = { position: 3n, block: 77n, at: transaction().at };

const withAttempts = (...attempts: Attempt[]): PayoutWithHistory => ({ ...claimed, attempts });
const open = withAttempts(attempt());
const death = { by: BOB, at: AT, note: 'dropped' };
const vouched = attempt({ state: 'dead', death });
const givenBack = (status: 'failed' | 'cancelled'): PayoutWithHistory =>
  afterTransition(withAttempts(vouched), { status, by: ANN, note: 'no' }, AT);
const released = afterTransition(
  withAttempts(vouched),
  { status: 'requested', by: ANN, note: 'no' },
  AT,
);
const look = (payout: PayoutWithHistory, finding: Finding, at = AT, id = TX) =>
  afterLook(payout, id, finding, at);
const refused = (tag: string) => expect.objectContaining({ tag });

describe('paid', () => {
  test('a payout that is being paid is sent by the chain, with its evidence', () => {
    const after = look(open, PAID);
    expect(after).toEqual({
      ...claimed,
      ...{ status: 'sent', tx_hash: TX, evidence: EVIDENCE, completed_at: AT },
      attempts: [attempt({ state: 'landed' })],
      history: [...claimed.history, { status: 'sent', at: AT, by: 'chain' }],
    });
    expect(lookKeyOf(after)).toBe(undefined);
  });

  test('a Safe’s attempt is sent by the transaction that executed it', () =>
    expect(look(withAttempts(safeAttempt()), PAID, AT, SAFE_TX)).toMatchObject({
      ...{ status: 'sent', tx_hash: TX },
      attempts: [{ id: SAFE_TX, state: 'landed' }],
    }));

  test('the first of two that replace each other may land, and the other stays watched', () => {
    const after = look(withAttempts(attempt(), attempt({ id: TX_2, hash: TX_2 })), PAID);
    expect(after.attempts?.map(({ state }) => state)).toEqual(['landed', 'open']);
    expect(watchedAttempts(after).map(({ id }) => id)).toEqual([TX_2]);
    const { review, attempts } = look(after, DEAD, AT, TX_2);
    expect([review, attempts?.[1]?.state]).toEqual([undefined, 'dead']);
  });

  test('also one for whose death somebody had vouched', () => {
    const after = look(withAttempts(vouched), PAID);
    expect(after).toMatchObject({ status: 'sent', attempts: [{ state: 'landed', death }] });
    expect(after).not.toHaveProperty('review');
  });

  test('what was said to be sent by it gets its evidence, and nothing else', () => {
    const sent = afterTransition(
      withAttempts(safeAttempt()),
      { status: 'sent', by: ANN, tx_hash: TX },
      AT,
    );
    const after = look(sent, PAID, AT, SAFE_TX);
    expect(after).toEqual({
      ...sent,
      evidence: EVIDENCE,
      attempts: [safeAttempt({ state: 'landed' })],
    });
    // Another attempt that turns out to be the same transaction pays nothing twice.
    const both = { ...after, attempts: [safeAttempt(), attempt({ state: 'landed' as const })] };
    const other: Finding = { ...PAID, transfer: transfer({ position: 8 }) };
    expect(look(both, other, AT, SAFE_TX)).toEqual({
      ...both,
      attempts: [safeAttempt({ state: 'landed' }), attempt({ state: 'landed' })],
    });
  });

  test('paid twice is for a person, and nothing moves', () => {
    const two = withAttempts(attempt(), attempt({ id: TX_2, hash: TX_2 }));
    const sent = look(two, PAID);
    const again: Finding = { ...PAID, transaction: transaction({ id: TX_2 }) };
    const after = look(sent, again, AT, TX_2);
    expect(after).toEqual({
      ...sent,
      attempts: [sent.attempts?.[0], attempt({ id: TX_2, hash: TX_2, found: 'paid_twice' })],
      review: { why: expect.stringContaining('sent by another transaction'), since: AT },
    });
  });

  test.each([
    ['failed', givenBack('failed')],
    ['cancelled', givenBack('cancelled')],
    ['requested', released],
  ])('although %s is for a person, and nothing moves', (status, payout) => {
    // A hash says that it was sent only where it was.
    for (const one of [payout, { ...payout, tx_hash: TX }]) {
      const after = look(one, PAID);
      expect(after).toEqual({
        ...one,
        attempts: [{ ...vouched, found: `paid_although_${status}` }],
        review: { why: expect.stringContaining(`the payout was ${status}`), since: AT },
      });
      expect(watchedAttempts(after)).toEqual([]);
    }
  });

  test('what has been paid although it waits again can only be said to be sent', () => {
    const found = look(released, PAID);
    const steps = [
      { status: 'processing', by: ANN },
      { status: 'failed', by: ANN, note: 'no' },
      { status: 'cancelled', by: ANN, note: 'no' },
    ] as const;
    const reviewed = afterReview(found, { note: 'it has paid', dead: [] }, BOB, AT);
    for (const payout of [found, reviewed]) {
      for (const step of steps)
        expect(() => afterTransition(payout, step, AT)).toThrow(refused('payout_may_be_sent'));
      expect(() => afterTransition(payout, { status: 'cancelled', by: 'user' }, AT)).toThrow(
        refused('payout_not_actionable'),
      );
    }
    const sent = afterTransition(reviewed, { status: 'sent', by: ANN, tx_hash: TX }, AT);
    expect(sent).toMatchObject({ status: 'sent', attempts: [{ state: 'landed' }] });
  });
});

describe('dead', () => {
  test('by proof of the chain; a refund is allowed and not made', () => {
    const after = look(open, DEAD);
    expect(after).toEqual({
      ...open,
      attempts: [
        attempt({
          state: 'dead',
          death: { by: 'chain', at: AT, note: 'Another transaction with its nonce is final.' },
          proof: { cause: 'nonce_passed', height: 9n, at: AT },
        }),
      ],
    });
    const failed = afterTransition(after, { status: 'failed', by: ANN, note: 'no' }, AT);
    expect(failed.status).toBe('failed');
    expect(() => afterTransition(open, { status: 'failed', by: ANN, note: 'no' }, AT)).toThrow(
      refused('payout_may_be_sent'),
    );
  });

  test('whoever vouched for it before stays named, and it is watched no more', () => {
    const after = look(withAttempts(vouched), DEAD);
    expect(after.attempts).toEqual([
      { ...vouched, proof: { cause: 'nonce_passed', height: 9n, at: AT } },
    ]);
    expect(lookKeyOf(withAttempts(vouched))).toBe(`watch#${claimed.id}`);
    expect(lookKeyOf(after)).toBe(undefined);
    expect(look(after, PAID)).toBe(after);
  });

  test.each(['failed', 'cancelled'] as const)(
    'of one that was %s it is only written down',
    (status) => {
      const after = look(givenBack(status), DEAD);
      expect(after).toMatchObject({ status, attempts: [{ proof: { height: 9n } }] });
      expect(after).not.toHaveProperty('review');
    },
  );

  test('what others may still execute is for a person while it might be given back', () => {
    const repeatable = { ...DEAD, repeatable: true };
    const after = look(open, repeatable);
    expect(after).toEqual({
      ...open,
      attempts: [attempt({ found: 'repeatable' })],
      review: { why: expect.stringContaining('others may still execute'), since: AT },
    });
    for (const payout of [withAttempts(vouched), givenBack('failed')])
      expect(look(payout, repeatable)).toEqual(look(payout, DEAD));
    const sent = look(withAttempts(attempt(), attempt({ id: TX_2, hash: TX_2 })), PAID);
    expect(look(sent, repeatable, AT, TX_2)).not.toHaveProperty('review');
  });
});

describe('wrong', () => {
  test.each([
    ['processing', open],
    [
      'sent',
      look(
        withAttempts(attempt({ id: TX_2, hash: TX_2 }), attempt()),
        { ...PAID, transaction: transaction({ id: TX_2 }) },
        AT,
        TX_2,
      ),
    ],
    ['failed', givenBack('failed')],
    ['cancelled', givenBack('cancelled')],
    ['requested', released],
  ])('%s: a person has to look, and nothing moves', (status, payout) => {
    const after = look(payout, WRONG);
    expect(after.status).toBe(status);
    expect(after.history).toBe(payout.history);
    expect(after.review).toEqual({
      why: `${TX}: It transfers another amount to this address.`,
      since: AT,
    });
    expect(after.attempts?.find(({ id }) => id === TX)).toMatchObject({ found: 'amount_differs' });
    expect(lookKeyOf(after)).toBe(`review#${claimed.id}`);
    if (status === 'processing')
      expect(() => afterTransition(after, { status: 'failed', by: ANN, note: 'x' }, AT)).toThrow(
        refused('payout_may_be_sent'),
      );
  });

  test('another transaction than the attempt is named', () => {
    const other: Finding = { is: 'wrong', mismatch: 'paid_by_other', transaction: TX_2 };
    expect(look(open, other).review?.why).toContain(`(${TX_2})`);
  });

  test('once somebody has looked, the same is not found again', () => {
    const after = afterReview(look(open, WRONG), { note: 'seen', dead: [] }, BOB, AT);
    expect(lookKeyOf(after)).toBe(undefined);
    expect(look(after, WRONG)).toBe(after);
  });
});

describe('waiting', () => {
  const at = (minutes: number, since: string) =>
    new Date(Date.parse(since) + minutes * 60_000).toISOString();

  test.each<[AttemptKind, number, Attempt]>([
    ['evm', 120, attempt()],
    ['safe', 1440, safeAttempt()],
    ['solana', 60, attempt({ kind: 'solana' })],
  ])('%s: what lasts longer than %i minutes is for a person', (_kind, minutes, one) => {
    const payout = withAttempts(one);
    const lookAt = (moment: string) => look(payout, WAITING, moment, one.id);
    expect(lookAt(at(minutes, one.recorded_at))).toBe(payout);
    const late = at(minutes + 1, one.recorded_at);
    const after = lookAt(late);
    const why = `${one.id}: It has been waiting for long.`;
    expect(after).toEqual({ ...payout, review: { why, since: late } });
    // It stays watched, and is said once.
    expect(watchedAttempts(after)).toEqual([one]);
    expect(look(after, WAITING, at(minutes + 500, late), one.id)).toBe(after);
  });

  test('a review is a new beginning', () => {
    const late = at(121, attempt().recorded_at);
    const reviewed = afterReview(look(open, WAITING, late), { note: 'wait', dead: [] }, BOB, late);
    expect(look(reviewed, WAITING, at(120, late))).toBe(reviewed);
    expect(look(reviewed, WAITING, at(121, late))).toHaveProperty('review');
  });

  test.each([
    ['a dead one', withAttempts(vouched)],
    ['one of a payout that was given back', givenBack('failed')],
    ['one of a payout that was sent', { ...look(open, PAID), attempts: [attempt()] }],
    [
      'one on Solana of a payout that was sent, since its height will be passed',
      {
        ...look(open, PAID),
        attempts: [
          attempt({ kind: 'solana', nonce: undefined, last_valid_block_height: 318_204_551n }),
        ],
      },
    ],
  ])('%s may wait for ever', (_what, payout) =>
    expect(look(payout, WAITING, '2027-11-22T10:00:00.000Z')).toBe(payout),
  );

  test('what was told by its hash alone is given up once it lasts and its payout has ended', () => {
    const { nonce: _, sender: __, ...told } = attempt({ id: TX_2, hash: TX_2 });
    const sent = { ...look(open, PAID), attempts: [attempt({ state: 'landed' }), told] };
    const early = look(sent, WAITING, at(120, told.recorded_at), TX_2);
    expect([early, lookKeyOf(early)]).toEqual([sent, `watch#${claimed.id}`]);
    const after = look(sent, WAITING, at(121, told.recorded_at), TX_2);
    expect(after.attempts?.[1]).toEqual({ ...told, found: 'never_seen' });
    expect([after.review, lookKeyOf(after)]).toEqual([undefined, undefined]);
    // Of one that is open a person decides.
    const late = look(withAttempts(told), WAITING, at(121, told.recorded_at), TX_2);
    expect(late.review?.why).toContain('waiting for long');
  });
});

test('what is not there, has landed or is settled is not looked at', () => {
  const settled = [attempt({ state: 'landed' }), attempt({ found: 'no_transfer' })];
  for (const one of settled)
    for (const finding of [PAID, DEAD, WRONG]) {
      const payout = withAttempts(one);
      expect(look(payout, finding)).toBe(payout);
    }
  for (const finding of [PAID, DEAD, WRONG]) {
    expect(look(claimed, finding)).toBe(claimed);
    expect(look(open, finding, AT, TX_2)).toBe(open);
  }
});

test('whoever claimed a payout claims it again after the chain has decided', () => {
  const after = look(open, DEAD);
  const waiting = afterTransition(after, { status: 'requested', by: ANN, note: 'x' }, AT);
  expect(afterTransition(waiting, { status: 'processing', by: ANN }, AT).status).toBe('processing');
});

test('reviews add up as far as there is room, and begin when the first did', () => {
  const many = Array.from({ length: 20 }, (_, at) => attempt({ id: `${'x'.repeat(120)}${at}` }));
  let payout = withAttempts(...many);
  many.forEach(({ id }, index) => {
    payout = look(payout, { ...WRONG }, new Date(Date.parse(AT) + index).toISOString(), id);
  });
  expect(payout.review?.since).toBe(AT);
  expect(payout.review?.why).toMatch(/^x{120}19: /);
  expect(v.is(Review, payout.review)).toBe(true);
  expect(v.is(PayoutWithHistory, payout)).toBe(true);
});

test('the key in the index says who is asked: a person first, then the chain', () => {
  expect(lookKeyOf(claimed)).toBe(undefined);
  expect(lookKeyOf(open)).toBe(`watch#${claimed.id}`);
  const review = { why: 'x', since: AT };
  for (const payout of [claimed, open])
    expect(lookKeyOf({ ...payout, review })).toBe(`review#${claimed.id}`);
  expect('review#' < 'watch#').toBe(true);
});

describe('what an operator says to have sent', () => {
  const reported = { id: TX, kind: 'evm' as const, hash: TX };

  test('is a fact, whoever tells it and whatever else lives', () => {
    const payout = withAttempts(attempt({ id: TX_2, hash: TX_2 }));
    const after = withReported(payout, reported, BOB, AT);
    expect(after.attempts).toEqual([
      ...(payout.attempts ?? []),
      { ...reported, state: 'open', by: BOB, recorded_at: AT },
    ]);
    expect(withReported(after, reported, ANN, AT)).toBe(after);
    expect(withReported(claimed, reported, BOB, AT).attempts).toEqual(after.attempts?.slice(1));
  });

  test('is kept of a payout that is being paid and has room for it', () => {
    const full = withAttempts(
      ...Array.from({ length: 20 }, (_, at) => attempt({ id: String(at) })),
    );
    for (const payout of [released, givenBack('failed'), full])
      expect(() => withReported(payout, { ...reported, id: TX_2 }, ANN, AT)).toThrow(
        refused('payout_not_actionable'),
      );
  });
});
