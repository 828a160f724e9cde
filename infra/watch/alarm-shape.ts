/** What the tables of alarms say about an alarm. */
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';

export type AlarmShape = {
  metric: IMetric;
  /** What is wrong and what to do: in the mail, on the dashboard and in infra/RUNBOOK.md. */
  description: string;
  /** What is at risk while it rings, which makes it a part of MoneyAtRisk. */
  risk?: Risk;
} & (Condition | Heartbeat);

/** What may be the matter with money, in the words that begin each text about it. */
export const RISKS = {
  wrong: 'A balance may be wrong.',
  unproven: 'Nobody has proved that the books balance.',
  unknown: 'Somebody does not know whether money moved.',
} as const;
export type Risk = keyof typeof RISKS;

/** Starts when at least `points` of the last `of` periods lie above this. */
interface Condition {
  above: number;
  points: number;
  of: number;
}

/** Starts after so many periods in a row without what must happen at least once in a while. */
interface Heartbeat {
  silentPeriods: number;
}

export const above = (limit: number, periods: { points: number; of: number }): Condition => ({
  above: limit,
  ...periods,
});

/** For what never has a harmless cause. It stays visible for three periods. */
export const ONCE = above(0, { points: 1, of: 3 });
