/**
 * Makes metrics of logs: how often the functions logged an event, or a number it carries, and how
 * often the gateway said 429, of which it has no metric.
 */
import { Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { LogEvent } from '../../lib/log.ts';
import type { QueueAges } from '../../lib/store/payouts/queue-age.ts';
import type { Run } from '../../lib/store/reconcile/reconcile-accounts.ts';
import type { Api } from '../api.ts';
import { FUNCTION_NAMES, type FunctionName } from '../compute/catalogue.ts';
import type { Functions } from '../compute/functions.ts';

interface LogMetricShape {
  event: LogEvent;
  /** The field of the event that is the metric's value; without one, every event counts 1. */
  field?: keyof QueueAges | keyof Run;
  /** The only function that logs it; without one, any may. */
  by?: FunctionName;
}

const measured = { event: 'queue_measured', by: 'MeasureQueue' } as const;
const reconciled = { event: 'accounts_reconciled', by: 'Reconcile' } as const;

/** The functions log an object that names its `event`; Lambda puts it under `message`. */
const LOG_METRICS = {
  CorruptItems: { event: 'corrupt_item' },
  OutcomesUnknown: { event: 'outcome_unknown' },
  EventsRejected: { event: 'event_rejected', by: 'ProcessBillingEvents' },
  DriftsFound: { event: 'account_drifted', by: 'Reconcile' },
  SkipsFound: { event: 'account_skipped', by: 'Reconcile' },
  UnjudgedFound: { event: 'account_unjudged', by: 'Reconcile' },
  AccountsChecked: { ...reconciled, field: 'checked' },
  AccountsDrifted: { ...reconciled, field: 'drifted' },
  AccountsSkipped: { ...reconciled, field: 'skipped' },
  OldestRequestedSeconds: { ...measured, field: 'oldest_requested_s' },
  OldestProcessingSeconds: { ...measured, field: 'oldest_processing_s' },
} as const satisfies Record<string, LogMetricShape>;

const REQUESTS_THROTTLED = 'RequestsThrottled';

export type LogMetric = keyof typeof LOG_METRICS | typeof REQUESTS_THROTTLED;

export class LogEvents extends Construct {
  /** Keeps the stacks of one account apart: a metric filter cannot add a dimension of its own. */
  private readonly namespace: string;

  constructor(scope: Construct, functions: Functions, api: Api) {
    super(scope, 'LogEvents');
    this.namespace = Stack.of(this).stackName;
    for (const [metricName, shape] of Object.entries<LogMetricShape>(LOG_METRICS)) {
      for (const name of shape.by === undefined ? FUNCTION_NAMES : [shape.by]) {
        functions.logGroups[name].addMetricFilter(metricName, {
          filterPattern: FilterPattern.stringValue('$.message.event', '=', shape.event),
          metricNamespace: this.namespace,
          metricName,
          // A count is zero while other lines are logged; a value not measured is unknown.
          ...(shape.field === undefined
            ? { metricValue: '1', defaultValue: 0 }
            : { metricValue: `$.message.${shape.field}` }),
        });
      }
    }
    api.accessLog.addMetricFilter(REQUESTS_THROTTLED, {
      // The access log has every value as text.
      filterPattern: FilterPattern.stringValue('$.status', '=', '429'),
      metricNamespace: this.namespace,
      metricName: REQUESTS_THROTTLED,
      metricValue: '1',
      defaultValue: 0,
    });
  }

  /** Over all functions that log it. */
  metric(metricName: LogMetric, statistic: 'Sum' | 'Maximum' = 'Sum'): Metric {
    return new Metric({ namespace: this.namespace, metricName, statistic });
  }
}
