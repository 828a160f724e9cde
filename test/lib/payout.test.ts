import * as v from 'valibot';
import { expect, test } from 'vitest';
import { parseJson } from '../../lib/json.ts';
import {
  CHAIN,
  isOpen,
  newPayout,
  OWNER,
  PAYOUT_STATUSES,
  Payout,
  PayoutRequest,
  type PayoutStatus,
  payoutEvent,
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

test('a payout is open until it is settled', () =>
  expect(PAYOUT_STATUSES.filter(isOpen)).toEqual(['requested', 'processing']));

test('the owner and the chain are called so in every history', () =>
  expect([OWNER, CHAIN]).toEqual(['user', 'chain']));

test.each(['amount_micro', 'network', 'address'])('a request has its %s', (field) => {
  expect(v.is(PayoutRequest, request)).toBe(true);
  expect(v.is(PayoutRequest, { ...request, [field]: undefined })).toBe(false);
});

test('a payout keeps a network that is no longer offered, and no text too long to be sent on', () => {
  const payout = { ...newPayout(USER_ID, request, 1n, NOW), network: 'a-chain-of-once' };
  expect(v.is(Payout, payout)).toBe(true);
  for (const field of Object.keys(newPayout(USER_ID, request, 1n, NOW)))
    expect([field, v.is(Payout, { ...payout, [field]: undefined })]).toEqual([field, false]);
  for (const field of ['network', 'address', 'tx_hash', 'reason', 'note']) {
    expect(v.is(Payout, { ...payout, [field]: 'a'.repeat(1024) })).toBe(true);
    expect(v.is(Payout, { ...payout, [field]: 'a'.repeat(1025) })).toBe(false);
  }
});
