import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  followSchedules,
  msUntilDue,
  scheduledEvent,
} from '../../../../infra/local/events/scheduler.ts';
import type { LocalSchedule } from '../../../../infra/local/template/local-stack.ts';

const schedule = (expression: string, more: Partial<LocalSchedule> = {}): LocalSchedule => ({
  name: 'Sweep',
  expression,
  functionName: 'Unlock',
  ...more,
});
const NOON = Date.parse('2026-11-22T12:00:00Z');
const MINUTE = 60_000;

describe('the time until a schedule is due', () => {
  test.each([
    ['rate(1 minute)', 1],
    ['rate(15 minutes)', 15],
    ['rate(2 hours)', 120],
    ['rate(1 day)', 1440],
    ['rate(6 seconds)', 0.1],
    ['cron(30 12 * * ? *)', 30],
    ['cron(0 12 * * ? *)', 1440],
    ['cron(0 3 ? * * *)', 15 * 60],
  ])('%s: %d minutes', (expression, minutes) =>
    expect(msUntilDue(schedule(expression), NOON)).toBe(minutes * MINUTE),
  );

  const unknown = ['cron(0/5 * * * ? *)', 'rate(1 week)', 'at(2026-11-22T12:00:00)'];
  test.each(unknown)('%s is refused with the name of the schedule', (expression) => {
    const due = () => msUntilDue(schedule(expression), NOON);
    expect(due).toThrow(`schedule Sweep is ${expression}`);
  });
});

describe('a scheduled function', () => {
  afterEach(() => void vi.useRealTimers());

  test('runs whenever it is due, until the end', async () => {
    vi.useFakeTimers({ now: NOON });
    const runs: unknown[] = [];
    const stop = followSchedules([schedule('rate(15 minutes)')], async (name, event) => {
      runs.push([name, (event as { time: string }).time]);
    });
    vi.advanceTimersByTime(31 * MINUTE);
    stop();
    vi.advanceTimersByTime(60 * MINUTE);
    expect(runs).toEqual([
      ['Unlock', '2026-11-22T12:15:00Z'],
      ['Unlock', '2026-11-22T12:30:00Z'],
    ]);
  });

  test('gets EventBridge’s event', () =>
    expect(scheduledEvent(schedule('rate(1 day)'), NOON)).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      time: '2026-11-22T12:00:00Z',
      resources: ['arn:aws:events:us-east-1:000000000000:rule/Sweep'],
    }));

  test('gets the event that the template sets', () =>
    expect(scheduledEvent(schedule('rate(1 day)', { input: '{"a":1}' }), NOON)).toEqual({ a: 1 }));
});
