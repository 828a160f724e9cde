/**
 * Makes metrics of logs: how often the functions logged an event, or a number it carries, and how
 * often the gateway said 429, of which it has no metric.
 */
import { Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { LogEvent } from '../../lib/log.ts';
import type { Settled } from '../../lib/store/payouts/chain/settle-watched.ts';
import type { QueueAges } from '../../lib/store/payouts/queue-age.ts';
import type { Run } from '../../lib/store/reconcile/progress.ts';
import type { Api } from '../api.ts';
import { FUNCTION_NAMES, type FunctionName } from '../compute/catalogue.ts';
import type { Functions } from '../compute/functions.ts';

interface LogMetricShape {
  event: LogEvent;
  /** The field of the event that is the metric's value; without one, every event counts 1. */
  field?: keyof QueueAges | keyof Run | keyof Settled | 'difference_micro';
  /** The only functions that log it; without any, all may. */
  by?: FunctionName | readonly FunctionName[];
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

const settling = { by: 'SettleByChain' } as const;
const settled = { event: 'payouts_looked_at', ...settling } as const;

/** Of stages whose chains are asked. */
const CHAIN_METRICS = {
  PayoutsNeedReview: { event: 'payout_needs_review', ...settling },
  PayoutsLookedAt: { ...settled, field: 'looked' },
  PayoutsSettled: { ...settled, field: 'sent' },
  AttemptsDied: { ...settled, field: 'died' },
  LooksUndecided: { ...settled, field: 'undecided' },
  LooksFailed: { ...settled, field: 'failed' },
  /** How much more or less has left than the books say, never below zero. */
  OutflowDifferenceMicro: {
    event: 'outflow_reconciled',
    field: 'difference_micro',
    by: 'ReconcileOutflow',
  },
  OutflowUnexplained: { event: 'outflow_unexplained', by: 'ReconcileOutflow' },
  EvidenceMissing: { event: 'evidence_missing', by: 'ReconcileOutflow' },
} as const satisfies Record<string, LogMetricShape>;

/** Of stages that go by the sanctions list. */
const SANCTIONS_METRICS = {
  SanctionedAddresses: { event: 'sanctioned_address', by: ['RequestPayout', 'ClaimPayout'] },
} as const satisfies Record<string, LogMetricShape>;

const REQUESTS_THROTTLED = 'RequestsThrottled';

export type LogMetric =
  | keyof typeof LOG_METRICS
  | keyof typeof CHAIN_METRICS
  | keyof typeof SANCTIONS_METRICS
  | typeof REQUESTS_THROTTLED;

type Logging = { functions: Functions; api: Api; verifies: boolean; screens: boolean };

export class LogEvents extends Construct {
  /** Keeps the stacks of one account apart: a metric filter cannot add a dimension of its own. */
  private readonly namespace: string;

  constructor(scope: Construct, { functions, api, verifies, screens }: Logging) {
    super(scope, 'LogEvents');
    this.namespace = Stack.of(this).stackName;
    const metrics = {
      ...LOG_METRICS,
      ...(verifies && CHAIN_METRICS),
      ...(screens && SANCTIONS_METRICS),
    };
    for (const [metricName, shape] of Object.entries<LogMetricShape>(metrics)) {
      for (const name of shape.by === undefined ? FUNCTION_NAMES : [shape.by].flat()) {
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
