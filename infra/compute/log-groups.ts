/** The log groups: how long they keep what is written, and who writes it. */
import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

/**
 * In production the logs outlive even the stack, but not a first deployment that fails; a personal
 * stack goes without a trace.
 */
export function logRetention(settings: Settings) {
  return settings.production
    ? {
        retention: RetentionDays.THREE_MONTHS,
        removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      }
    : { retention: RetentionDays.TWO_WEEKS, removalPolicy: RemovalPolicy.DESTROY };
}

/**
 * A log group that a service of AWS writes to by itself. It may because a resource policy of the
 * account's logs names the group, and all stacks of an account share that policy's 5,120
 * characters; only groups below `/aws/vendedlogs/` are let in by one line for all ("Avoiding Amazon
 * CloudWatch Logs resource policy size restrictions", Step Functions). The stack's own id keeps the
 * name apart from other stages and from what an earlier stack of this name has left.
 */
export function vendedLogs(
  scope: Construct,
  id: string,
  writer: 'apigateway' | 'cloudfront' | 'states',
  settings: Settings,
): LogGroup {
  const { stackName, stackId } = Stack.of(scope);
  const unique = Fn.select(2, Fn.split('/', stackId));
  const logGroupName = `/aws/vendedlogs/${writer}/${stackName}-${unique}`;
  return new LogGroup(scope, id, { logGroupName, ...logRetention(settings) });
}
