import * as v from 'valibot';
import { expect, test } from 'vitest';
import {
  Approval,
  Attempt,
  AttemptReport,
  NEVER_SEEN,
  PAID_ALTHOUGH,
  Proof,
  Review,
  Reviewed,
} from '../../../lib/settlement/records.ts';

const AT = '2026-11-22T10:00:00.000Z';

test('an attempt has bounds, since a page may carry many', () => {
  const report = { kind: 'evm', sender: 'x', nonce: 0n, hash: 'y' };
  expect(v.is(AttemptReport, report)).toBe(true);
  const long = 'x'.repeat(129);
  for (const wrong of [{ kind: 'other' }, { nonce: -1n }, { nonce: 2n ** 63n }, { hash: long }])
    expect(v.is(AttemptReport, { ...report, ...wrong })).toBe(false);
  const stored = { ...report, id: 'y', state: 'open', by: 'ann', recorded_at: AT };
  for (const state of ['open', 'dead', 'landed'])
    expect(v.is(Attempt, { ...stored, state })).toBe(true);
  for (const wrong of [{ state: 'lost' }, { recorded_at: '2026' }, { id: long }, { death: {} }])
    expect(v.is(Attempt, { ...stored, ...wrong })).toBe(false);
});

test('a review says why and since when, and who looked says what was found', () => {
  expect(v.is(Review, { why: 'late', since: AT })).toBe(true);
  expect(v.is(Review, { why: 'late', since: 'x' })).toBe(false);
  expect(v.is(Reviewed, { by: 'ann', at: AT, note: 'x' })).toBe(true);
  expect(v.is(Reviewed, { by: 'ann', at: AT })).toBe(false);
});

test('what the chain proved has a cause, a height and a time', () => {
  const proof = { cause: 'replaced', height: 5n, at: AT };
  expect(v.is(Proof, proof)).toBe(true);
  for (const field of Object.keys(proof))
    expect([field, v.is(Proof, { ...proof, [field]: undefined })]).toEqual([field, false]);
});

test('an approval says who approved exactly what', () => {
  const approval = { by: 'ann', at: AT, amount_micro: 1n, address: 'x' };
  expect(v.is(Approval, approval)).toBe(true);
  for (const field of Object.keys(approval))
    expect([field, v.is(Approval, { ...approval, [field]: undefined })]).toEqual([field, false]);
});

test('what was found keeps the words that are stored already', () =>
  expect([PAID_ALTHOUGH, NEVER_SEEN]).toEqual(['paid_although_', 'never_seen']));
