/**
 * Events in: from billing's bus through a queue to the function that applies them. What the bus
 * cannot put into that queue it puts into one beside it, which is worked off the same way once
 * somebody has looked and switched that on: so all dead letters come from queues, and SQS can move
 * each of them back to where it came from.
 */
import { Duration, Stack } from 'aws-cdk-lib';
import { type EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { billingEventTypes } from '../../lib/billing-events.ts';
import { allow, type Functions } from '../compute/functions.ts';
import type { Settings } from '../settings.ts';
import { deadLetterQueue, secureQueue } from './buses-and-queues.ts';

export class BillingEvents extends Construct {
  readonly queue: Queue;
  /** What the bus could not put into the queue. */
  readonly undelivered: Queue;
  /** What the function refused five times. */
  readonly deadLetters: Queue;
  readonly bus: EventBus;
  /** Named, since the name that it would get cannot be had for a metric. */
  readonly ruleName: string;
  private readonly handler: LambdaFunction;

  constructor(scope: Construct, settings: Settings, bus: EventBus, functions: Functions) {
    super(scope, 'BillingEvents');
    this.bus = bus;
    this.handler = functions.byName.ProcessBillingEvents;
    this.deadLetters = deadLetterQueue(this, 'BillingDeadLetters');
    this.queue = this.workedOff('BillingQueue', 'Mapping', Duration.days(4));
    // After a day of trying in vain, which no person has mended either: somebody has to look.
    this.undelivered = this.workedOff(
      'BillingUndelivered',
      'UndeliveredMapping',
      Duration.days(14),
      false,
    );
    this.ruleName = `${Stack.of(this).stackName}-billing`;
    if (settings.billingAccount !== undefined) letPut(bus, settings.billingAccount);
    new Rule(this, 'Rule', {
      ruleName: this.ruleName,
      // Nothing else leaves the bus for the queue.
      description: 'What changes balances and invoices goes to the queue.',
      eventBus: bus,
      eventPattern: { detailType: billingEventTypes() },
      targets: [new SqsQueue(this.queue, { deadLetterQueue: this.undelivered })],
    });
  }

  /** A queue whose messages, events as they were put on the bus, go to the function. */
  private workedOff(
    id: string,
    mappingId: string,
    retentionPeriod: Duration,
    enabled = true,
  ): Queue {
    const seconds = (this.handler.timeout as Duration).toSeconds();
    const queue = secureQueue(this, id, {
      // Six times what one run may take, as AWS advises, so that none is handed out twice at once.
      visibilityTimeout: Duration.seconds(6 * seconds),
      retentionPeriod,
      // Half an hour of failures: longer than a hiccup, short enough to notice a malformed event.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
    const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    allow(this.handler, queue.queueArn, ...actions);
    new EventSourceMapping(this, mappingId, {
      target: this.handler,
      eventSourceArn: queue.queueArn,
      batchSize: 10,
      // One event that fails must not bring the others of its batch back.
      reportBatchItemFailures: true,
      enabled,
      // The least that Lambda takes. A new account may run ten functions at once, and half of them
      // are for people: infra/README.md has the sum.
      maxConcurrency: 2,
    });
    return queue;
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
