/** The clock of functions on this machine: the real one, or one that a test sets and hurries. */
import { afterEach, expect, test } from 'vitest';
import { type Clock, MACHINE_CLOCK } from '../../../../infra/local/lambda/clock.ts';
import { type Bundles, startBundles } from '../../../support/bundles.ts';

let bundles: Bundles;
afterEach(() => bundles.stop());

const CODE = `
import { setTimeout as pause } from 'node:timers/promises';
const keptNow = Date.now;
export const handler = async (event, context) => {
  const before = keptNow();
  if (event.pauseMs) await pause(event.pauseMs);
  if (event.timerMs) await new Promise((done) => setTimeout(done, event.timerMs));
  const now = new Date();
  return {
    before,
    now: now.getTime(),
    text: now.toISOString(),
    parsed: new Date('2001-02-03T04:05:06Z').getTime(),
    isDate: now instanceof Date,
    left: context.getRemainingTimeInMillis(),
    trace: process.env._X_AMZN_TRACE_ID,
  };
};`;

async function start(clock: Clock | undefined, timeoutMs = 15_000): Promise<void> {
  bundles = await startBundles({ functions: { Fn: { code: CODE, timeoutMs } }, clock });
}

const invoke = async (event: unknown = {}, traceId?: string) => {
  const outcome = await bundles.runtime.invoke('Fn', event, traceId);
  return outcome.type === 'result' ? JSON.parse(outcome.payload) : outcome;
};

const MOMENT = Date.parse('2040-01-01T00:00:00Z');
const stopped = (speed: number): Clock => ({ now: () => MOMENT, speed });

test('a function lives by the clock of its stack, and is told its deadline by it', async () => {
  await start(stopped(1));
  const { before, now, text, parsed, isDate, left } = await invoke();
  expect(before).toBeGreaterThanOrEqual(MOMENT);
  expect(now).toBeGreaterThanOrEqual(before);
  expect(text).toMatch(/^2040-01-01T00:00:/);
  expect(parsed).toBe(Date.parse('2001-02-03T04:05:06Z'));
  expect(isDate).toBe(true);
  expect(left).toBeLessThanOrEqual(15_000);
  expect(left).toBeGreaterThan(0);
});

test('each invocation sets the clock', async () => {
  let nowMs = MOMENT;
  await start({ now: () => nowMs, speed: 1 });
  await invoke();
  nowMs += 3_600_000;
  expect((await invoke()).before).toBeGreaterThanOrEqual(nowMs);
});

test('on a fast clock the pauses take as long as they say, and less than that of the machine’s time', async () => {
  await start(stopped(1000), 3_600_000);
  const pausing = await invoke({ pauseMs: 60_000 });
  expect(pausing.now - pausing.before).toBeGreaterThanOrEqual(60_000);
  const timed = await invoke({ timerMs: 60_000 });
  expect(timed.now - timed.before).toBeGreaterThanOrEqual(60_000);
});

test('on a fast clock a function is ended that much sooner', async () => {
  await start(stopped(1000), 600_000);
  const { error } = await invoke({ pauseMs: 6_000_000 });
  expect(error.errorMessage).toBe('Task timed out after 600.00 seconds');
});

test('the machine’s clock is the one that runs without any', async () => {
  await start(undefined);
  const earlier = MACHINE_CLOCK.now();
  const { before, now } = await invoke();
  expect(before).toBeGreaterThanOrEqual(earlier);
  expect(now).toBeLessThanOrEqual(MACHINE_CLOCK.now());
});

test('a function has the trace of its invocation, and not that of the one before', async () => {
  await start(undefined);
  expect((await invoke({}, 'Root=1-abc')).trace).toBe('Root=1-abc');
  expect((await invoke()).trace).toBeUndefined();
});

test('the instance at work for a trace can be ended, and only that one', async () => {
  await start(undefined);
  const killed = invoke({ pauseMs: 60_000 }, 'Root=1-one');
  const other = invoke({ pauseMs: 200 }, 'Root=1-two');
  await bundles.runtime.kill('Root=1-nobody');
  // The pause of the other one is over only when both have long been at work.
  expect((await other).trace).toBe('Root=1-two');
  await bundles.runtime.kill('Root=1-one');
  expect(await killed).toMatchObject({ type: 'failed', error: { errorType: 'Runtime.ExitError' } });
});
