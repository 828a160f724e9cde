/** Event buses, one for billing's events and one for ours, and queues as this service uses them. */
import { Duration, Stack } from 'aws-cdk-lib';
import { CfnArchive, type CfnEventBus, EventBus } from 'aws-cdk-lib/aws-events';
import { type CfnQueue, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

/** A week more than the 35 days that point-in-time recovery goes back: what a restore needs. */
const ARCHIVE_DAYS = 42;

export class Buses extends Construct {
  readonly billing: EventBus;
  readonly payouts: EventBus;

  constructor(scope: Construct, { stage }: Settings) {
    super(scope, 'Buses');
    this.billing = this.bus('BillingEventBus', 'billing', stage);
    this.payouts = this.bus('PayoutEventBus', 'payouts', stage);
  }

  /** A bus must be named; several stages may share an account, hence the stack's name in it. */
  private bus(id: string, purpose: string, stage: string): EventBus {
    const bus = new EventBus(this, id, { eventBusName: `${Stack.of(this).stackName}-${purpose}` });
    (bus.node.defaultChild as CfnEventBus).overrideLogicalId(id);
    // After a restore these tell what the tables have forgotten (RUNBOOK.md, "Going back to a point in time").
    const archive = new CfnArchive(this, `${id}Archive`, {
      // At most 48 characters, for which the stack's name in it would be too long.
      archiveName: `referral-${purpose}-${stage}`,
      sourceArn: bus.eventBusArn,
      description: `What was on the bus of ${purpose} in the last ${ARCHIVE_DAYS} days.`,
      retentionDays: ARCHIVE_DAYS,
    });
    archive.overrideLogicalId(`${id}Archive`);
    return bus;
  }
}

/** Encrypted, over TLS alone, and under a name that the local runner and people can read. */
export function secureQueue(scope: Construct, id: string, props: QueueProps): Queue {
  const queue = new Queue(scope, id, {
    ...props,
    // SQS's own key costs nothing, and lets EventBridge send without a key policy.
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
  });
  (queue.node.defaultChild as CfnQueue).overrideLogicalId(id);
  return queue;
}

/** Where messages wait for a person, for as long as SQS can keep them. */
export const deadLetterQueue = (scope: Construct, id: string): Queue =>
  secureQueue(scope, id, { retentionPeriod: Duration.days(14) });
