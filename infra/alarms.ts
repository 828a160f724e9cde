/** The alarms. Each one says in its description what to do, and may send a mail when it starts and when it is over. */
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import { mailTopic } from './alarm-mail.ts';
import type { Api } from './api.ts';
import { FUNCTION_NAMES } from './catalogue.ts';
import type { Functions } from './functions.ts';
import type { LogEvents } from './log-events.ts';
import {
  apiFaultPercent,
  apiMetric,
  FIVE_MINUTES,
  ONE_MINUTE,
  operationsOn,
  tableMetric,
  throttlesOn,
} from './metrics.ts';
import type { Settings } from './settings.ts';
import { TABLE_NAMES, type Tables } from './tables.ts';

interface Condition {
  metric: IMetric;
  /** The alarm starts when at least `points` of the last `of` periods lie above this. */
  above: number;
  points: number;
  of: number;
  description: string;
}

interface Watched {
  api: Api;
  functions: Functions;
  tables: Tables;
  logEvents: LogEvents;
}

export class Alarms extends Construct {
  readonly all: Alarm[] = [];
  private readonly mail: SnsAction | undefined;

  constructor(scope: Construct, settings: Settings, watched: Watched) {
    super(scope, 'Alarms');
    if (settings.alarmEmail !== undefined) this.mail = new SnsAction(mailTopic(this, settings.alarmEmail));
    this.watchApi(watched.api);
    this.watchFunctions(watched.functions);
    this.watchTables(watched.tables);
    this.watchLogEvents(watched.logEvents);
  }

  private watchApi(api: Api): void {
    this.add('ApiFaults', {
      metric: apiFaultPercent(api),
      above: 1,
      points: 3,
      of: 5,
      description:
        'More than 1 % of requests end in 5xx. Find the route in the access log (status, integrationError), then the request id in the log of its function; after a fresh deployment, roll back first.',
    });
    this.add('ApiLatency', {
      // Percentiles of few requests count too: most stages are quiet, and would otherwise never be judged at all.
      metric: apiMetric(api, 'Latency', 'p99', FIVE_MINUTES),
      above: 2_000,
      points: 3,
      of: 4,
      description:
        'The slowest 1 % of requests take longer than 2 s. Compare integrationLatencyMs in the access log with DynamoDB latency and throttles on the dashboard, then look at slow traces in X-Ray.',
    });
  }

  private watchFunctions(functions: Functions): void {
    for (const name of FUNCTION_NAMES) {
      const handler = functions.byName[name];
      this.add(`${name}Errors`, {
        metric: handler.metricErrors({ period: ONE_MINUTE }),
        above: 0,
        points: 2,
        of: 5,
        description: `${name} crashes or times out: errors it handles are not counted here. Read the "platform.report" and "ERROR" lines in its log; after a fresh deployment, roll back first.`,
      });
      this.add(`${name}Throttles`, {
        metric: handler.metricThrottles({ period: ONE_MINUTE }),
        above: 0,
        points: 2,
        of: 5,
        description: `Lambda turns calls of ${name} away for lack of concurrency. See which function uses up the account's limit, and ask for a higher one if the traffic is honest.`,
      });
    }
  }

  private watchTables({ byName }: Tables): void {
    for (const name of TABLE_NAMES) {
      // One alarm per operation, since DynamoDB publishes a metric only once it has something to count, and a sum in
      // which one term was never published has no value at all. It also costs the same.
      for (const operation of operationsOn(name)) {
        this.add(`${name}${operation}Faults`, {
          metric: tableMetric(byName[name], 'SystemErrors', { Operation: operation }),
          above: 0,
          points: 3,
          of: 5,
          description: `DynamoDB fails with 5xx on ${operation} of ${name}. Check the AWS Health Dashboard; payouts whose outcome is unclear are read back, so watch the OutcomeUnknown alarm and leave the data alone.`,
        });
      }
      for (const { metricName, index } of throttlesOn(name)) {
        this.add(`${name}${index ?? ''}${metricName}`, {
          metric: tableMetric(byName[name], metricName, index ? { GlobalSecondaryIndexName: index } : {}),
          above: 0,
          points: 3,
          of: 5,
          description: `DynamoDB throttles ${name}${index ? ` through its index ${index}` : ''} (${metricName}). Look for one user or one key with most of the traffic; if it is spread evenly, raise the table's quota or pre-warm it.`,
        });
      }
    }
  }

  /** One event is enough: neither has a harmless cause. They stay visible for a quarter of an hour. */
  private watchLogEvents(logEvents: LogEvents): void {
    this.add('CorruptItem', {
      metric: logEvents.metric('corrupt_item').with({ period: FIVE_MINUTES }),
      above: 0,
      points: 1,
      of: 3,
      description:
        'A stored item does not have the shape that the code expects, and its user gets 500. Search the function logs for corrupt_item: the line names the table and the fields. Find who wrote the item, and restore it from point-in-time recovery.',
    });
    this.add('OutcomeUnknown', {
      metric: logEvents.metric('outcome_unknown').with({ period: FIVE_MINUTES }),
      above: 0,
      points: 1,
      of: 3,
      description:
        'A user got 500 without knowing whether the payout was made. Search the function logs for outcome_unknown: that payout either exists, is valid and will be settled, or nothing was taken, so correct no balance by hand. Several at once mean that DynamoDB or the way to it is failing: see its alarms.',
    });
  }

  private add(id: string, { metric, above, points, of, description }: Condition): void {
    const alarm = new Alarm(this, id, {
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      datapointsToAlarm: points,
      evaluationPeriods: of,
      // No data means no requests, no errors or no throttles: all of these metrics are silent when nothing is wrong.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: description,
    });
    if (this.mail !== undefined) {
      alarm.addAlarmAction(this.mail);
      alarm.addOkAction(this.mail);
    }
    this.all.push(alarm);
  }
}
