/** Events in: from billing's bus through a queue to the function that applies them. */
import { Duration } from 'aws-cdk-lib';
import { type EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { billingEventTypes } from '../../lib/billing-events.ts';
import { allow, type Functions } from '../compute/functions.ts';
import type { Settings } from '../settings.ts';
import { deadLetterQueue, secureQueue } from './buses-and-queues.ts';

export class BillingEvents extends Construct {
  readonly queue: Queue;
  /** What the function refused, and what the rule could not put into the queue. */
  readonly deadLetters: Queue;

  constructor(scope: Construct, settings: Settings, bus: EventBus, functions: Functions) {
    super(scope, 'BillingEvents');
    const handler = functions.byName.ProcessBillingEvents;
    this.deadLetters = deadLetterQueue(this, 'BillingDeadLetters');
    this.queue = secureQueue(this, 'BillingQueue', {
      // Six times what one run may take, as AWS advises, so that none is handed out twice at once.
      visibilityTimeout: Duration.seconds(6 * (handler.timeout as Duration).toSeconds()),
      // Half an hour of failures: longer than a hiccup, short enough to notice a malformed event.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
    if (settings.billingAccount !== undefined) letPut(bus, settings.billingAccount);
    new Rule(this, 'Rule', {
      // Nothing else leaves the bus for the queue.
      description: 'What changes balances and invoices goes to the queue.',
      eventBus: bus,
      eventPattern: { detailType: billingEventTypes() },
      targets: [new SqsQueue(this.queue, { deadLetterQueue: this.deadLetters })],
    });

    const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    allow(handler, this.queue.queueArn, ...actions);
    new EventSourceMapping(this, 'Mapping', {
      target: handler,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      // One event that fails must not bring the others of its batch back.
      reportBatchItemFailures: true,
      // The least that Lambda takes. A new account may run ten functions at once, and half of them
      // are for people: infra/README.md has the sum.
      maxConcurrency: 2,
    });
  }
}

/**
 * Lets whomever that account allows it put events of billing's types on the bus, and no others. By
 * the service authorization reference `events:detail-type` has the types of all that a call puts:
 * each has to be one of these, and there has to be one.
 */
function letPut(bus: EventBus, account: string): void {
  bus.addToResourcePolicy(
    new PolicyStatement({
      sid: 'BillingAccount',
      principals: [new AccountPrincipal(account)],
      actions: ['events:PutEvents'],
      resources: [bus.eventBusArn],
      conditions: {
        'ForAllValues:StringEquals': { 'events:detail-type': billingEventTypes() },
        Null: { 'events:detail-type': 'false' },
      },
    }),
  );
}
