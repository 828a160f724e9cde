import { beforeAll, describe, expect, test } from 'vitest';
import { ofType, type SynthesizedTemplate, synthesize } from './synth.ts';

let quiet: SynthesizedTemplate;
let mailing: SynthesizedTemplate;

beforeAll(async () => {
  quiet = await synthesize();
  mailing = await synthesize({ alarmEmail: 'oncall@triport.io' });
});

interface Dimension {
  Name: string;
  Value: string | { Ref: string };
}

const alarms = (template: SynthesizedTemplate) =>
  ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);

const describeMetric = (namespace: string, name: string, dimensions: Dimension[] = []) => {
  const values = dimensions.map(
    ({ Name, Value }) => `${Name}=${typeof Value === 'string' ? Value : Value.Ref}`,
  );
  return [namespace, name, ...values].join(' ').replace(/(?<=ApiHttp)[0-9A-F]{8}/, '');
};

test('these metrics raise an alarm, each under all the dimensions it is published with', () => {
  const single = alarms(quiet)
    .filter(({ Metrics }) => Metrics === undefined)
    .map(({ Namespace, MetricName, Dimensions }) => describeMetric(Namespace, MetricName, Dimensions));
  expect(single.sort()).toEqual(
    [
      'AWS/ApiGateway Latency ApiId=ApiHttp Stage=$default',
      ...['RequestPayout', 'ListPayouts', 'GetOverview'].flatMap((name) => [
        `AWS/Lambda Errors FunctionName=${name}`,
        `AWS/Lambda Throttles FunctionName=${name}`,
      ]),
      'AWS/DynamoDB SystemErrors Operation=GetItem TableName=SessionsTable',
      'AWS/DynamoDB SystemErrors Operation=GetItem TableName=AccountsTable',
      'AWS/DynamoDB SystemErrors Operation=TransactWriteItems TableName=AccountsTable',
      'AWS/DynamoDB SystemErrors Operation=GetItem TableName=PayoutsTable',
      'AWS/DynamoDB SystemErrors Operation=Query TableName=PayoutsTable',
      'AWS/DynamoDB SystemErrors Operation=TransactWriteItems TableName=PayoutsTable',
      'AWS/DynamoDB SystemErrors Operation=GetItem TableName=IdempotencyKeysTable',
      'AWS/DynamoDB SystemErrors Operation=TransactWriteItems TableName=IdempotencyKeysTable',
      'AWS/DynamoDB ReadThrottleEvents TableName=SessionsTable',
      'AWS/DynamoDB ReadThrottleEvents TableName=AccountsTable',
      'AWS/DynamoDB WriteThrottleEvents TableName=AccountsTable',
      'AWS/DynamoDB ReadThrottleEvents TableName=PayoutsTable',
      'AWS/DynamoDB WriteThrottleEvents TableName=PayoutsTable',
      'AWS/DynamoDB WriteThrottleEvents GlobalSecondaryIndexName=queue TableName=PayoutsTable',
      'AWS/DynamoDB ReadThrottleEvents TableName=IdempotencyKeysTable',
      'AWS/DynamoDB WriteThrottleEvents TableName=IdempotencyKeysTable',
      'ReferralPayouts-personal CorruptItems',
      'ReferralPayouts-personal OutcomesUnknown',
    ].sort(),
  );
});

test('the rate of 5xx is computed from two metrics of this API', () => {
  const [rate, ...others] = alarms(quiet).filter(({ Metrics }) => Metrics !== undefined);
  expect(others).toEqual([]);
  const [expression, ...inputs] = rate.Metrics;
  expect(expression.Expression).toBe('100 * faults / requests');
  expect(
    inputs.map(
      ({ Id, MetricStat }: { Id: string; MetricStat: { Metric: Record<string, never>; Stat: string } }) => {
        const { Namespace = '', MetricName = '', Dimensions } = MetricStat.Metric;
        return [Id, MetricStat.Stat, describeMetric(Namespace, MetricName, Dimensions)];
      },
    ),
  ).toEqual([
    ['faults', 'Sum', 'AWS/ApiGateway 5xx ApiId=ApiHttp Stage=$default'],
    ['requests', 'Sum', 'AWS/ApiGateway Count ApiId=ApiHttp Stage=$default'],
  ]);
});

test('every alarm tells what to do, counts M of N periods and stays quiet without data', () => {
  for (const alarm of alarms(quiet)) {
    expect(alarm.AlarmDescription.length).toBeGreaterThan(100);
    expect(alarm.DatapointsToAlarm).toBeLessThan(alarm.EvaluationPeriods);
    expect(alarm.TreatMissingData).toBe('notBreaching');
    expect(alarm.ComparisonOperator).toBe('GreaterThanThreshold');
    expect(JSON.stringify(alarm)).not.toContain('SEARCH(');
  }
});

test('every function log is searched for both events that must never happen', () => {
  const filters = ofType(quiet, 'AWS::Logs::MetricFilter').map(([, { Properties }]) => {
    const [{ MetricNamespace, MetricName, MetricValue, DefaultValue }] = Properties.MetricTransformations;
    const group = Properties.LogGroupName.Ref.replace(/[0-9A-F]{8}$/, '');
    return [group, Properties.FilterPattern, `${MetricNamespace} ${MetricName}`, MetricValue, DefaultValue];
  });
  expect(filters).toEqual(
    ['RequestPayout', 'ListPayouts', 'GetOverview'].flatMap((name) => [
      [
        `Functions${name}Logs`,
        '{ $.message.event = "corrupt_item" }',
        'ReferralPayouts-personal CorruptItems',
        '1',
        0,
      ],
      [
        `Functions${name}Logs`,
        '{ $.message.event = "outcome_unknown" }',
        'ReferralPayouts-personal OutcomesUnknown',
        '1',
        0,
      ],
    ]),
  );
});

describe('mail', () => {
  test('without an address there is no topic and no alarm has an action', () => {
    expect(ofType(quiet, 'AWS::SNS::Topic')).toEqual([]);
    for (const alarm of alarms(quiet))
      expect([alarm.AlarmActions, alarm.OKActions]).toEqual([undefined, undefined]);
  });

  test('with an address every alarm writes when it starts and when it is over', () => {
    const [topic] = ofType(mailing, 'AWS::SNS::Topic').map(([id]) => id);
    expect(ofType(mailing, 'AWS::SNS::Subscription').map(([, { Properties }]) => Properties)).toEqual([
      { Protocol: 'email', Endpoint: 'oncall@triport.io', TopicArn: { Ref: topic } },
    ]);
    for (const alarm of alarms(mailing)) {
      expect([alarm.AlarmActions, alarm.OKActions]).toEqual([[{ Ref: topic }], [{ Ref: topic }]]);
    }
  });

  test('the topic takes messages from alarms of this account, and only over TLS', () => {
    const [policy] = ofType(mailing, 'AWS::SNS::TopicPolicy').map(
      ([, { Properties }]) => Properties.PolicyDocument,
    );
    expect(policy.Statement).toHaveLength(2);
    expect(policy.Statement).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
    const [allow] = policy.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(allow).toMatchObject({
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: 'sns:Publish',
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    });
    expect(allow.Condition.ArnLike['aws:SourceArn']['Fn::Join'][1].at(-1)).toBe(':alarm:*');
  });
});
