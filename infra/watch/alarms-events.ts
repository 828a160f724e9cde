/** The alarms about what happens without a request: events in, events out, scheduled functions. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { functionsWith, type NameWith } from '../compute/catalogue.ts';
import { isNeeded } from '../events/schedules.ts';
import type { Settings } from '../settings.ts';
import { type AlarmShape, above, ONCE } from './alarm-shape.ts';
import { FIVE_MINUTES, type Watched } from './metrics.ts';

const HIGHEST = { period: FIVE_MINUTES, statistic: 'Maximum' };
const SUM = { period: FIVE_MINUTES, statistic: 'Sum' };

export const eventAlarms = ({ functions, billingEvents, payoutEvents }: Watched) =>
  ({
    BillingDeadLetters: {
      metric: billingEvents.deadLetters.metricApproximateNumberOfMessagesVisible(HIGHEST),
      ...ONCE,
      risk: 'wrong',
      description:
        'Events of the billing side were given up, so balances or invoices lack them. Search the log of ProcessBillingEvents for event_rejected and its reason. Ask billing to send a malformed event again in good form, then delete it; if the cause was on our side, mend it, then start a redrive of the queue ("Dead letters" in the runbook). They are kept for 14 days, and events may come twice and in any order.',
    },
    BillingUndelivered: {
      metric: billingEvents.undelivered.metricApproximateNumberOfMessagesVisible(HIGHEST),
      ...ONCE,
      risk: 'wrong',
      description:
        'For 24 hours the bus could not put events of the billing side into BillingQueue, so balances or invoices lack them. They wait in BillingUndelivered for 14 days. Compare the policy of BillingQueue and its rule with the template (a drift detection of the stack does), deploy again if somebody has changed them, and then have them applied: the runbook, under "Dead letters", has the command.',
    },
    BillingEventsLost: {
      metric: new Metric({
        namespace: 'AWS/Events',
        metricName: 'InvocationsFailedToBeSentToDlq',
        dimensionsMap: {
          EventBusName: billingEvents.bus.eventBusName,
          RuleName: billingEvents.ruleName,
        },
        ...SUM,
      }),
      ...ONCE,
      risk: 'wrong',
      description:
        'The bus could put events of the billing side neither into BillingQueue nor into BillingUndelivered, and has dropped them. Mend the policies of both queues by deploying again, then have billing send again what it sent from 24 hours before this alarm on: events may come twice and in any order.',
    },
    BillingEventsLate: {
      metric: billingEvents.queue.metricApproximateAgeOfOldestMessage(HIGHEST),
      // A single bad event stays below it: SQS leaves a message out of this metric once it was
      // received three times.
      ...above(Duration.minutes(20).toSeconds(), { points: 2, of: 3 }),
      // What was reversed could be paid out meanwhile.
      risk: 'wrong',
      description:
        'Events of the billing side wait longer than 20 minutes, so balances lack rewards, and reversals of some. Read the log of ProcessBillingEvents: if every batch fails, mend that before the events are given up after five attempts; if all succeed, there are more than it keeps up with, so raise the maximum concurrency in infra/events/billing-queue.ts.',
    },
    PayoutDeadLetters: {
      metric: payoutEvents.deadLetters.metricApproximateNumberOfMessagesVisible(HIGHEST),
      ...ONCE,
      description:
        'Changes of payouts were given up after 12 hours and never left as events, so mails or webhooks are missing. A message says from when to when they were made. Publish them again with "npm run -s republish -- --stage NAME --from TIME --to TIME", then delete it ("Dead letters" in the runbook): listeners drop what they have seen.',
    },
    PayoutEventsLate: {
      metric: functions.byName.PublishPayoutEvents.metric('IteratorAge', HIGHEST),
      ...above(Duration.minutes(15).toMilliseconds(), { points: 2, of: 3 }),
      description:
        'Changes of payouts leave as events more than 15 minutes late, and a change that the bus refuses holds up what follows it. Read the log of PublishPayoutEvents and check EventBridge on the AWS Health Dashboard. There are 12 hours to mend it before changes are given up.',
    },
  }) satisfies Record<string, AlarmShape>;

/** What it means that a scheduled function does not run. */
const WITHOUT: Record<NameWith<'everyMinutes'>, string> = {
  UnlockDueRewards:
    'Balances stay right without it, as requests unlock for themselves, only slower.',
  MeasureQueue: 'Without it nobody is told of payouts that are left lying.',
  SettleByChain:
    'Without it no payout becomes sent by itself, and nobody is told of one that was paid wrongly. Where it cannot read the secret of the providers, each run fails: infra/README.md, "Proof on chain".',
  ReconcileOutflow:
    'Without it nobody is told of what leaves and pays no payout, nor of a payout whose transfer is gone. It ends badly where the providers of a network do not agree (chain_undecided in its log): "Providers do not agree" in the runbook.',
};

/** CloudWatch learns of a run some minutes late, so that a few are too short a silence. */
const SILENT_MINUTES_MIN = 15;

const lasting = (minutes: number): string =>
  minutes > 24 * 60 ? `${minutes / 60} hours` : `${minutes} minutes`;

/** A run that fails and one that never started are the same: none has ended well. */
export const scheduleAlarms = (
  settings: Settings,
  { functions }: Watched,
): Record<string, AlarmShape> => {
  const running = functionsWith('everyMinutes').filter(({ name }) => isNeeded(name, settings));
  return Object.fromEntries(
    running.map(({ name, everyMinutes }) => {
      const handler = functions.byName[name];
      const period = Duration.minutes(everyMinutes);
      const metric = new MathExpression({
        expression: 'runs - errors',
        usingMetrics: {
          runs: handler.metricInvocations({ period }),
          errors: handler.metricErrors({ period }),
        },
        label: 'runs that ended well',
        period,
      });
      const silentPeriods = Math.max(3, SILENT_MINUTES_MIN / everyMinutes);
      const description = `${name} has not ended well for ${lasting(silentPeriods * everyMinutes)}. If it runs, read its log, and after a fresh deployment roll back; if it does not, see whether its schedule is enabled and Lambda throttles it. ${WITHOUT[name]}`;
      return [`${name}Silent`, { metric, silentPeriods, description }];
    }),
  );
};
