import { expect, test } from 'vitest';
import { REASON_WORDS, REASONS } from '../../../lib/settlement/reasons.ts';

test('they are those of the settlement’s design, each with a sentence of its own', () => {
  expect(REASONS).toEqual([
    ...['address_rejected', 'user_request', 'compliance', 'insufficient_liquidity'],
    ...['duplicate', 'other'],
  ]);
  const words = Object.values(REASON_WORDS);
  expect(new Set(words).size).toBe(REASONS.length);
  for (const sentence of words) expect(sentence).toMatch(/^[A-Z].+\.$/);
});
