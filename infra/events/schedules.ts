/**
 * Runs the functions that have an interval. By plain rules: EventBridge Scheduler wants a role for
 * every target, and its time zones and one-time schedules are of no use here.
 */
import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { type FunctionName, functionsWith } from '../compute/catalogue.ts';
import type { Functions } from '../compute/functions.ts';
import type { Settings } from '../settings.ts';

/** Lambda takes no less as the age of an event, and then two runs may be under way at once. */
const LEAST_EVENT_AGE_SECONDS = 60;

/** Nor more. */
const MOST_EVENT_AGE_SECONDS = 6 * 60 * 60;

/** Where no chain is asked, nothing is settled by one, nor held against one. */
const ASK_CHAINS: readonly FunctionName[] = ['SettleByChain', 'ReconcileOutflow'];
export const isNeeded = (name: FunctionName, { verifiers }: Settings): boolean =>
  !ASK_CHAINS.includes(name) || verifiers !== undefined;

export class Schedules extends Construct {
  constructor(scope: Construct, settings: Settings, functions: Functions) {
    super(scope, 'Schedules');
    for (const { name, everyMinutes } of functionsWith('everyMinutes')) {
      const interval = Duration.minutes(everyMinutes);
      const handler = functions.byName[name];
      // The next run does what this one did not: it is not repeated, and where Lambda had no room
      // for it, it begins only as long as it would end before the next, or as Lambda's least age.
      const latest = interval.toSeconds() - (handler.timeout as Duration).toSeconds();
      const maxEventAge = Duration.seconds(
        Math.min(Math.max(latest, LEAST_EVENT_AGE_SECONDS), MOST_EVENT_AGE_SECONDS),
      );
      handler.configureAsyncInvoke({ retryAttempts: 0, maxEventAge });
      new Rule(this, name, {
        description: `Runs ${name}.`,
        enabled: isNeeded(name, settings),
        schedule: Schedule.rate(interval),
        targets: [new LambdaFunction(handler, { maxEventAge: interval, retryAttempts: 2 })],
      });
    }
  }
}
