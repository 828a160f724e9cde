/** Counts the log events that must never happen, from the JSON lines that the functions write. */
import { Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FUNCTION_NAMES } from './catalogue.ts';
import type { Functions } from './functions.ts';

/** Log event -> metric. The functions log an object whose `event` names it; Lambda puts that object under `message`. */
const LOG_EVENTS = { corrupt_item: 'CorruptItems', outcome_unknown: 'OutcomesUnknown' } as const;

export type LogEvent = keyof typeof LOG_EVENTS;

export class LogEvents extends Construct {
  /** Stacks of one account keep apart by this: a metric filter cannot add a dimension of its own. */
  private readonly namespace: string;

  constructor(scope: Construct, functions: Functions) {
    super(scope, 'LogEvents');
    this.namespace = Stack.of(this).stackName;
    for (const name of FUNCTION_NAMES) {
      for (const [event, metricName] of Object.entries(LOG_EVENTS)) {
        functions.logGroups[name].addMetricFilter(metricName, {
          filterPattern: FilterPattern.stringValue('$.message.event', '=', event),
          metricNamespace: this.namespace,
          metricName,
          metricValue: '1',
          defaultValue: 0,
        });
      }
    }
  }

  /** How often the event was logged, by all functions together. */
  metric(event: LogEvent): Metric {
    return new Metric({ namespace: this.namespace, metricName: LOG_EVENTS[event], statistic: 'Sum' });
  }
}
