/** The one stack of the service: tables, functions, what sets them off, and what watches it all. */
import { Annotations, CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TABLE_NAMES } from '../lib/config.ts';
import { Api } from './api.ts';
import type { Bundles } from './compute/bundle.ts';
import { Functions } from './compute/functions.ts';
import { BillingEvents } from './events/billing-queue.ts';
import { Buses } from './events/buses-and-queues.ts';
import { PayoutEvents } from './events/payout-stream.ts';
import { Reconciliation } from './events/reconciliation.ts';
import { Schedules } from './events/schedules.ts';
import { OperatorPolicies } from './operator-policies.ts';
import { resistsDeletion, type Settings, stackNameOf } from './settings.ts';
import { Tables } from './tables.ts';
import { Alarms } from './watch/alarms.ts';
import { Dashboard } from './watch/dashboard.ts';
import { LogEvents } from './watch/log-metrics.ts';

export class ReferralPayoutsStack extends Stack {
  constructor(scope: Construct, settings: Settings, bundles: Bundles) {
    const { account, region } = settings;
    super(scope, 'ReferralPayouts', {
      stackName: stackNameOf(settings.stage),
      description: `Referral payouts (${settings.stage})`,
      terminationProtection: resistsDeletion(settings),
      env: { ...(account && { account }), ...(region && { region }) },
    });
    if (settings.firstDeployment)
      Annotations.of(this).addWarningV2(
        'unprotected',
        `Stage "${settings.stage}" is not protected: once this deployment has succeeded, take firstDeployment out of infra/stages.ts and deploy again.`,
      );
    const tables = new Tables(this, settings);
    const buses = new Buses(this, settings);
    const functions = new Functions(this, { settings, tables, payoutBus: buses.payouts, bundles });
    const api = new Api(this, settings, functions);
    const operatorPolicies = new OperatorPolicies(this, api);
    const billingEvents = new BillingEvents(this, settings, buses.billing, functions);
    const payoutEvents = new PayoutEvents(this, buses.payouts, tables, functions);
    new Schedules(this, settings, functions);
    const reconciliation = new Reconciliation(this, settings, functions);
    // Both change the one policy of the account's logs, which keeps only the later of two changes
    // at once. And by then IAM has long spread what the machine's role may do.
    reconciliation.machine.node.addDependency(api.stage);
    const verifies = settings.verifiers !== undefined;
    const screens = settings.sanctions === true;
    const logEvents = new LogEvents(this, { functions, api, verifies, screens });
    const events = { billingEvents, payoutEvents, reconciliation, logEvents };
    const watched = { api, functions, tables, ...events, verifies, screens };
    const alarms = new Alarms(this, settings, watched);
    const dashboard = new Dashboard(this, watched, alarms);

    const outputs = {
      ...api.outputs,
      ...operatorPolicies.outputs,
      DashboardUrl: dashboard.url,
      BillingEventBusName: buses.billing.eventBusName,
      ...(settings.billingAccount !== undefined && {
        BillingEventBusArn: buses.billing.eventBusArn,
      }),
      BillingQueueUrl: billingEvents.queue.queueUrl,
      BillingUndeliveredUrl: billingEvents.undelivered.queueUrl,
      BillingDeadLettersUrl: billingEvents.deadLetters.queueUrl,
      PayoutEventBusName: buses.payouts.eventBusName,
      PayoutDeadLettersUrl: payoutEvents.deadLetters.queueUrl,
      ReconcileStateMachineArn: reconciliation.stateMachineArn,
      ...Object.fromEntries(
        TABLE_NAMES.map((name) => [`${name}TableName`, tables.byName[name].tableName]),
      ),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
