import { expect, test } from 'vitest';
import { attempts } from '../../../../lib/store/dynamodb/retry.ts';
import { testTime } from '../../../support/samples.ts';

const within = (milliseconds: number, time = testTime()) =>
  attempts({ time, deadlineMs: time.now() + milliseconds });

test('attempts pause with full jitter: half of a doubling range when the dice say half', async () => {
  const time = testTime();
  for await (const attempt of within(60_000, time)) if (attempt === 8) break;
  expect(time.pauses).toEqual([25, 50, 100, 200, 400, 500, 500]);
});

test('they end rather than sleep past the deadline', async () => {
  const time = testTime();
  expect((await Array.fromAsync(within(100, time))).at(-1)).toBe(3);
  expect(time.pauses).toEqual([25, 50]);
});

test.each([
  [25, 1],
  [26, 2],
])('they end where a pause would last until the very deadline: %i ms are %i', async (ms, count) => {
  let now = 0;
  const sleep = async (milliseconds: number) => {
    now += milliseconds;
  };
  const time = { ...testTime(), now: () => now, sleep };
  expect(await Array.fromAsync(within(ms, time))).toHaveLength(count);
});

test('they are at least one, even when the time is up', async () =>
  expect(await Array.fromAsync(attempts({ time: testTime(), deadlineMs: 0 }))).toEqual([1]));
