/**
 * The alarms. Each one may send a mail when it starts and when it is over. The latter comes from a
 * rule, not from the alarms' own action: that would also send one when CloudWatch judges a new
 * alarm for the first time, which after a first deployment would be one for every alarm.
 */
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
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { type AlarmShape, RISKS, type Risk } from './alarm-shape.ts';
import { chainAlarms } from './alarms-chain.ts';
import { eventAlarms, scheduleAlarms } from './alarms-events.ts';
import { moneyAlarms, sanctionsAlarms } from './alarms-money.ts';
import { requestAlarms } from './alarms-requests.ts';
import type { Watched } from './metrics.ts';

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
      ...scheduleAlarms(settings, watched),
      ...moneyAlarms(watched),
      ...(watched.verifies && chainAlarms(watched)),
      ...(watched.screens && sanctionsAlarms(watched)),
    };
    for (const [id, shape] of Object.entries(shapes)) this.add(id, shape);
    this.addMoneyAtRisk(shapes);
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
    const { metric, description, risk } = shape;
    const alarmDescription = risk === undefined ? description : `${RISKS[risk]} ${description}`;
    const named = { alarmName: this.nameOf(id), alarmDescription };
    this.announce(new Alarm(this, id, { ...named, metric, ...condition }));
  }

  /** For a pager. Its parts send mails too, since a second cause does not start it again. */
  private addMoneyAtRisk(shapes: Record<string, AlarmShape>): void {
    const withRisk = (risk: string) =>
      Object.keys(shapes).filter((id) => shapes[id]?.risk === risk);
    const risks = Object.keys(RISKS) as Risk[];
    const parts = risks.flatMap(withRisk).map((id) => this.node.findChild(id) as Alarm);
    const causes = risks.map((risk) => `${RISKS[risk]} (${withRisk(risk).join(', ')})`);
    const alarm = new CompositeAlarm(this, 'MoneyAtRisk', {
      compositeAlarmName: this.nameOf('MoneyAtRisk'),
      alarmRule: AlarmRule.anyOf(
        ...parts.map((part) => AlarmRule.fromAlarm(part, AlarmState.ALARM)),
      ),
      alarmDescription: `One of these: ${causes.join(' ')} See which part is in alarm and do what that one says; when several are, or the cause is not clear within minutes, stop all payouts first ("npm run -s operator -- pause --stage NAME").`,
    });
    this.announce(alarm);
  }

  /** A name of our own: mails and the runbook call an alarm the same in every stage. */
  private nameOf(id: string): string {
    return `${Stack.of(this).stackName}-${id}`;
  }

  private announce(alarm: Alarm | CompositeAlarm): void {
    if (this.mail !== undefined) alarm.addAlarmAction(this.mail);
    this.all.push(alarm);
  }
}

/** The topic through which alarms reach one mail address. */
function mailTopic(scope: Construct, address: string): Topic {
  const stack = Stack.of(scope);
  const topic = new Topic(scope, 'Mail', { enforceSSL: true });
  topic.addSubscription(new EmailSubscription(address));
  const over = new Rule(scope, 'Over', {
    description: 'Writes a mail when an alarm is over.',
    eventPattern: {
      source: ['aws.cloudwatch'],
      detailType: ['CloudWatch Alarm State Change'],
      detail: {
        alarmName: [{ prefix: `${stack.stackName}-` }],
        state: { value: ['OK'] },
        previousState: { value: ['ALARM'] },
      },
    },
    targets: [{ bind: () => ({ arn: topic.topicArn, input: OVER }) }],
  });
  const alarms = stack.formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  // A topic with a policy of its own loses the default, by which the account's alarms publish.
  allowToPublish(topic, 'cloudwatch.amazonaws.com', {
    StringEquals: { 'aws:SourceAccount': stack.account },
    ArnLike: { 'aws:SourceArn': alarms },
  });
  allowToPublish(topic, 'events.amazonaws.com', { ArnEquals: { 'aws:SourceArn': over.ruleArn } });
  return topic;
}

const OVER = RuleTargetInput.fromText(
  `Over: ${EventField.fromPath('$.detail.alarmName')} is no longer in alarm. ${EventField.fromPath('$.detail.state.reason')}`,
);

function allowToPublish(topic: Topic, service: string, conditions: Record<string, object>): void {
  const principals = [new ServicePrincipal(service)];
  const resources = [topic.topicArn];
  topic.addToResourcePolicy(
    new PolicyStatement({ principals, actions: ['sns:Publish'], resources, conditions }),
  );
}
