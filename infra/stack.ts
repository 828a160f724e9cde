/** The one stack of the service: tables, functions, the API over them and what watches it. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { Api } from './api.ts';
import type { Bundles } from './bundle.ts';
import { Dashboard } from './dashboard.ts';
import { Functions } from './functions.ts';
import { LogEvents } from './log-events.ts';
import type { Settings } from './settings.ts';
import { TABLE_NAMES, Tables } from './tables.ts';

export class ReferralPayoutsStack extends Stack {
  constructor(scope: Construct, settings: Settings, bundles: Bundles) {
    super(scope, 'ReferralPayouts', {
      stackName: `ReferralPayouts-${settings.stage}`,
      description: `Referral payouts (${settings.stage})`,
      terminationProtection: settings.production,
    });
    const tables = new Tables(this, settings);
    const functions = new Functions(this, settings, tables, bundles);
    const api = new Api(this, settings, functions);
    const logEvents = new LogEvents(this, functions);
    const alarms = new Alarms(this, settings, { api, functions, tables, logEvents });
    const dashboard = new Dashboard(this, { api, functions, tables, logEvents, alarms });

    new CfnOutput(this, 'ApiUrl', { value: api.http.apiEndpoint });
    new CfnOutput(this, 'DashboardUrl', { value: dashboard.url });
    for (const name of TABLE_NAMES) {
      new CfnOutput(this, `${name}TableName`, { value: tables.byName[name].tableName });
    }
  }
}
