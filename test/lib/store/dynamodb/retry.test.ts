import { describe, expect, test } from 'vitest';
import { attempts } from '../../../../lib/store/dynamodb/retry.ts';
import { crowdOnOneItem } from '../../../support/hot-item.ts';
import { testTime } from '../../../support/samples.ts';

const within = (milliseconds: number, time = testTime()) =>
  attempts({ time, deadlineMs: time.now() + milliseconds });

/** The time passes while somebody sleeps, and only then. */
function sleptTime() {
  let now = 0;
  const time = testTime();
  const sleep = async (milliseconds: number) => {
    time.pauses.push(milliseconds);
    now += milliseconds;
  };
  return { ...time, now: () => now, sleep };
}

test('attempts pause with full jitter: half of a doubling range when the dice say half', async () => {
  const time = testTime();
  for await (const attempt of within(60_000, time)) if (attempt === 8) break;
  expect(time.pauses).toEqual([25, 50, 100, 200, 400, 500, 500]);
});

test('they end rather than sleep past the deadline', async () => {
  const time = testTime();
  expect((await Array.fromAsync(within(200, time))).at(-1)).toBe(3);
  expect(time.pauses).toEqual([25, 50]);
});

test.each([
  [124, 1],
  [125, 2],
])('they end where less than 100 ms would be left for one: %i ms are %i', async (ms, count) => {
  expect(await Array.fromAsync(within(ms, sleptTime()))).toHaveLength(count);
});

test('they are at least one, even when the time is up', async () =>
  expect(await Array.fromAsync(attempts({ time: testTime(), deadlineMs: 0 }))).toEqual([1]));

describe('after a conflict', () => {
  /** The pauses of a request that has so long in all, where the dice always say half. */
  const pausesWithin = async (milliseconds: number, inConflict = () => true) => {
    const time = sleptTime();
    for await (const _ of attempts({ time, deadlineMs: milliseconds }, inConflict));
    return time.pauses.map(Math.round);
  };

  test('the range grows by half from 40 ms on, up to a 48th of the time left', async () => {
    const pauses = await pausesWithin(14_000);
    expect(pauses.slice(0, 7)).toEqual([20, 30, 45, 68, 101, 143, 142]);
  });

  test('who has waited longer tries more often, down to 40 ms, until the deadline', async () => {
    const pauses = await pausesWithin(14_000);
    const longest = Math.max(...pauses);
    const shrinking = pauses.slice(pauses.indexOf(longest));
    expect(shrinking).toEqual(shrinking.toSorted((one, other) => other - one));
    expect(shrinking.at(-1)).toBe(20);
    expect(pauses.reduce((sum, pause) => sum + pause)).toBeGreaterThan(13_850);
  });

  test.each([3000, 5000, 14_000])(
    'none is begun that the deadline of %i ms would cut off, so that all have a definite answer',
    async (deadlineMs) => {
      const time = sleptTime();
      const left: number[] = [];
      for await (const _ of attempts({ time, deadlineMs }, () => true))
        left.push(deadlineMs - time.now());
      expect(Math.min(...left)).toBeGreaterThanOrEqual(100);
    },
  );

  test('no range is longer than a second, however much time is left', async () =>
    expect(Math.max(...(await pausesWithin(300_000)))).toBe(500));

  test('only then: whatever else failed is given more time', async () => {
    let attempt = 0;
    const pauses = await pausesWithin(14_000, () => ++attempt % 2 === 0);
    expect(pauses.slice(0, 6)).toEqual([25, 30, 100, 68, 400, 139]);
  });
});

describe('many requests that write one item, which each holds for 10 ms', () => {
  const SEEDS = ['a', 'b', 'c'];
  const slowest = ({ waitsMs }: { waitsMs: number[] }) => waitsMs.at(-1) ?? 0;

  test.each(SEEDS)(
    '64 at once keep it busy 0.55 of the time until the last is through (dice %s)',
    async (seed) => {
      const crowd = await crowdOnOneItem({ callers: 64, each: 1, seed });
      expect(crowd.waitsMs).toHaveLength(64);
      expect(crowd.busy).toBeGreaterThan(0.55);
      expect(crowd.attemptsPerRequest).toBeLessThan(8);
    },
  );

  test.each(SEEDS)(
    '64 that come back at once keep it busy 0.7 of the time (dice %s)',
    async (seed) => {
      const crowd = await crowdOnOneItem({ callers: 64, each: 4, seed });
      expect(crowd).toMatchObject({ busy: expect.toSatisfy((busy) => busy > 0.7), late: 0 });
      expect(crowd.attemptsPerRequest).toBeLessThan(9);
    },
  );

  test.each(SEEDS)(
    'nobody starves among 64 that keep coming, of 20 ms each (dice %s)',
    async (seed) => {
      const crowd = await crowdOnOneItem({ callers: 64, each: 20, heldMs: 20, seed });
      expect(crowd.late).toBe(0);
      expect(slowest(crowd)).toBeLessThan(13_000);
    },
  );

  test.each(SEEDS)('nor among 200 at once (dice %s)', async (seed) => {
    const crowd = await crowdOnOneItem({ callers: 200, each: 1, seed });
    expect(crowd.late).toBe(0);
    // The last of 200 that are served without a break waits two seconds.
    expect(slowest(crowd)).toBeLessThan(3000);
  });

  test.each([2, 8])('%i that keep coming try less than three times each', async (callers) => {
    const crowd = await crowdOnOneItem({ callers, each: 32, seed: 'few' });
    expect(crowd.busy).toBeGreaterThan(0.5);
    expect(crowd.attemptsPerRequest).toBeLessThan(3);
  });
});
