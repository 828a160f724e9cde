import { expect, test } from 'vitest';
import { asOwnerSeesIt, newPayout, statusSince } from '../../lib/payout.ts';

const USER = '0b8ba3a4-7f2c-4c1e-9a53-6a4c44f0b1de';
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const request = {
  amount_micro: 10_000_000n,
  network: 'solana' as const,
  address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
};

test('a new payout is requested, at the given time, with nothing settled', () => {
  expect(newPayout(USER, request, 10_000_000n, NOW)).toEqual({
    id: expect.stringMatching(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ),
    user_id: USER,
    ...request,
    status: 'requested',
    requested_at: '2026-01-02T03:04:05.006Z',
  });
});

test('its id begins with the milliseconds of its time (RFC 9562, section 5.7)', () => {
  const { id } = newPayout(USER, request, 1n, NOW);
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(NOW);
});

test('the minimum itself is enough, one micro-unit less is not', () => {
  expect(() => newPayout(USER, { ...request, amount_micro: 9_999_999n }, 10_000_000n, NOW)).toThrow(
    expect.objectContaining({ tag: 'payout_below_min' }),
  );
});

test('the amount is looked at before the address', () => {
  expect(() => newPayout(USER, { ...request, amount_micro: 1n, address: 'x' }, 2n, NOW)).toThrow(
    expect.objectContaining({ tag: 'payout_below_min' }),
  );
  expect(() => newPayout(USER, { ...request, address: 'x' }, 2n, NOW)).toThrow(
    expect.objectContaining({ tag: 'payout_address_invalid' }),
  );
});

test('an address is checked by the rules of its own network', () => {
  const address = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
  expect(newPayout(USER, { ...request, network: 'polygon', address }, 1n, NOW).address).toBe(
    address,
  );
  expect(() => newPayout(USER, { ...request, address }, 1n, NOW)).toThrow();
});

const requested_at = '2026-01-02T03:04:05.006Z';
const history = [
  { status: 'requested' as const, at: requested_at, by: 'user' },
  { status: 'processing' as const, at: '2026-01-03T00:00:00.000Z', by: 'ann' },
  { status: 'sent' as const, at: '2026-01-04T00:00:00.000Z', by: 'bob' },
];

test('a payout has had its status since the last step of its history, or else since its request', () => {
  expect(statusSince({ requested_at, history })).toBe('2026-01-04T00:00:00.000Z');
  expect(statusSince({ requested_at, history: history.slice(0, 2) })).toBe(
    '2026-01-03T00:00:00.000Z',
  );
  expect(statusSince({ requested_at, history: [] })).toBe(requested_at);
});

test('its owner sees all of a payout but its history', () => {
  const payout = newPayout(USER, request, 1n, NOW);
  expect(asOwnerSeesIt({ ...payout, history })).toEqual(payout);
});
