/** Runs the template's schedules: `rate(15 minutes)`, and `cron(30 3 * * ? *)` for once a day. */
import { randomUUID } from 'node:crypto';
import { Problem } from '../../problem.ts';
import { ACCOUNT_ID, arn, REGION } from '../template/intrinsics.ts';
import type { LocalSchedule } from '../template/local-stack.ts';

/** AWS knows no seconds, and so no template has them: they are for what runs more often here. */
const UNIT_MS: Record<string, number> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};
const DAY_MS = 86_400_000;

/** How long until the schedule is next due. Throws Problem for an expression it does not know. */
export function msUntilDue({ name, expression }: LocalSchedule, nowMs: number): number {
  const [, count, unit = ''] = expression.match(/^rate\((\d+) (second|minute|hour|day)s?\)$/) ?? [];
  if (count !== undefined) return Number(count) * (UNIT_MS[unit] as number);
  const [, minute, hour] = expression.match(/^cron\((\d+) (\d+) (?:\* \* \?|\? \* \*) \*\)$/) ?? [];
  if (minute === undefined)
    throw new Problem(
      `The template's schedule ${name} is ${expression}, which this machine cannot follow.`,
    );
  const today = new Date(nowMs).setUTCHours(Number(hour), Number(minute), 0, 0);
  return (today > nowMs ? today : today + DAY_MS) - nowMs;
}

/** Calls `run` with each schedule's event when it is due, until the returned function is called. */
export function followSchedules(
  schedules: LocalSchedule[],
  run: (functionName: string, event: unknown) => Promise<unknown>,
): () => void {
  const timers = new Map<LocalSchedule, NodeJS.Timeout>();
  const follow = (schedule: LocalSchedule): void => {
    const timer = setTimeout(
      () => {
        follow(schedule);
        void run(schedule.functionName, scheduledEvent(schedule, Date.now()));
      },
      msUntilDue(schedule, Date.now()),
    );
    timers.set(schedule, timer.unref());
  };
  schedules.forEach(follow);
  return () => {
    for (const timer of timers.values()) clearTimeout(timer);
  };
}

/** EventBridge's times have whole seconds. */
export const eventTime = (nowMs: number): string =>
  `${new Date(nowMs).toISOString().slice(0, 19)}Z`;

/** What EventBridge sends, unless the template sets the event itself. */
export function scheduledEvent({ name, input }: LocalSchedule, nowMs: number): unknown {
  if (input !== undefined) return JSON.parse(input);
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: ACCOUNT_ID,
    time: eventTime(nowMs),
    region: REGION,
    resources: [arn('events', `rule/${name}`)],
    detail: {},
  };
}
