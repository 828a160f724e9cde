import * as v from 'valibot';
import { expect, test } from 'vitest';
import { newPayout } from '../../../lib/payout.ts';
import {
  asOperatorsSeeIt,
  asOwnerSeesIt,
  changesOf,
  PayoutWithHistory,
  StoredPayout,
  statusSince,
} from '../../../lib/settlement/payout-with-history.ts';
import { ADDRESSES, USER_ID } from '../../support/samples.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const request = {
  amount_micro: 10_000_000n,
  network: 'solana' as const,
  address: ADDRESSES.solana,
};

const requested_at = '2026-01-02T03:04:05.006Z';
const history = [
  { status: 'requested' as const, at: requested_at, by: 'user' },
  { status: 'processing' as const, at: '2026-01-03T00:00:00.000Z', by: 'ann' },
  { status: 'sent' as const, at: '2026-01-04T00:00:00.000Z', by: 'bob' },
];

test('a payout has had its status since the last entry of its history, or else since its request', () => {
  expect(statusSince({ requested_at, history })).toBe('2026-01-04T00:00:00.000Z');
  expect(statusSince({ requested_at, history: history.slice(0, 2) })).toBe(
    '2026-01-03T00:00:00.000Z',
  );
  expect(statusSince({ requested_at, history: [] })).toBe(requested_at);
});

test('its owner sees all of a payout but its history', () => {
  const payout = newPayout(USER_ID, request, 1n, NOW);
  expect(asOwnerSeesIt({ ...payout, internal_note: 'x', history })).toEqual(payout);
  const unpaid = { ...payout, reason: 'other', note: 'no' };
  expect(asOwnerSeesIt({ ...unpaid, history })).toEqual(unpaid);
});

test('operators see all of it but the marks of who changed it', () => {
  const payout = newPayout(USER_ID, request, 1n, NOW);
  const stored = { ...payout, internal_note: 'x', history, marks: ['a'] };
  const { marks: _, ...shown } = stored;
  expect(asOperatorsSeeIt(stored)).toEqual(shown);
});

test('as it is stored it is all that it was, with its marks, of which an old one has none', () => {
  const payout = { ...newPayout(USER_ID, request, 1n, NOW), history };
  expect(v.parse(StoredPayout, { ...payout, marks: ['a'] })).toEqual({ ...payout, marks: ['a'] });
  expect(v.parse(StoredPayout, payout)).toEqual({ ...payout, marks: [] });
});

test('the days that it counts on are days, to the letter', () => {
  const payout = { ...newPayout(USER_ID, request, 1n, NOW), history };
  for (const name of ['budget_day', 'limit_day']) {
    expect(v.is(PayoutWithHistory, { ...payout, [name]: '2026-11-22' })).toBe(true);
    for (const wrong of ['', '2026-11', 'x2026-11-22', '2026-11-22x', '2026-11-22T10:00:00.000Z'])
      expect(v.is(PayoutWithHistory, { ...payout, [name]: wrong })).toBe(false);
  }
});

test('its history tells every change as it was: what an end brought is not there before', () => {
  const made = newPayout(USER_ID, request, 1n, NOW);
  const end = {
    status: 'failed' as const,
    note: 'bounced',
    completed_at: '2026-01-02T05:00:00.000Z',
  };
  const steps = ['requested', 'processing', 'failed'] as const;
  const history = steps.map((status, hour) => ({
    status,
    at: `2026-01-02T0${3 + hour}:00:00.000Z`,
    by: 'a',
  }));
  expect(changesOf({ ...made, ...end, history })).toEqual([
    { payout: made, previousStatus: null, at: history[0]?.at, sequence: 1 },
    {
      payout: { ...made, status: 'processing' },
      previousStatus: 'requested',
      at: history[1]?.at,
      sequence: 2,
    },
    { payout: { ...made, ...end }, previousStatus: 'processing', at: history[2]?.at, sequence: 3 },
  ]);
});

test('only the last of its changes has the reason for which it was not paid', () => {
  const made = newPayout(USER_ID, request, 1n, NOW);
  const history = (['requested', 'processing', 'requested', 'failed'] as const).map((status) => ({
    ...{ status, at: made.requested_at, by: 'a' },
  }));
  const failed = { ...made, status: 'failed' as const, reason: 'compliance', note: 'n' };
  const changes = changesOf({ ...failed, completed_at: made.requested_at, history });
  expect(changes.map(({ payout }) => payout.reason)).toEqual([
    ...[undefined, undefined, undefined, 'compliance'],
  ]);
  expect(changes.map(({ previousStatus }) => previousStatus)).toEqual([
    ...[null, 'requested', 'processing', 'requested'],
  ]);
});
