/** Lists what belongs to a stack, service by service, as a bill would. */
import type { Aws } from './calls.ts';

const LOGS = 'Logs_20140328';

/** Every kind of resource that outlives the stack if it is forgotten. */
const LISTS: Record<string, (aws: Aws) => Promise<string>> = {
  tables: (aws) => aws('dynamodb', { target: 'DynamoDB_20120810.ListTables' }),
  functions: (aws) => aws('lambda', { path: '/2015-03-31/functions' }),
  'event source mappings': (aws) => aws('lambda', { path: '/2015-03-31/event-source-mappings' }),
  queues: (aws) => aws('sqs', { target: 'AmazonSQS.ListQueues' }),
  'event buses': (aws) => aws('events', { target: 'AWSEvents.ListEventBuses' }),
  rules: (aws) => aws('events', { target: 'AWSEvents.ListRules' }),
  'state machines': (aws) => aws('states', { target: 'AWSStepFunctions.ListStateMachines' }),
  APIs: (aws) => aws('apigateway', { path: '/v2/apis' }),
  'log groups': (aws) => aws('logs', { target: `${LOGS}.DescribeLogGroups` }),
  'metric filters': (aws) => aws('logs', { target: `${LOGS}.DescribeMetricFilters` }),
  alarms: (aws) => aws('monitoring', { action: 'DescribeAlarms', version: '2010-08-01' }),
  dashboards: (aws) => aws('monitoring', { action: 'ListDashboards', version: '2010-08-01' }),
  roles: (aws) => aws('iam', { action: 'ListRoles', version: '2010-05-08' }),
};

/** For each kind the names that have the stack's name in them, which all of ours have. */
export async function resourcesNamed(stack: string, aws: Aws): Promise<Record<string, string[]>> {
  const named = new RegExp(`[\\w-]*${stack}[\\w/-]*`, 'g');
  const lists = Object.entries(LISTS).map(async ([kind, list]) => {
    return [kind, [...new Set((await list(aws)).match(named))]];
  });
  return Object.fromEntries(await Promise.all(lists));
}
