import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pause, stopTag, within } from '../../../sdk/typescript/src/timing.ts';

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
