import { expect, test } from 'vitest';
import { rfc3339, systemTime } from '../../lib/time.ts';

test('the system tells the time, waits and throws the dice', async () => {
  const before = Date.now();
  await systemTime.sleep(1);
  const now = systemTime.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
  const random = systemTime.random();
  expect(random).toBeGreaterThanOrEqual(0);
  expect(random).toBeLessThan(1);
});

test('times are written in UTC with milliseconds', () =>
  expect(rfc3339(Date.UTC(2026, 0, 2, 3, 4, 5, 60))).toBe('2026-01-02T03:04:05.060Z'));
