import { expect, test } from 'vitest';
import { deadline } from '../../../lib/http/event.ts';
import { context } from '../../support/sample-events.ts';
import { testTime } from '../../support/samples.ts';

test('the database has all but the last second of what the invocation has', () => {
  const time = { ...testTime(), now: () => 100_000 };
  expect(deadline(context, time)).toBe(114_000);
});
