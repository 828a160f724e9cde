/** Work on many things at once: never on more than the width, in their order where it matters. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  atMost,
  inOrder,
  inParallel,
  inPieces,
} from '../../../../lib/store/dynamodb/concurrency.ts';

test('in pieces, of which the last may be smaller', () => {
  expect([...inPieces([1, 2, 3, 4, 5], 2)]).toEqual([[1, 2], [3, 4], [5]]);
  expect([...inPieces([1, 2], 2)]).toEqual([[1, 2]]);
  expect([...inPieces([], 2)]).toEqual([]);
});

describe('in parallel', () => {
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
});

async function* numbers(count: number) {
  for (let number = 0; number < count; number++) yield number;
}

describe('in order', () => {
  test('results come in the order of the items, whichever is ready first', async () => {
    const slowerWhenEven = async (number: number) => {
      if (number % 2 === 0) for (let turn = 0; turn < 5; turn++) await setImmediate();
      return number * 10;
    };
    expect(await Array.fromAsync(inOrder(numbers(7), 3, slowerWhenEven))).toEqual([
      0, 10, 20, 30, 40, 50, 60,
    ]);
  });

  test('the work is told the index of its item', async () => {
    const letters = async function* () {
      yield* 'abc';
    };
    expect(
      await Array.fromAsync(inOrder(letters(), 2, async (letter, index) => letter + index)),
    ).toEqual(['a0', 'b1', 'c2']);
  });

  test('no more than so many are worked on at once', async () => {
    let running = 0;
    let most = 0;
    await Array.fromAsync(
      inOrder(numbers(20), 4, async () => {
        most = Math.max(most, ++running);
        await setImmediate();
        running--;
      }),
    );
    expect(most).toBe(4);
  });

  test('a failure comes in its turn, after the results before it and once the work begun has ended', async () => {
    const seen: number[] = [];
    let ended = 0;
    const work = async (number: number) => {
      if (number === 2) throw new Error('third');
      await setImmediate();
      ended++;
      return number;
    };
    const all = (async () => {
      for await (const result of inOrder(numbers(9), 4, work)) seen.push(result);
    })();
    await expect(all).rejects.toThrow('third');
    expect(seen).toEqual([0, 1]);
    expect(ended).toBe(5);
  });
});

describe('at most', () => {
  test('so many work at a time, in the order in which they came, also behind one that fails', async () => {
    const limited = atMost(2);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const work = (number: number) => async () => {
      begun.push(number);
      most = Math.max(most, ++running);
      await setImmediate();
      running--;
      if (number === 1) throw new Error('no');
      return number;
    };
    const results = await Promise.allSettled([...Array(7).keys()].map((n) => limited(work(n))));
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual(
      [...Array(7).keys()].map((n) => n !== 1),
    );
    expect(begun).toEqual([...Array(7).keys()]);
    expect(most).toBe(2);
    expect(await limited(work(9))).toBe(9);
  });
});
