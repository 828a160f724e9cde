/** One page for whoever is on duty: alarms, then requests, functions and tables. */
import { CfnMapping, Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { TABLE_NAMES } from '../../lib/config.ts';
import { FUNCTION_NAMES } from '../compute/catalogue.ts';
import type { Alarms } from './alarms.ts';
import type { LogEvents } from './log-metrics.ts';
import { apiMetric, FIVE_MINUTES, operationsOn, tableMetric, type Watched } from './metrics.ts';

/** By partition, where the AWS console is. */
const CONSOLES = {
  aws: { host: 'console.aws.amazon.com' },
  'aws-cn': { host: 'console.amazonaws.cn' },
  'aws-us-gov': { host: 'console.amazonaws-us-gov.com' },
};

export class Dashboard extends Construct {
  readonly url: string;

  constructor(scope: Construct, watched: Watched, alarms: Alarms) {
    super(scope, 'Dashboard');
    const { api, functions, tables, billingEvents, payoutEvents, logEvents, verifies } = watched;
    const perFunction = (metric: 'metricInvocations' | 'metricDuration', statistic = 'Sum') =>
      FUNCTION_NAMES.map((label) => functions.byName[label][metric]({ label, statistic }));
    const stored = TABLE_NAMES.map((name) => ({ name, table: tables.byName[name] }));
    const byOperation = (metricName: string, statistic: string) =>
      stored.flatMap(({ name, table }) =>
        operationsOn(name).map((operation) =>
          tableMetric(table, metricName, { Operation: operation }).with({
            label: `${name} ${operation}`,
            statistic,
          }),
        ),
      );
    const page = new CloudWatchDashboard(this, 'Page', {
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: alarms.all, width: 24, height: 5 })],
        [
          graph('Requests', [
            apiMetric(api, 'Count', 'Sum', FIVE_MINUTES),
            apiMetric(api, '4xx', 'Sum', FIVE_MINUTES),
            logEvents.metric('RequestsThrottled').with({ label: '429' }),
            apiMetric(api, '5xx', 'Sum', FIVE_MINUTES),
          ]),
          graph('Latency (ms)', [
            apiMetric(api, 'Latency', 'p50', FIVE_MINUTES),
            apiMetric(api, 'Latency', 'p99', FIVE_MINUTES),
            apiMetric(api, 'IntegrationLatency', 'p99', FIVE_MINUTES),
          ]),
          graph('Must stay zero', [
            logEvents.metric('CorruptItems'),
            logEvents.metric('OutcomesUnknown'),
            logEvents.metric('DriftsFound'),
            logEvents.metric('UnjudgedFound'),
            waitingIn(billingEvents.deadLetters, 'Billing dead letters'),
            waitingIn(billingEvents.undelivered, 'Billing undelivered'),
            waitingIn(payoutEvents.deadLetters, 'Payout dead letters'),
            ...(verifies
              ? [logEvents.metric('OutflowUnexplained'), logEvents.metric('EvidenceMissing')]
              : []),
          ]),
        ],
        [
          graph('Events: lateness (s)', [
            billingEvents.queue.metricApproximateAgeOfOldestMessage({ label: 'in, oldest' }),
            new MathExpression({
              expression: 'age / 1000',
              usingMetrics: {
                age: functions.byName.PublishPayoutEvents.metric('IteratorAge', {
                  statistic: 'Maximum',
                }),
              },
              label: 'out, last',
            }),
          ]),
          graph('Events in', [
            billingEvents.queue.metricNumberOfMessagesSent({ label: 'arrived' }),
            billingEvents.queue.metricNumberOfMessagesDeleted({ label: 'applied' }),
            logEvents.metric('EventsRejected').with({ label: 'rejected, each attempt' }),
          ]),
          graph('Oldest open payout (s)', [
            logEvents.metric('OldestRequestedSeconds', 'Maximum').with({ label: 'requested' }),
            logEvents.metric('OldestProcessingSeconds', 'Maximum').with({ label: 'processing' }),
          ]),
        ],
        [
          graph('Invocations', perFunction('metricInvocations')),
          graph('Duration, p99 (ms)', perFunction('metricDuration', 'p99')),
          graph(
            'Crashes and refused calls',
            FUNCTION_NAMES.flatMap((name) => [
              functions.byName[name].metricErrors({ label: `${name} errors` }),
              functions.byName[name].metricThrottles({ label: `${name} throttles` }),
            ]),
          ),
        ],
        [
          graph(
            'Capacity used (units)',
            stored.flatMap(({ name, table }) => [
              tableMetric(table, 'ConsumedReadCapacityUnits').with({ label: `${name} read` }),
              tableMetric(table, 'ConsumedWriteCapacityUnits').with({ label: `${name} write` }),
            ]),
          ),
          graph('DynamoDB latency, p99 (ms)', byOperation('SuccessfulRequestLatency', 'p99')),
          graph('DynamoDB faults', byOperation('SystemErrors', 'Sum')),
        ],
        [
          graph(
            'Transaction conflicts',
            stored.map(({ name, table }) =>
              tableMetric(table, 'TransactionConflict').with({ label: name }),
            ),
          ),
          graph('Accounts reconciled', [
            logEvents.metric('AccountsChecked').with({ label: 'checked' }),
            logEvents.metric('AccountsDrifted').with({ label: 'drifted' }),
            logEvents.metric('SkipsFound').with({ label: 'skipped, tried again' }),
            logEvents.metric('AccountsSkipped').with({ label: 'skipped twice, not judged' }),
          ]),
        ],
        ...(verifies ? [whatChainsSay(logEvents)] : []),
      ],
    });
    const { partition, region } = Stack.of(this);
    // Where the region is known, so is the host; else the deployment looks it up.
    const hosts = new CfnMapping(this, 'Consoles', { mapping: CONSOLES, lazy: true });
    const host = hosts.findInMap(partition, 'host');
    this.url = `https://${host}/cloudwatch/home?region=${region}#dashboards/dashboard/${page.dashboardName}`;
  }
}

const whatChainsSay = (logEvents: LogEvents) => [
  graph('Settled by the chain', [
    logEvents.metric('PayoutsLookedAt').with({ label: 'looked at' }),
    logEvents.metric('PayoutsSettled').with({ label: 'sent' }),
    logEvents.metric('AttemptsDied').with({ label: 'attempts that died' }),
  ]),
  graph('Not settled', [
    logEvents.metric('LooksUndecided').with({ label: 'providers do not agree' }),
    logEvents.metric('LooksFailed').with({ label: 'failed' }),
    logEvents.metric('PayoutsNeedReview').with({ label: 'need a review' }),
  ]),
  graph('Outflow that differs (micro-units)', [
    logEvents.metric('OutflowDifferenceMicro', 'Maximum').with({ label: 'of a network and day' }),
  ]),
];

const waitingIn = (queue: Queue, label: string) =>
  queue.metricApproximateNumberOfMessagesVisible({ label });

const graph = (title: string, left: IMetric[]) =>
  new GraphWidget({ title, left, width: 8, height: 6 });
