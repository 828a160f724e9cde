import { describe, expect, test } from 'vitest';
import {
  billingEventTypes,
  EventRejectedError,
  parseBillingEvent,
} from '../../lib/billing-events.ts';
import { closed, granted, opened, reversed } from '../support/sample-events.ts';

const user_id = '7d9f3a52-0b7c-4d0e-9a55-0d3a54d7c8f1';

const rejection = (text: string): string => {
  try {
    parseBillingEvent(text);
  } catch (error) {
    if (error instanceof EventRejectedError) return error.message;
    throw error;
  }
  return 'accepted';
};

test('a grant, with its times in UTC and its own time from the envelope', () =>
  expect(
    parseBillingEvent(
      granted(
        { user_id, unlocks_at: '2026-05-01T02:00:00+02:00' },
        { time: '2026-03-01T10:00:00.5Z' },
      ),
    ),
  ).toEqual({
    'detail-type': 'referral.reward.granted',
    time: '2026-03-01T10:00:00.500Z',
    detail: {
      user_id,
      reward_id: 'reward-1',
      amount_micro: 5_000_000n,
      unlocks_at: '2026-05-01T00:00:00.000Z',
      source: 'referral',
    },
  }));

test('a reversal', () =>
  expect(parseBillingEvent(reversed({ user_id }))).toEqual({
    'detail-type': 'referral.reward.reversed',
    detail: { user_id, reward_id: 'reward-1' },
  }));

test('an invoice that opens, and one that closes', () => {
  expect(parseBillingEvent(opened({ user_id }))).toEqual({
    'detail-type': 'billing.invoice.opened',
    detail: { user_id, invoice_id: 'invoice-1', total_micro: 3_000_000n },
  });
  expect(parseBillingEvent(closed({ user_id }))).toEqual({
    'detail-type': 'billing.invoice.closed',
    detail: { user_id, invoice_id: 'invoice-1' },
  });
});

test('fields that nobody asked for are left out', () =>
  expect(parseBillingEvent(reversed({ user_id, status: 'available', constructor: 1 }))).toEqual(
    parseBillingEvent(reversed({ user_id })),
  ));

test.each([1n, 9_007_199_254_740_993n, 2n ** 63n - 1n])(
  '%s micro-units are exact',
  (amount_micro) =>
    expect(parseBillingEvent(granted({ user_id, amount_micro })).detail).toMatchObject({
      amount_micro,
    }),
);

test('25e6 is an integer', () =>
  expect(
    parseBillingEvent(granted({ user_id, amount_micro: 'AMOUNT' }).replace('"AMOUNT"', '25e6'))
      .detail,
  ).toMatchObject({ amount_micro: 25_000_000n }));

describe('malformed', () => {
  test.each(['', '{', 'hello', '{"detail-type":}', `${granted({ user_id })}x`, '{"a":"\\ud800"}'])(
    '%j is not JSON',
    (text) => expect(rejection(text)).toBe('not JSON'),
  );

  test.each(['null', '7', '"text"'])('%s is no envelope', (text) =>
    expect(rejection(text)).toBe('malformed: the envelope'),
  );

  test.each([
    '{}',
    '[]',
    reversed({ user_id }, { 'detail-type': 'referral.reward.doubled' }),
    reversed({ user_id }, { 'detail-type': 'constructor' }),
    reversed({ user_id }, { 'detail-type': null }),
  ])('an unknown type: %s', (text) => expect(rejection(text)).toBe('malformed: detail-type'));

  test.each([undefined, null, 'text', []])('%j as the detail', (detail) =>
    expect(rejection(reversed({}, { detail }))).toMatch(/^malformed: detail/),
  );

  test.each([0n, -1n, 2n ** 63n, 1.5, '5000000', null, undefined, true, [5_000_000n]])(
    '%s as an amount',
    (amount) => {
      expect(rejection(granted({ user_id, amount_micro: amount }))).toBe(
        'malformed: detail.amount_micro',
      );
      expect(rejection(opened({ user_id, total_micro: amount }))).toBe(
        'malformed: detail.total_micro',
      );
    },
  );

  test.each(['', 'someone', null, undefined, 7, `${user_id} `])('%j as the user', (user_id) => {
    for (const event of [granted, reversed, opened, closed])
      expect(rejection(event({ user_id }))).toBe('malformed: detail.user_id');
  });

  test.each(['', ' ', 'ä', 'x'.repeat(129), 'a b', null, undefined, 7])('%j as an id', (id) => {
    for (const event of [granted, reversed])
      expect(rejection(event({ user_id, reward_id: id }))).toBe('malformed: detail.reward_id');
    for (const event of [opened, closed])
      expect(rejection(event({ user_id, invoice_id: id }))).toBe('malformed: detail.invoice_id');
  });

  test.each(['soon', '2026-02-30T00:00:00Z', 1795348800, null, undefined])(
    '%j as a time',
    (time) => {
      expect(rejection(granted({ user_id, unlocks_at: time }))).toBe(
        'malformed: detail.unlocks_at',
      );
      expect(rejection(granted({ user_id }, { time }))).toBe('malformed: time');
    },
  );

  test.each(['', ' ', '\u200b\u2800', 'x'.repeat(257), null, undefined, {}])(
    '%j as the source',
    (source) => expect(rejection(granted({ user_id, source }))).toBe('malformed: detail.source'),
  );
});

test('the types are those that billing sends', () =>
  expect(billingEventTypes()).toEqual([
    'referral.reward.granted',
    'referral.reward.reversed',
    'billing.invoice.opened',
    'billing.invoice.closed',
  ]));

test('the reason names fields and repeats none of their values', () =>
  expect(rejection(granted({ user_id: 'secret-1', amount_micro: 'secret-2', source: 7 }))).toBe(
    'malformed: detail.user_id, detail.amount_micro, detail.source',
  ));
