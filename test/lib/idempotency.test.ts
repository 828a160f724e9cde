import { expect, test } from 'vitest';
import { idempotencyKey, KEY_LIFETIME_SECONDS } from '../../lib/idempotency.ts';

const request = { amount_micro: 25_000_000n, network: 'solana', address: 'a' };

test('without the header there is no key', () =>
  expect(idempotencyKey(undefined, 'payout', request)).toBeUndefined());

test('the caller’s key is stored only as a hash, under its operation', () => {
  const key = idempotencyKey('my-key', 'payout', request);
  expect(key?.operationKey).toMatch(/^payout#[0-9a-f]{64}$/);
  expect(idempotencyKey('my-key', 'spend', request)?.operationKey).not.toBe(key?.operationKey);
});

test('the fingerprint tells requests apart by their values', () => {
  const fingerprint = idempotencyKey('k', 'payout', request)?.fingerprint;
  expect(idempotencyKey('k', 'payout', { ...request })?.fingerprint).toBe(fingerprint);
  expect(
    idempotencyKey('k', 'payout', { ...request, amount_micro: 25_000_001n })?.fingerprint,
  ).not.toBe(fingerprint);
});

test('an answer can be asked for again for 24 hours', () =>
  expect(KEY_LIFETIME_SECONDS).toBe(86_400));

test.each(['!', '~', 'a'.repeat(255)])('%s is a key', (header) =>
  expect(idempotencyKey(header, 'payout', request)).toBeDefined(),
);

test.each(['', ' ', 'a b', 'é', '\t', '\x7f', 'a'.repeat(256)])('%j is not a key', (header) =>
  expect(() => idempotencyKey(header, 'payout', request)).toThrow(
    expect.objectContaining({ tag: 'invalid_args' }),
  ),
);
