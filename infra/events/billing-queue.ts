/**
 * Events in: from billing's bus through a queue to the function that applies them, and what cannot
 * be applied to one side.
 */
import { Duration } from 'aws-cdk-lib';
import { type EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Functions } from '../compute/functions.ts';
import { deadLetterQueue, secureQueue } from './queues.ts';

/** The only ones that leave the bus for the queue. */
const DETAIL_TYPES = [
  'referral.reward.granted',
  'referral.reward.reversed',
  'billing.invoice.opened',
  'billing.invoice.closed',
];

export class BillingEvents extends Construct {
  readonly queue: Queue;
  /**
   * Both what the function refused and what the rule could not put into the queue: the same bodies,
   * mended the same way.
   */
  readonly deadLetters: Queue;

  constructor(scope: Construct, bus: EventBus, functions: Functions) {
    super(scope, 'BillingEvents');
    const handler = functions.byName.ProcessBillingEvents;
    this.deadLetters = deadLetterQueue(this, 'BillingDeadLetters');
    this.queue = secureQueue(this, 'BillingQueue', {
      // As AWS advises for a function: six times what one run may take, so that none is handed out
      // twice at once.
      visibilityTimeout: Duration.seconds(6 * (handler.timeout as Duration).toSeconds()),
      // Half an hour of failures: longer than a hiccup of DynamoDB, short enough for a malformed
      // event to be noticed.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
    new Rule(this, 'Rule', {
      description: 'What changes balances and invoices goes to the queue.',
      eventBus: bus,
      eventPattern: { detailType: DETAIL_TYPES },
      targets: [new SqsQueue(this.queue, { deadLetterQueue: this.deadLetters })],
    });

    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: [this.queue.queueArn],
      }),
    );
    new EventSourceMapping(this, 'Mapping', {
      target: handler,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      // One event that fails must not bring the others of its batch back.
      reportBatchItemFailures: true,
      // A new account may run ten functions at once: a flood of events must leave room for the
      // people at the console.
      maxConcurrency: 5,
    });
  }
}
