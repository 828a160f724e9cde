import { expect, test } from 'vitest';
import {
  idempotencyKey,
  KEY_KEPT_SECONDS,
  KEY_LIFETIME_SECONDS,
  REFUSAL_LIFETIME_SECONDS,
} from '../../lib/idempotency.ts';
import { keyed } from '../support/samples.ts';

const request = { amount_micro: 25_000_000n, network: 'solana', address: 'a' };

test('without the header there is no key', () =>
  expect(idempotencyKey(keyed(undefined), 'payout', request)).toBeUndefined());

test('the caller’s key is stored only as a hash, under its operation', () => {
  const key = idempotencyKey(keyed('my-key'), 'payout', request);
  expect(key?.operationKey).toMatch(/^payout#[0-9a-f]{64}$/);
  expect(idempotencyKey(keyed('my-key'), 'spend', request)?.operationKey).not.toBe(
    key?.operationKey,
  );
});

test('the fingerprint tells requests apart by their values', () => {
  const fingerprint = idempotencyKey(keyed('k'), 'payout', request)?.fingerprint;
  expect(idempotencyKey(keyed('k'), 'payout', { ...request })?.fingerprint).toBe(fingerprint);
  expect(
    idempotencyKey(keyed('k'), 'payout', { ...request, amount_micro: 25_000_001n })?.fingerprint,
  ).not.toBe(fingerprint);
});

test('a key knows when the gateway got its request', () =>
  expect(idempotencyKey(keyed('k', 1_795_375_024_000), 'payout', request)?.requestedMs).toBe(
    1_795_375_024_000,
  ));

test('an answer can be asked for again for 24 hours, and a refusal bars for one', () =>
  expect([KEY_LIFETIME_SECONDS, REFUSAL_LIFETIME_SECONDS]).toEqual([86_400, 3600]));

test('an answer is kept for a quarter of an hour more, by which clocks may differ', () =>
  expect(KEY_KEPT_SECONDS).toBe(87_300));

test.each(['!', '+', '-', '~', 'a'.repeat(255)])('%s is a key', (header) =>
  expect(idempotencyKey(keyed(header), 'payout', request)).toBeDefined(),
);

test.each(['', ' ', 'a b', 'é', '\t', '\x7f', 'a'.repeat(256), ',', 'a,a', 'a,b', ',a', 'a,'])(
  '%j is not a key',
  (header) =>
    expect(() => idempotencyKey(keyed(header), 'payout', request)).toThrow(
      expect.objectContaining({ tag: 'invalid_args', details: { field: 'idempotency-key' } }),
    ),
);
