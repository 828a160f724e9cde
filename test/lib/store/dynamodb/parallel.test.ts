import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inParallel } from '../../../../lib/store/dynamodb/parallel.ts';

test('every item is worked on once, never more than the width at a time', async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await inParallel([...Array(10).keys()], 3, async (item) => {
    most = Math.max(most, ++running);
    await setImmediate();
    running--;
    done.push(item);
  });
  expect(done.sort((a, b) => a - b)).toEqual([...Array(10).keys()]);
  expect(most).toBe(3);
});

test('nothing to do is done at once', () =>
  expect(inParallel([], 3, () => Promise.reject())).resolves.toBe(undefined));

test('a failure is the caller’s', () =>
  expect(inParallel([1, 2], 1, () => Promise.reject(new Error('no')))).rejects.toThrow('no'));
