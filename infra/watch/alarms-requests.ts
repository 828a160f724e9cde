/** The alarms about requests: the API, the functions behind its routes, the tables beneath them. */
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { TABLE_NAMES } from '../../lib/config.ts';
import { functionsWith } from '../compute/catalogue.ts';
import { type AlarmShape, above } from './alarm-shape.ts';
import {
  apiFaultPercent,
  apiMetric,
  apiRefusedPercent,
  FIVE_MINUTES,
  ONE_MINUTE,
  tableMetric,
  throttlesOn,
  type Watched,
} from './metrics.ts';

/** 100 a second, a third of what all routes together let through; change it here. */
const MANY_REQUESTS_A_MINUTE = 6_000;

export const requestAlarms = (watched: Watched): Record<string, AlarmShape> => ({
  ApiFaults: {
    metric: apiFaultPercent(watched.api),
    ...above(1, { points: 3, of: 5 }),
    description:
      'More than 1 % of requests end in 5xx. Find the route in the access log (status, integrationError), then the request id in the log of its function; after a fresh deployment, roll back first.',
  },
  ApiLatency: {
    // Percentiles of few requests count too: most stages are quiet and would never be judged.
    metric: apiMetric(watched.api, 'Latency', 'p99', FIVE_MINUTES),
    ...above(2_000, { points: 3, of: 4 }),
    description:
      'The slowest 1 % of requests take longer than 2 s. Compare integrationLatencyMs in the access log with DynamoDB latency and throttles on the dashboard; where that does not tell, switch tracing on as the runbook says, and look at slow traces in X-Ray.',
  },
  ManyRequests: {
    metric: apiMetric(watched.api, 'Count', 'Sum', ONE_MINUTE),
    ...above(MANY_REQUESTS_A_MINUTE, { points: 3, of: 5 }),
    description: `More than ${MANY_REQUESTS_A_MINUTE} requests a minute reach the API: a flood, or more customers than its throttles were set for. See in the access log which routes and addresses (route, sourceIp) they are. If it is junk, switch the firewall on (infra/README.md, "Against a flood"); if it is honest, raise the throttles in infra/api.ts and ask for Lambda's concurrency to match. The limit is set in infra/watch/alarms-requests.ts.`,
  },
  ManyRefused: {
    metric: apiRefusedPercent(watched.api),
    ...above(50, { points: 2, of: 3 }),
    description:
      'More than half of all requests end in 4xx, of at least 300 in five minutes. Count the statuses in the access log: 401 is somebody trying out sessions, or a login that no longer writes them as the API reads them; 400 and 422 on one route are a client that was just released in bad form; 404 and 403 are scanners; 429 is a flood. Nothing was written by any of them.',
  },
  ManyThrottled: {
    metric: watched.logEvents.metric('RequestsThrottled').with({ period: ONE_MINUTE }),
    ...above(10, { points: 3, of: 5 }),
    description:
      'A route turns requests away with 429 for more than ten times a minute: it gets more than its throttle lets through, and honest callers of this route are refused with the others. Count route and sourceIp of status 429 in the access log, which leaves some out when there are very many. A few addresses: switch the firewall on (infra/README.md, "Against a flood"). Everybody: raise the throttle of this kind of route in infra/api.ts.',
  },
  ...crashes(watched),
  // One for all: they share the account's limit, with everything else in the account.
  Throttles: {
    metric: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Throttles',
      statistic: 'Sum',
      period: ONE_MINUTE,
    }),
    ...above(0, { points: 2, of: 5 }),
    description:
      "Lambda turns calls away for lack of concurrency, here or elsewhere in the account and region. If payouts are paused, or somebody has set a function's reserved concurrency to 0, that is the reason; else see which function uses up the account's limit, and ask for a higher one if the traffic is honest.",
  },
  ...throttles(watched),
});

/** Only behind routes: what runs unasked is watched by its age or its silence. */
const crashes = ({ functions }: Watched): Record<string, AlarmShape> =>
  Object.fromEntries(
    functionsWith('route').map(({ name }) => {
      const metric = functions.byName[name].metricErrors({ period: ONE_MINUTE });
      const description = `${name} crashes or times out: errors it handles are not counted here. Read the "platform.report" and "ERROR" lines in its log; after a fresh deployment, roll back first.`;
      return [`${name}Errors`, { metric, ...above(0, { points: 2, of: 5 }), description }];
    }),
  );

/**
 * Throttling alone, the early sign of a hot key. Faults of DynamoDB have no alarms of their own:
 * one for each operation would be two dozen, and they show as ApiFaults, OutcomeUnknown or late
 * events, with the dashboard to tell the table.
 */
const throttles = ({ tables: { byName } }: Watched): Record<string, AlarmShape> =>
  Object.fromEntries(
    TABLE_NAMES.flatMap((name) =>
      throttlesOn(name).map(({ metricName, index }) => {
        const dimensions: Record<string, string> = index ? { GlobalSecondaryIndexName: index } : {};
        const metric = tableMetric(byName[name], metricName, dimensions);
        const description = `DynamoDB throttles ${name}${index ? ` through its index ${index}` : ''} (${metricName}). Look for one user or one key with most of the traffic; if it is spread evenly, raise the table's quota or pre-warm it.`;
        const id = `${name}${capitalized(index ?? '')}${metricName}`;
        return [id, { metric, ...above(0, { points: 3, of: 5 }), description }];
      }),
    ),
  );

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
