import { describe, expect, test } from 'vitest';
import {
  mergeQueues,
  PAGE_ROWS,
  pageOf,
} from '../../../../../infra/local/only-here/playground/page/http/merge-queue.ts';

const queue = (ids: string, isWhole = true) => ({
  payouts: [...ids].map((id) => ({ id })),
  isWhole,
});
const merged = (...queues: ReturnType<typeof queue>[]) => {
  const { payouts, isWhole } = mergeQueues(queues);
  return [payouts.map(({ id }) => id).join(''), isWhole];
};

describe('two queues are one', () => {
  test('oldest first, each once', () =>
    expect(merged(queue('adf'), queue('bdg'))).toEqual(['abdfg', true]));

  test('up to where both are known', () => {
    expect(merged(queue('ad', false), queue('bcg'))).toEqual(['abcd', false]);
    expect(merged(queue('ag', false), queue('bf', false))).toEqual(['abf', false]);
  });

  test('of nothing there is nothing', () =>
    expect(merged(queue(''), queue(''))).toEqual(['', true]));
});

describe('a page of the queue', () => {
  const many = (count: number, isWhole = true) => ({
    payouts: Array.from({ length: count }, (_, at) => ({ id: String(at) })),
    isWhole,
  });
  const said = (count: number, first = 0, isWhole = true) => {
    const { shown, ...page } = pageOf(many(count, isWhole), first);
    return { ...page, ids: shown.map(({ id }) => id) };
  };

  test.each([
    [0, ''],
    [1, '1 payout waits.'],
    [PAGE_ROWS, '20 payouts wait.'],
  ])('of %i payouts is all there is', (count, text) =>
    expect(said(count)).toMatchObject({ count: text, first: 0, hasPages: false, hasNext: false }),
  );

  test('says of how many it is, and which', () => {
    expect(said(45)).toMatchObject({
      count: '45 payouts wait. These are 1 to 20, oldest first.',
      hasPages: true,
      hasNext: true,
    });
    expect(said(45, 40)).toMatchObject({
      count: '45 payouts wait. These are 41 to 45, oldest first.',
      ids: ['40', '41', '42', '43', '44'],
      hasNext: false,
    });
  });

  test('is the last one where its payouts are gone', () => {
    expect(said(40, 40)).toMatchObject({ first: 20, hasNext: false });
    expect(said(0, 40)).toMatchObject({ first: 0, ids: [] });
  });

  test('says so where more wait than were counted', () =>
    expect(said(1000, 0, false).count).toMatch(/^More than 1000 payouts wait\./));
});
