/**
 * Runs the functions that have an interval. By plain rules: EventBridge Scheduler wants a role for
 * every target, and its time zones and one-time schedules are of no use here.
 */
import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { functionsWith } from '../compute/catalogue.ts';
import type { Functions } from '../compute/functions.ts';

export class Schedules extends Construct {
  constructor(scope: Construct, functions: Functions) {
    super(scope, 'Schedules');
    for (const { name, everyMinutes } of functionsWith('everyMinutes')) {
      const interval = Duration.minutes(everyMinutes);
      const handler = functions.byName[name];
      // The next run does what this one did not: it is not repeated, and where Lambda had no room
      // for it, it begins only as long as it would end before the next.
      const latest = interval.minus(handler.timeout as Duration);
      handler.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: latest });
      new Rule(this, name, {
        description: `Runs ${name}.`,
        schedule: Schedule.rate(interval),
        targets: [new LambdaFunction(handler, { maxEventAge: interval, retryAttempts: 2 })],
      });
    }
  }
}
