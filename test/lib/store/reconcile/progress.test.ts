import { expect, test } from 'vitest';
import {
  asNext,
  beginningOf,
  PASSES,
  progressOf,
} from '../../../../lib/store/reconcile/progress.ts';

test('accounts come first, and those that were skipped last', () => {
  expect([PASSES.at(0), PASSES.at(-1)]).toEqual(['accounts', 'skipped']);
  expect(beginningOf(undefined)).toEqual({ pass: 'accounts', skipped: [] });
});

test.each(PASSES)('what one run hands to the next is what that reads: %s', (pass) => {
  const progress = { pass, after: { user_id: 'u"1', id: '5' }, skipped: ['u2', 'u3'] };
  expect(progressOf(asNext(progress))).toEqual(progress);
  expect(progressOf(asNext({ pass, skipped: [] }))).toEqual({ pass, skipped: [] });
});

test('the id of a user is where the accounts go on, as it was before there were passes', () =>
  expect(progressOf('u1')).toEqual({ pass: 'accounts', after: { user_id: 'u1' }, skipped: [] }));

test.each([
  '{',
  '{}',
  '{"pass":"lunch","skipped":[]}',
  '{"pass":"keys"}',
  '{"pass":"keys","skipped":[1]}',
  '{"pass":"keys","skipped":[],"after":{"user_id":1}}',
])('%s is refused', (next) => expect(() => progressOf(next)).toThrow());
