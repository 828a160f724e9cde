import { expect, test } from 'vitest';
import { throttleOf } from '../../../../infra/local/gateway/throttle.ts';
import type { LocalRoute, LocalThrottle } from '../../../../infra/local/template/local-stack.ts';

const route = (path: string, throttle?: LocalThrottle): LocalRoute => ({
  method: 'POST',
  path,
  functionName: 'Any',
  authorizationType: 'NONE',
  timeoutMs: 29_000,
  ...(throttle && { throttle }),
});

/** A throttle whose time a test sets, and how many of so many requests at once it lets through. */
function open(throttle?: LocalThrottle) {
  const time = { ms: 1_000 };
  const allows = throttleOf(throttle ? { throttle } : {}, () => time.ms);
  const passed = (to: LocalRoute, requests = 100) =>
    Array.from({ length: requests }, () => allows(to)).filter(Boolean).length;
  return { time, passed };
}

const SLOW = { rate: 10, burst: 20 };

test('a route takes its burst at once, then its rate', () => {
  const { time, passed } = open();
  const payouts = route('/payouts', SLOW);
  expect(passed(payouts)).toBe(20);
  expect(passed(payouts)).toBe(0);
  time.ms += 99;
  expect(passed(payouts)).toBe(0);
  time.ms += 1;
  expect(passed(payouts)).toBe(1);
  time.ms += 1_550;
  expect(passed(payouts)).toBe(15);
  time.ms += 50;
  expect(passed(payouts)).toBe(1);
});

test('over a long time nothing is lost to rounding', () => {
  const { time, passed } = open();
  const payouts = route('/payouts', { rate: 30, burst: 60 });
  let count = passed(payouts);
  for (let at = 0; at < 60_000; at += 7) {
    time.ms += 7;
    count += passed(payouts, 1);
  }
  expect(count).toBe(60 + 30 * 60);
});

test('a rest fills the bucket to its burst and no further', () => {
  const { time, passed } = open();
  const payouts = route('/payouts', SLOW);
  expect(passed(payouts)).toBe(20);
  time.ms += 3_600_000;
  expect(passed(payouts)).toBe(20);
});

test('what is turned away uses nothing up', () => {
  const { time, passed } = open();
  const payouts = route('/payouts', SLOW);
  expect(passed(payouts, 10_000)).toBe(20);
  time.ms += 100;
  expect(passed(payouts, 1)).toBe(1);
});

test('a flooded route leaves another one its own', () => {
  const { passed } = open(SLOW);
  const [flooded, other, plain] = [route('/a', SLOW), route('/b', SLOW), route('/c')];
  expect(passed(flooded, 10_000)).toBe(20);
  expect([passed(other), passed(plain)]).toEqual([20, 20]);
});

test('routes without one of their own share the stage’s', () => {
  const { passed } = open(SLOW);
  const [first, second] = [route('/a'), route('/b')];
  expect(passed(first, 15)).toBe(15);
  expect(passed(second)).toBe(5);
  expect(passed(first)).toBe(0);
});

test('where neither route nor stage has one, everything passes', () => {
  expect(open().passed(route('/a'), 10_000)).toBe(10_000);
});

test('a burst of nothing closes a route', () => {
  const { time, passed } = open();
  const closed = route('/a', { rate: 0, burst: 0 });
  expect(passed(closed)).toBe(0);
  time.ms += 60_000;
  expect(passed(closed)).toBe(0);
});

test('a clock that is set back gives nothing and takes nothing away', () => {
  const { time, passed } = open();
  const payouts = route('/payouts', SLOW);
  expect(passed(payouts, 15)).toBe(15);
  time.ms -= 60_000;
  expect(passed(payouts)).toBe(5);
  time.ms += 100;
  expect(passed(payouts)).toBe(1);
});
