/**
 * The alarms about what happens without a request: events in, events out, and the scheduled
 * functions.
 */
import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { functionsWith } from '../compute/catalogue.ts';
import type { Alarms, Watched } from './alarms.ts';
import { FIVE_MINUTES } from './metrics.ts';

export function watchEvents(alarms: Alarms, watched: Watched): void {
  watchBillingEvents(alarms, watched);
  watchPayoutEvents(alarms, watched);
  watchSchedules(alarms, watched);
}

function watchBillingEvents(
  alarms: Alarms,
  { billingEvents: { queue, deadLetters } }: Watched,
): void {
  alarms.add('BillingDeadLetters', {
    metric: deadLetters.metricApproximateNumberOfMessagesVisible({
      period: FIVE_MINUTES,
      statistic: 'Maximum',
    }),
    above: 0,
    points: 1,
    of: 3,
    description:
      'Events of the billing side were given up, so balances or invoices lack them. Search the log of ProcessBillingEvents for event_rejected and its reason. Ask billing to send a malformed event again in good form, then delete it; if the cause was on our side, mend it, then start a redrive of the queue. They are kept for 14 days, and events may come twice and in any order.',
  });
  alarms.add('BillingEventsLate', {
    metric: queue.metricApproximateAgeOfOldestMessage({
      period: FIVE_MINUTES,
      statistic: 'Maximum',
    }),
    // A single bad event stays below it: SQS leaves a message out of this metric once it was
    // received three times.
    above: Duration.minutes(20).toSeconds(),
    points: 2,
    of: 3,
    description:
      'Events of the billing side wait longer than 20 minutes, so rewards and invoices appear late. Read the log of ProcessBillingEvents: if every batch fails, mend that before the events are given up after five attempts; if all succeed, there are more than it keeps up with, so raise the maximum concurrency in infra/events/billing-queue.ts.',
  });
}

function watchPayoutEvents(
  alarms: Alarms,
  { functions, payoutEvents: { deadLetters } }: Watched,
): void {
  alarms.add('PayoutDeadLetters', {
    metric: deadLetters.metricApproximateNumberOfMessagesVisible({
      period: FIVE_MINUTES,
      statistic: 'Maximum',
    }),
    above: 0,
    points: 1,
    of: 3,
    description:
      'Changes of payouts were given up after 12 hours and never left as events, so mails or webhooks are missing. A message names the shard and sequence numbers: within 12 hours the records can still be read from the stream; after that the history of each payout in the table tells what is missing. Publish the events by hand, then delete the message.',
  });
  alarms.add('PayoutEventsLate', {
    metric: functions.byName.PublishPayoutEvents.metric('IteratorAge', {
      period: FIVE_MINUTES,
      statistic: 'Maximum',
    }),
    above: Duration.minutes(15).toMilliseconds(),
    points: 2,
    of: 3,
    description:
      'Changes of payouts leave as events more than 15 minutes late, and a record that fails holds up what follows it. Read the log of PublishPayoutEvents and check EventBridge on the AWS Health Dashboard. There are 12 hours to mend it before changes are given up.',
  });
}

/**
 * A run that fails and a run that never started are the same to those who depend on it: none has
 * ended well.
 */
function watchSchedules(alarms: Alarms, { functions }: Watched): void {
  for (const { name, everyMinutes } of functionsWith('everyMinutes')) {
    const handler = functions.byName[name];
    const period = Duration.minutes(everyMinutes);
    alarms.addHeartbeat(`${name}Silent`, {
      metric: new MathExpression({
        expression: 'runs - errors',
        usingMetrics: {
          runs: handler.metricInvocations({ period }),
          errors: handler.metricErrors({ period }),
        },
        label: 'runs that ended well',
        period,
      }),
      periods: 3,
      description: `${name} has not ended well for ${3 * everyMinutes} minutes. If it runs, read its log, and after a fresh deployment roll back; if it does not, see whether its schedule is enabled and Lambda throttles it. ${WITHOUT[name]}`,
    });
  }
}

const WITHOUT: Record<string, string> = {
  UnlockDueRewards:
    'Balances stay right without it, as requests unlock for themselves, only slower.',
  MeasureQueue: 'Without it nobody is told of payouts that are left lying.',
};
