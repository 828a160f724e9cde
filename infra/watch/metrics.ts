/** The metrics that alarms and dashboard share, with the dimensions under which AWS has them. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { TableName } from '../../lib/config.ts';
import type { Api } from '../api.ts';
import { FUNCTION_NAMES, functionShape } from '../compute/catalogue.ts';
import type { Functions } from '../compute/functions.ts';
import { accessesOf, type Operation } from '../compute/grants.ts';
import type { BillingEvents } from '../events/billing-queue.ts';
import type { PayoutEvents } from '../events/payout-stream.ts';
import type { Reconciliation } from '../events/reconciliation.ts';
import { globalIndexes, type Tables } from '../tables.ts';
import type { LogEvents } from './log-metrics.ts';

/** All that alarms and dashboard look at. */
export interface Watched {
  api: Api;
  functions: Functions;
  tables: Tables;
  billingEvents: BillingEvents;
  payoutEvents: PayoutEvents;
  reconciliation: Reconciliation;
  logEvents: LogEvents;
  /** Whether any chain is asked; else there is nothing of it to see. */
  verifies: boolean;
  /** Whether addresses are held against the sanctions list. */
  screens: boolean;
}

export const ONE_MINUTE = Duration.minutes(1);
export const FIVE_MINUTES = Duration.minutes(5);

type ApiMetric = 'Count' | '4xx' | '5xx' | 'Latency' | 'IntegrationLatency';

export function apiMetric(api: Api, metricName: ApiMetric, statistic: string, period: Duration) {
  const dimensionsMap = { ApiId: api.http.apiId, Stage: api.stage.stageName };
  return new Metric({ namespace: 'AWS/ApiGateway', metricName, dimensionsMap, statistic, period });
}

/** Failed requests in percent of all requests. */
export const apiFaultPercent = (api: Api) =>
  percentOf(api, '5xx', '100 * failed / requests', ONE_MINUTE);

/** Of fewer requests one person's mistakes would be most of them. */
const FEWEST_REQUESTS = 300;

/** Refused requests in percent of all requests, and none as long as there are few. */
export const apiRefusedPercent = (api: Api) =>
  percentOf(
    api,
    '4xx',
    `IF(requests >= ${FEWEST_REQUESTS}, 100 * failed / requests, 0)`,
    FIVE_MINUTES,
  );

function percentOf(api: Api, status: '4xx' | '5xx', expression: string, period: Duration) {
  return new MathExpression({
    expression,
    usingMetrics: {
      failed: apiMetric(api, status, 'Sum', period),
      requests: apiMetric(api, 'Count', 'Sum', period),
    },
    label: `${status}, percent of requests`,
    period,
  });
}

type Dimensions = Record<string, string>;

export function tableMetric(table: Table, metricName: string, dimensions: Dimensions = {}) {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    dimensionsMap: { TableName: table.tableName, ...dimensions },
    statistic: 'Sum',
    period: ONE_MINUTE,
  });
}

/** What functions do to a table, as DynamoDB counts it: every write travels in a transaction. */
export function operationsOn(table: TableName): string[] {
  return [
    ...new Set(
      grantedOn(table).map((operation) => (isRead(operation) ? operation : 'TransactWriteItems')),
    ),
  ];
}

/** The throttle metrics of a table, and of its indexes that are throttled apart. */
export function throttlesOn(table: TableName): { metricName: string; index?: string }[] {
  const granted = grantedOn(table);
  const writes = granted.some((operation) => !isRead(operation));
  return [
    ...(granted.some(isRead) ? [{ metricName: 'ReadThrottleEvents' }] : []),
    ...(writes ? [{ metricName: 'WriteThrottleEvents' }] : []),
    // A write that its index cannot take is refused whole, yet counted under the index alone.
    ...(writes
      ? globalIndexes(table).map((index) => ({ metricName: 'WriteThrottleEvents', index }))
      : []),
  ];
}

const grantedOn = (table: TableName): Operation[] =>
  FUNCTION_NAMES.flatMap((name) => accessesOf(functionShape(name).grants))
    .filter((grant) => grant.table === table)
    .flatMap(({ operations }) => operations);

const isRead = (operation: Operation): boolean =>
  ['GetItem', 'BatchGetItem', 'Query', 'Scan'].includes(operation);
