import { expect, test } from 'vitest';
import { REASONS } from '../../../lib/settlement/records.ts';

test('a reason is one word of a short list, and the last stands for all others', () => {
  for (const reason of REASONS) expect(reason).toMatch(/^[a-z]+(_[a-z]+)?$/);
  expect(REASONS.at(-1)).toBe('other');
  expect(new Set(REASONS).size).toBe(REASONS.length);
});
