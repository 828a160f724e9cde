import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseRetryAfter, pause, stopTag, within } from '../../../sdk/typescript/src/timing.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a pause under a signal that has already fired is none', async () => {
  await pause(1000, AbortSignal.abort());
  expect(vi.getTimerCount()).toBe(0);
});

test('work under a signal that has already fired is not begun', async () => {
  const work = vi.fn();
  const signal = AbortSignal.abort('why');
  await expect(within(1000, signal, work)).rejects.toBe('why');
  expect(work).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});

test('work that fails by itself is neither aborted nor late', async () => {
  const failure = new Error('by itself');
  await expect(within(1000, undefined, () => Promise.reject(failure))).rejects.toBe(failure);
  expect(stopTag(failure, new AbortController().signal)).toBeUndefined();
  expect(stopTag(undefined, undefined)).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test('work that is stopped learns it from its signal', async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const late = within(10, undefined, (signal) => {
    signal.addEventListener('abort', () => resolve(signal.reason));
    return promise;
  });
  const stopped = expect(late).rejects.toThrow('The time is up.');
  await vi.runAllTimersAsync();
  await stopped;
  expect(stopTag(await promise, undefined)).toBe('timeout');
});

describe('Retry-After', () => {
  const NOW = Date.parse('2026-11-25T18:00:00Z');
  const DAY = 86_400_000;

  test.each<[string, number]>([
    ['0', 0],
    ['7', 7000],
    ['007', 7000],
    ['9'.repeat(400), DAY],
    ['Wed, 25 Nov 2026 18:00:09 GMT', 9000],
    ['Wed, 25 Nov 2026 17:59:59 GMT', 0],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    // The two obsolete forms, which RFC 9110 (5.6.7) still wants read.
    ['Wednesday, 25-Nov-26 18:00:09 GMT', 9000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Wed Nov 25 18:00:09 2026', 9000],
    ['Sun Nov  6 08:49:37 1994', 0],
    ['Fri, 25 Dec 2026 00:00:00 GMT', DAY],
    ['Friday, 25-Dec-76 00:00:00 GMT', DAY],
  ])('%s is %d ms', (header, ms) => expect(parseRetryAfter(header, NOW)).toBe(ms));

  test.each([
    '',
    ' ',
    'soon',
    '-5',
    '+5',
    '1.5',
    '5s',
    '0x10',
    '1e3',
    '٣',
    '5, 7',
    'NaN',
    'Infinity',
    '26-11-25',
    '2026-11-25',
    '2026-11-25T18:00:09Z',
    'Nov 25 2026',
    '25 Nov 2026 18:00:09 GMT',
    'Wed, 25 Nov 2026 18:00:09',
    'Wed, 25 Nov 2026 18:00:09 +0000',
    'Wed, 25 Nov 2026 18:00:09 UTC',
    'Wed, 25 Nov 2026 18:00:09 PST',
    'wed, 25 nov 2026 18:00:09 gmt',
    'Wed, 5 Nov 2026 18:00:09 GMT',
    'Wed, 99 Nov 2026 18:00:09 GMT',
    'Mon, 30 Feb 2026 18:00:09 GMT',
    'Wed, 25 Nov 2026 25:00:09 GMT',
    'Wed, 25 Nov 2026 18:00:09 GMT (soon)',
    'Wednesday, 25-Nov-2026 18:00:09 GMT',
    'Wed Nov 25 18:00:09 2026 GMT',
  ])('%j is none', (header) => expect(parseRetryAfter(header, NOW)).toBeUndefined());

  test('that is missing is none', () => expect(parseRetryAfter(null, NOW)).toBeUndefined());
});
