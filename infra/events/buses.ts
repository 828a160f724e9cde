/** The event buses: billing puts its events on one, and changes of payouts leave on the other. */
import { Stack } from 'aws-cdk-lib';
import { type CfnEventBus, EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';

export class Buses extends Construct {
  readonly billing: EventBus;
  readonly payouts: EventBus;

  constructor(scope: Construct) {
    super(scope, 'Buses');
    this.billing = this.bus('BillingEventBus', 'billing');
    this.payouts = this.bus('PayoutEventBus', 'payouts');
  }

  /**
   * A bus needs a name of its own choosing, hence the stack's in it: several stages may share an
   * account.
   */
  private bus(id: string, purpose: string): EventBus {
    const bus = new EventBus(this, id, { eventBusName: `${Stack.of(this).stackName}-${purpose}` });
    (bus.node.defaultChild as CfnEventBus).overrideLogicalId(id);
    return bus;
  }
}
