/**
 * The alarms about requests: the API, the functions behind its routes, and the tables beneath them.
 */
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { functionsWith } from '../compute/catalogue.ts';
import { TABLE_NAMES } from '../tables.ts';
import type { Alarms, Watched } from './alarms.ts';
import {
  apiFaultPercent,
  apiMetric,
  FIVE_MINUTES,
  ONE_MINUTE,
  tableMetric,
  throttlesOn,
} from './metrics.ts';

export function watchRequests(alarms: Alarms, watched: Watched): void {
  watchApi(alarms, watched);
  watchFunctions(alarms, watched);
  watchTables(alarms, watched);
}

function watchApi(alarms: Alarms, { api }: Watched): void {
  alarms.add('ApiFaults', {
    metric: apiFaultPercent(api),
    above: 1,
    points: 3,
    of: 5,
    description:
      'More than 1 % of requests end in 5xx. Find the route in the access log (status, integrationError), then the request id in the log of its function; after a fresh deployment, roll back first.',
  });
  alarms.add('ApiLatency', {
    // Percentiles of few requests count too: most stages are quiet, and would otherwise never be
    // judged at all.
    metric: apiMetric(api, 'Latency', 'p99', FIVE_MINUTES),
    above: 2_000,
    points: 3,
    of: 4,
    description:
      'The slowest 1 % of requests take longer than 2 s. Compare integrationLatencyMs in the access log with DynamoDB latency and throttles on the dashboard, then look at slow traces in X-Ray.',
  });
}

/**
 * Only behind routes: what runs unasked is watched by what it leaves undone, its age or its
 * silence.
 */
function watchFunctions(alarms: Alarms, { functions }: Watched): void {
  for (const { name } of functionsWith('route')) {
    alarms.add(`${name}Errors`, {
      metric: functions.byName[name].metricErrors({ period: ONE_MINUTE }),
      above: 0,
      points: 2,
      of: 5,
      description: `${name} crashes or times out: errors it handles are not counted here. Read the "platform.report" and "ERROR" lines in its log; after a fresh deployment, roll back first.`,
    });
  }
  // One for all: they share the account's limit, and so does everything else in the account that
  // uses it up.
  alarms.add('Throttles', {
    metric: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Throttles',
      statistic: 'Sum',
      period: ONE_MINUTE,
    }),
    above: 0,
    points: 2,
    of: 5,
    description:
      "Lambda turns calls away for lack of concurrency, here or elsewhere in the account and region. If somebody has set a function's reserved concurrency to 0, that is the reason; else see which function uses up the account's limit, and ask for a higher one if the traffic is honest.",
  });
}

/**
 * Throttling alone, the early sign of a hot key. Faults of DynamoDB have no alarms of their own:
 * one for each operation would be two dozen, and they show as ApiFaults, OutcomeUnknown or late
 * events, with the dashboard to tell the table.
 */
function watchTables(alarms: Alarms, { tables: { byName } }: Watched): void {
  for (const name of TABLE_NAMES) {
    for (const { metricName, index } of throttlesOn(name)) {
      alarms.add(`${name}${capitalized(index ?? '')}${metricName}`, {
        metric: tableMetric(
          byName[name],
          metricName,
          index ? { GlobalSecondaryIndexName: index } : {},
        ),
        above: 0,
        points: 3,
        of: 5,
        description: `DynamoDB throttles ${name}${index ? ` through its index ${index}` : ''} (${metricName}). Look for one user or one key with most of the traffic; if it is spread evenly, raise the table's quota or pre-warm it.`,
      });
    }
  }
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
