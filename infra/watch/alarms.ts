/** The alarms. Each one may send a mail when it starts and when it is over. */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import type { AlarmShape } from './alarm-shape.ts';
import { eventAlarms, scheduleAlarms } from './alarms-events.ts';
import { moneyAlarms } from './alarms-money.ts';
import { requestAlarms } from './alarms-requests.ts';
import type { Watched } from './metrics.ts';

type NamedAlarm = keyof ReturnType<typeof moneyAlarms> | keyof ReturnType<typeof eventAlarms>;

/** The parts of the composite alarm MoneyAtRisk. */
const MONEY_AT_RISK: readonly NamedAlarm[] = [
  'Drift',
  'Unjudged',
  'ReconcileSilent',
  'CorruptItem',
  'OutcomeUnknown',
  'BillingDeadLetters',
  'PayoutDeadLetters',
];

export class Alarms extends Construct {
  readonly all: (Alarm | CompositeAlarm)[] = [];
  private readonly mail: SnsAction | undefined;

  constructor(scope: Construct, settings: Settings, watched: Watched) {
    super(scope, 'Alarms');
    if (settings.alarmEmail !== undefined)
      this.mail = new SnsAction(mailTopic(this, settings.alarmEmail));
    const shapes: Record<string, AlarmShape> = {
      ...requestAlarms(watched),
      ...eventAlarms(watched),
      ...scheduleAlarms(watched),
      ...moneyAlarms(watched),
    };
    for (const [id, shape] of Object.entries(shapes)) this.add(id, shape);
    this.addMoneyAtRisk();
  }

  private add(id: string, shape: AlarmShape): void {
    const condition =
      'silentPeriods' in shape
        ? {
            threshold: 1,
            comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
            evaluationPeriods: shape.silentPeriods,
            treatMissingData: TreatMissingData.BREACHING,
          }
        : {
            threshold: shape.above,
            comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
            datapointsToAlarm: shape.points,
            evaluationPeriods: shape.of,
            // All of these metrics are silent when nothing is wrong: no requests, no errors.
            treatMissingData: TreatMissingData.NOT_BREACHING,
          };
    const { metric, description } = shape;
    const named = { alarmName: this.nameOf(id), alarmDescription: description };
    this.announce(new Alarm(this, id, { ...named, metric, ...condition }));
  }

  /** For a pager. Its parts send mails too, since a second cause does not start it again. */
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

  /** A name of our own: mails and the runbook call an alarm the same in every stage. */
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

/** The topic through which alarms reach one mail address. */
function mailTopic(scope: Construct, address: string): Topic {
  const stack = Stack.of(scope);
  const topic = new Topic(scope, 'Mail', { enforceSSL: true });
  topic.addSubscription(new EmailSubscription(address));
  // A topic with a policy of its own loses the default, by which the account's alarms publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: {
          'aws:SourceArn': stack.formatArn({
            service: 'cloudwatch',
            resource: 'alarm',
            resourceName: '*',
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }),
  );
  return topic;
}
