/** What the tables of alarms say about an alarm. */
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';

export type AlarmShape = {
  metric: IMetric;
  /** What is wrong and what to do: in the mail, on the dashboard and in infra/RUNBOOK.md. */
  description: string;
} & (Condition | Heartbeat);

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
