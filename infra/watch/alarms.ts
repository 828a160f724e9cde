/**
 * The alarms. Each one says in its description what to do, and may send a mail when it starts and
 * when it is over.
 */
import { Stack } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import type { Api } from '../api.ts';
import type { Functions } from '../compute/functions.ts';
import type { BillingEvents } from '../events/billing-queue.ts';
import type { PayoutEvents } from '../events/payout-stream.ts';
import type { Reconciliation } from '../events/reconciliation.ts';
import type { Settings } from '../settings.ts';
import type { Tables } from '../tables.ts';
import { mailTopic } from './alarm-mail.ts';
import { watchEvents } from './alarms-events.ts';
import { MONEY_AT_RISK, watchMoney } from './alarms-money.ts';
import { watchRequests } from './alarms-requests.ts';
import type { LogEvents } from './log-metrics.ts';

export interface Watched {
  api: Api;
  functions: Functions;
  tables: Tables;
  billingEvents: BillingEvents;
  payoutEvents: PayoutEvents;
  reconciliation: Reconciliation;
  logEvents: LogEvents;
}

interface Condition {
  metric: IMetric;
  /** The alarm starts when at least `points` of the last `of` periods lie above this. */
  above: number;
  points: number;
  of: number;
  description: string;
}

interface Heartbeat {
  /** Counts what must happen at least once in a while. */
  metric: IMetric;
  /** The alarm starts after so many periods in a row without it. */
  periods: number;
  description: string;
}

export class Alarms extends Construct {
  readonly all: (Alarm | CompositeAlarm)[] = [];
  private readonly mail: SnsAction | undefined;

  constructor(scope: Construct, settings: Settings, watched: Watched) {
    super(scope, 'Alarms');
    if (settings.alarmEmail !== undefined)
      this.mail = new SnsAction(mailTopic(this, settings.alarmEmail));
    watchRequests(this, watched);
    watchEvents(this, watched);
    watchMoney(this, watched);
    this.addMoneyAtRisk();
  }

  add(id: string, { metric, above, points, of, description }: Condition): void {
    const alarm = new Alarm(this, id, {
      alarmName: this.nameOf(id),
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      datapointsToAlarm: points,
      evaluationPeriods: of,
      // No data means no requests, no errors or no throttles: all of these metrics are silent when
      // nothing is wrong.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: description,
    });
    this.announce(alarm);
  }

  addHeartbeat(id: string, { metric, periods, description }: Heartbeat): void {
    const alarm = new Alarm(this, id, {
      alarmName: this.nameOf(id),
      metric,
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription: description,
    });
    this.announce(alarm);
  }

  /**
   * The one to connect to a pager. Its parts send their own mails too, since a second cause does
   * not start it again.
   */
  private addMoneyAtRisk(): void {
    const parts = MONEY_AT_RISK.map((id) => this.node.findChild(id) as Alarm);
    const alarm = new CompositeAlarm(this, 'MoneyAtRisk', {
      compositeAlarmName: this.nameOf('MoneyAtRisk'),
      alarmRule: AlarmRule.anyOf(
        ...parts.map((part) => AlarmRule.fromAlarm(part, AlarmState.ALARM)),
      ),
      alarmDescription:
        'A balance may be wrong, or nobody has proved lately that it is not. See which of its parts is in alarm and do what that one says; when several are, or the cause is not clear within minutes, stop new payouts first: set the reserved concurrency of RequestPayout to 0.',
    });
    this.announce(alarm);
  }

  /** A name of our own, so that mails and the runbook call an alarm the same in every stage. */
  private nameOf(id: string): string {
    return `${Stack.of(this).stackName}-${id}`;
  }

  private announce(alarm: Alarm | CompositeAlarm): void {
    if (this.mail !== undefined) {
      alarm.addAlarmAction(this.mail);
      alarm.addOkAction(this.mail);
    }
    this.all.push(alarm);
  }
}
