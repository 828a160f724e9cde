/**
 * Queues as this service uses them: encrypted, over TLS alone, and under names that the local
 * runner and people can read.
 */
import { Duration } from 'aws-cdk-lib';
import { type CfnQueue, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

export function secureQueue(scope: Construct, id: string, props: QueueProps): Queue {
  const queue = new Queue(scope, id, {
    ...props,
    // SQS's own key costs nothing, and EventBridge may send to it without a key policy that could
    // be got wrong.
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
  });
  (queue.node.defaultChild as CfnQueue).overrideLogicalId(id);
  return queue;
}

/** Where messages wait for a person, for as long as SQS can keep them. */
export const deadLetterQueue = (scope: Construct, id: string): Queue =>
  secureQueue(scope, id, { retentionPeriod: Duration.days(14) });
