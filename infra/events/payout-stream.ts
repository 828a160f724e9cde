/** Events out: the stream of the Payouts table feeds the function that puts events on the bus. */
import { Duration, Validations } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { allow, type Functions } from '../compute/functions.ts';
import type { Tables } from '../tables.ts';
import { deadLetterQueue } from './buses-and-queues.ts';

export class PayoutEvents extends Construct {
  /** Its messages name the place of a record in the stream, not the record itself. */
  readonly deadLetters: Queue;

  constructor(scope: Construct, bus: EventBus, tables: Tables, functions: Functions) {
    super(scope, 'PayoutEvents');
    const handler = functions.byName.PublishPayoutEvents;
    const streamArn = tables.byName.Payouts.tableStreamArn as string;
    this.deadLetters = deadLetterQueue(this, 'PayoutDeadLetters');
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'It is itself the dead-letter queue, of an event source mapping, which the rule does not look for.',
    });

    allow(
      handler,
      streamArn,
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
    );
    allow(handler, '*', 'dynamodb:ListStreams');
    Validations.of(handler.role as IRole).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Lambda wants ListStreams for its mapping; it names no stream, so IAM grants it for "*" alone.',
    });
    allow(handler, this.deadLetters.queueArn, 'sqs:SendMessage');
    allow(handler, bus.eventBusArn, 'events:PutEvents');

    new EventSourceMapping(this, 'Mapping', {
      target: handler,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      // One batch of a shard at a time, retried until it is through, keeps the order of a payout.
      parallelizationFactor: 1,
      retryAttempts: -1,
      // The stream forgets a record after a day: this leaves half of it to fetch one by its place.
      maxRecordAge: Duration.hours(12),
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
    });
  }
}
