import * as v from 'valibot';
import { expect, test } from 'vitest';
import {
  anyTimestamp,
  CLOCKS_DIFFER_MS,
  DAY_MS,
  dayOf,
  deadlineOf,
  endOf,
  rfc3339,
  StoredTime,
  systemTime,
} from '../../lib/time.ts';
import { context } from '../support/sample-events.ts';

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

test.each([
  // A form of ISO 8601 that passes for a time until JavaScript is to read it.
  '2026-01-02T03:04:05.060+05',
  '2026-01-02T03:04:05Z',
  '2026-01-02T03:04:05.060+00:00',
  '2026-01-02 03:04:05.060Z',
  '2026-02-30T03:04:05.060Z',
  'yesterday',
])('and %s is none that was written so', (text) => {
  expect(v.is(StoredTime, '2026-01-02T03:04:05.060Z')).toBe(true);
  expect(v.is(StoredTime, text)).toBe(false);
});

test('clocks differ by less than a quarter of an hour, and a day has 24', () =>
  expect([CLOCKS_DIFFER_MS, DAY_MS]).toEqual([900_000, 86_400_000]));

test.each([
  ['2026-02-28T00:00:00.000Z', '2026-02-28', '2026-03-01T00:00:00.000Z'],
  ['2026-12-31T23:59:59.999Z', '2026-12-31', '2027-01-01T00:00:00.000Z'],
])('%s is of the UTC day %s, which ends at %s', (time, day, end) => {
  expect(dayOf(Date.parse(time))).toBe(day);
  expect(endOf(day)).toBe(end);
});

test('the database has all but the last second of what the invocation has', () =>
  expect(deadlineOf(context, 100_000)).toBe(114_000));

test.each([
  ['2026-11-22T12:00:00Z', '2026-11-22T12:00:00.000Z'],
  ['2026-11-22t12:00:00z', '2026-11-22T12:00:00.000Z'],
  ['2026-11-22T12:00:00.1Z', '2026-11-22T12:00:00.100Z'],
  ['2026-11-22T12:00:00.123000001Z', '2026-11-22T12:00:00.124Z'],
  ['2026-11-22T12:00:00.123000000Z', '2026-11-22T12:00:00.123Z'],
  ['2026-11-22T12:00:00+05:30', '2026-11-22T06:30:00.000Z'],
  ['2026-11-22T23:30:00-01:00', '2026-11-23T00:30:00.000Z'],
  ['2026-11-22T12:00:00-00:00', '2026-11-22T12:00:00.000Z'],
  ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
])('%s is %s', (text, utc) => expect(v.parse(anyTimestamp(), text)).toBe(utc));

test.each([
  '',
  '2026-11-22',
  '2026-11-22T12:00Z',
  '2026-11-22T12:00:00',
  '2026-11-22 12:00:00Z',
  ' 2026-11-22T12:00:00Z',
  '2026-11-22T12:00:00Z\n',
  '2026-11-22T12:00:00.Z',
  '2026-11-22T12:00:00+0530',
  '2026-11-22T12:00:00+24:00',
  '2026-11-22T24:00:00Z',
  '2026-11-22T12:60:00Z',
  '2026-11-22T23:59:60Z',
  '2026-02-30T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-01-32T00:00:00Z',
  '9999-12-31T23:59:59-01:00',
  '0000-01-01T00:00:00+01:00',
  '+002026-11-22T12:00:00Z',
  1795348800000,
  null,
])('%j is not a time', (value) => expect(v.safeParse(anyTimestamp(), value).success).toBe(false));
