import { expect, test } from 'vitest';
import { parseJson } from '../../lib/json.ts';
import {
  asOperatorsSeeIt,
  asOwnerSeesIt,
  changesOf,
  newPayout,
  PayoutRequest,
  type PayoutStatus,
  payoutEvent,
  statusSince,
} from '../../lib/payout.ts';
import { ADDRESSES, USER_ID } from '../support/samples.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const request = {
  amount_micro: 10_000_000n,
  network: 'solana' as const,
  address: ADDRESSES.solana,
};

test('a new payout is requested, at the given time, with nothing settled', () => {
  expect(newPayout(USER_ID, request, 10_000_000n, NOW)).toEqual({
    id: expect.stringMatching(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ),
    user_id: USER_ID,
    ...request,
    status: 'requested',
    requested_at: '2026-01-02T03:04:05.006Z',
  });
});

test('it has every field of its request', () => {
  const names = Object.keys(PayoutRequest.entries);
  const all = { ...Object.fromEntries(names.map((name) => [name, name])), ...request };
  expect(newPayout(USER_ID, all, 1n, NOW)).toMatchObject(all);
});

test('its id begins with the milliseconds of its time (RFC 9562, section 5.7)', () => {
  const { id } = newPayout(USER_ID, request, 1n, NOW);
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(NOW);
});

test('the minimum itself is enough, one micro-unit less is not', () => {
  expect(() =>
    newPayout(USER_ID, { ...request, amount_micro: 9_999_999n }, 10_000_000n, NOW),
  ).toThrow(
    expect.objectContaining({
      tag: 'payout_below_min',
      details: { min_payout_micro: 10_000_000n },
    }),
  );
});

test('the amount is looked at before the address', () => {
  expect(() => newPayout(USER_ID, { ...request, amount_micro: 1n, address: 'x' }, 2n, NOW)).toThrow(
    expect.objectContaining({ tag: 'payout_below_min' }),
  );
  expect(() => newPayout(USER_ID, { ...request, address: 'x' }, 2n, NOW)).toThrow(
    expect.objectContaining({ tag: 'payout_address_invalid' }),
  );
});

test('an address is checked by the rules of its own network', () => {
  const address = ADDRESSES.ethereum;
  expect(newPayout(USER_ID, { ...request, network: 'polygon', address }, 1n, NOW).address).toBe(
    address,
  );
  expect(() => newPayout(USER_ID, { ...request, address }, 1n, NOW)).toThrow();
});

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

test('an event says what the payout is and was, with every digit', () => {
  const payout = newPayout(USER_ID, { ...request, amount_micro: 9007199254740993n }, 1n, NOW);
  const eventAfter = (previousStatus: PayoutStatus | null) =>
    payoutEvent({ payout, previousStatus, at: '2026-11-22T09:00:00.000Z', sequence: 2 });
  const { type, source, time, detail } = eventAfter('requested');
  expect([type, source, time]).toEqual([
    'referral.payout.requested',
    'referral-payouts',
    '2026-11-22T09:00:00.000Z',
  ]);
  expect(parseJson(detail)).toEqual({
    payout,
    previous_status: 'requested',
    sequence: 2n,
    changed_at: '2026-11-22T09:00:00.000Z',
  });
  expect(detail).toContain('"amount_micro":9007199254740993,');
  expect(eventAfter(null).detail).toContain('"previous_status":null');
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
