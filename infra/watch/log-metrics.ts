/**
 * Makes metrics of the JSON lines that the functions write: how often an event was logged, or a
 * number that it carries.
 */
import { Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FUNCTION_NAMES, type FunctionName } from '../compute/catalogue.ts';
import type { Functions } from '../compute/functions.ts';

interface LogMetricShape {
  event: string;
  /** The field of the event that is the metric's value; without one, every event counts 1. */
  field?: string;
  /** The only function that logs it; without one, any may. */
  by?: FunctionName;
}

/**
 * Metric <- log event. The functions log an object whose `event` names it; Lambda puts that object
 * under `message`.
 */
const LOG_METRICS = {
  CorruptItems: { event: 'corrupt_item' },
  OutcomesUnknown: { event: 'outcome_unknown' },
  EventsRejected: { event: 'event_rejected', by: 'ProcessBillingEvents' },
  DriftsFound: { event: 'account_drifted', by: 'Reconcile' },
  AccountsChecked: { event: 'accounts_reconciled', field: 'checked', by: 'Reconcile' },
  AccountsDrifted: { event: 'accounts_reconciled', field: 'drifted', by: 'Reconcile' },
  AccountsSkipped: { event: 'accounts_reconciled', field: 'skipped', by: 'Reconcile' },
  OldestRequestedSeconds: {
    event: 'queue_measured',
    field: 'oldest_requested_s',
    by: 'MeasureQueue',
  },
  OldestProcessingSeconds: {
    event: 'queue_measured',
    field: 'oldest_processing_s',
    by: 'MeasureQueue',
  },
} as const satisfies Record<string, LogMetricShape>;

export type LogMetric = keyof typeof LOG_METRICS;

export class LogEvents extends Construct {
  /**
   * Stacks of one account keep apart by this: a metric filter cannot add a dimension of its own.
   */
  private readonly namespace: string;

  constructor(scope: Construct, functions: Functions) {
    super(scope, 'LogEvents');
    this.namespace = Stack.of(this).stackName;
    for (const [metricName, shape] of Object.entries<LogMetricShape>(LOG_METRICS)) {
      for (const name of shape.by === undefined ? FUNCTION_NAMES : [shape.by]) {
        functions.logGroups[name].addMetricFilter(metricName, {
          filterPattern: FilterPattern.stringValue('$.message.event', '=', shape.event),
          metricNamespace: this.namespace,
          metricName,
          // A count is zero while other lines are logged; a value that nobody has measured is
          // unknown.
          ...(shape.field === undefined
            ? { metricValue: '1', defaultValue: 0 }
            : { metricValue: `$.message.${shape.field}` }),
        });
      }
    }
  }

  /** Over all functions that log it. */
  metric(metricName: LogMetric, statistic: 'Sum' | 'Maximum' = 'Sum'): Metric {
    return new Metric({ namespace: this.namespace, metricName, statistic });
  }
}
