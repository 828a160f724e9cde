import { beforeAll, describe, expect, test } from 'vitest';
import { billingEventTypes } from '../../../lib/billing-events.ts';
import { ofType, type SynthesizedTemplate, stageWith, synthesize } from '../../support/synth.ts';

let template: SynthesizedTemplate;

beforeAll(async () => {
  template = await synthesize(stageWith({}, 'personal', 'staging'));
});

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

const properties = (id: string) => template.Resources[id]?.Properties;
const idsOf = (type: string) => ofType(template, type).map(([id]) => id);
const allOf = (type: string) => idsOf(type).map(properties);

const rulesWith = (property: string) =>
  idsOf('AWS::Events::Rule').filter((id) => properties(id)[property] !== undefined);

const mappingsOf = (name: string) =>
  allOf('AWS::Lambda::EventSourceMapping').filter(({ FunctionName }) => FunctionName.Ref === name);

test('each bus has a name with the stage in it, since stages may share an account', () => {
  const buses = idsOf('AWS::Events::EventBus').map((id) => [id, properties(id).Name]);
  expect(Object.fromEntries(buses)).toEqual({
    BillingEventBus: 'ReferralPayouts-staging-billing',
    PayoutEventBus: 'ReferralPayouts-staging-payouts',
  });
});

describe('billing in another account', () => {
  let other: SynthesizedTemplate;

  beforeAll(async () => {
    other = await synthesize(stageWith({ billingAccount: '444455556666' }));
  });

  test('may put its events on billing’s bus and do nothing else', () => {
    const policies = ofType(other, 'AWS::Events::EventBusPolicy');
    expect(policies.map(([, policy]) => policy)).toMatchObject([
      {
        Properties: {
          EventBusName: { Ref: 'BillingEventBus' },
          Statement: {
            Effect: 'Allow',
            Principal: {
              AWS: {
                'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::444455556666:root']],
              },
            },
            Action: 'events:PutEvents',
            Resource: arn('BillingEventBus'),
            // Every type of a call, of which there has to be one.
            Condition: {
              'ForAllValues:StringEquals': { 'events:detail-type': billingEventTypes() },
              Null: { 'events:detail-type': 'false' },
            },
          },
        },
      },
    ]);
  });

  test('is told the bus by its whole ARN', () => {
    expect(other.Outputs.BillingEventBusArn?.Value).toEqual(arn('BillingEventBus'));
    expect(template.Outputs).not.toHaveProperty('BillingEventBusArn');
  });

  test('is nobody unless it is set', () =>
    expect(idsOf('AWS::Events::EventBusPolicy')).toEqual([]));
});

test('what was on a bus is kept longer than tables can be restored', () => {
  const archives = idsOf('AWS::Events::Archive').map((id) => [id, properties(id)]);
  const of = (bus: string, name: string) => ({
    ArchiveName: name,
    SourceArn: arn(bus),
    RetentionDays: 42,
    Description: expect.any(String),
  });
  expect(Object.fromEntries(archives)).toEqual({
    BillingEventBusArchive: of('BillingEventBus', 'referral-billing-staging'),
    PayoutEventBusArchive: of('PayoutEventBus', 'referral-payouts-staging'),
  });
});

test('every queue is encrypted and refuses what does not come over TLS', () => {
  const queues = idsOf('AWS::SQS::Queue');
  expect(queues).toEqual([
    'BillingDeadLetters',
    'BillingQueue',
    'BillingUndelivered',
    'PayoutDeadLetters',
  ]);
  for (const id of queues) {
    expect(properties(id).SqsManagedSseEnabled).toBe(true);
    expect(statementsOn(id)).toContainEqual({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'sqs:*',
      Resource: arn(id),
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  }
});

const statementsOn = (queue: string) =>
  allOf('AWS::SQS::QueuePolicy')
    .filter(({ Queues }) => Queues[0].Ref === queue)
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

const allowedOn = (queue: string) => statementsOn(queue).filter(({ Effect }) => Effect === 'Allow');

describe('billing events', () => {
  const onOwnBus = () =>
    rulesWith('EventPattern').filter((id) => properties(id).EventBusName !== undefined);
  const rule = () => onOwnBus()[0] ?? '';

  test('the four kinds of events go from the bus to the queue as they are', () => {
    expect(onOwnBus()).toHaveLength(1);
    expect(properties(rule())).toEqual({
      Name: 'ReferralPayouts-staging-billing',
      Description: expect.any(String),
      State: 'ENABLED',
      EventBusName: { Ref: 'BillingEventBus' },
      EventPattern: {
        'detail-type': [
          'referral.reward.granted',
          'referral.reward.reversed',
          'billing.invoice.opened',
          'billing.invoice.closed',
        ],
      },
      Targets: [
        {
          Id: expect.any(String),
          Arn: arn('BillingQueue'),
          DeadLetterConfig: { Arn: arn('BillingUndelivered') },
        },
      ],
    });
  });

  test('only that rule is let into the queue and the one beside it', () => {
    for (const queue of ['BillingQueue', 'BillingUndelivered']) {
      expect(allowedOn(queue)).toMatchObject([
        {
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnEquals: { 'aws:SourceArn': arn(rule()) } },
        },
      ]);
    }
    for (const queue of ['BillingDeadLetters', 'PayoutDeadLetters'])
      expect(allowedOn(queue)).toEqual([]);
  });

  test('a batch fails in part, a message five times before it is put aside for two weeks', () => {
    const mapping = (queue: string, enabled: boolean) => ({
      FunctionName: { Ref: 'ProcessBillingEvents' },
      EventSourceArn: arn(queue),
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
      Enabled: enabled,
    });
    expect(mappingsOf('ProcessBillingEvents')).toEqual([
      mapping('BillingQueue', true),
      mapping('BillingUndelivered', false),
    ]);
    expect(properties('BillingDeadLetters').MessageRetentionPeriod).toBe(14 * 86_400);
  });

  test('all dead letters come from queues, so that SQS can move each back to its own', () => {
    const redriven = idsOf('AWS::SQS::Queue').filter((id) => properties(id).RedrivePolicy);
    expect(redriven).toEqual(['BillingQueue', 'BillingUndelivered']);
    for (const id of redriven)
      expect(properties(id).RedrivePolicy).toEqual({
        deadLetterTargetArn: arn('BillingDeadLetters'),
        maxReceiveCount: 5,
      });
    const others = ['AWS::Events::Rule', 'AWS::Lambda::EventSourceMapping'].flatMap(allOf);
    expect(JSON.stringify(others)).not.toContain('BillingDeadLetters');
  });

  test('a message stays hidden for six times as long as the function may run', () => {
    for (const queue of ['BillingQueue', 'BillingUndelivered'])
      expect(properties(queue).VisibilityTimeout).toBe(
        6 * properties('ProcessBillingEvents').Timeout,
      );
  });
});

test('the stream of payouts is read in order from its start, and what fails for half a day is put aside', () => {
  expect(mappingsOf('PublishPayoutEvents')).toEqual([
    {
      FunctionName: { Ref: 'PublishPayoutEvents' },
      EventSourceArn: { 'Fn::GetAtt': ['PayoutsTable', 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      ParallelizationFactor: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: 12 * 3600,
      DestinationConfig: { OnFailure: { Destination: arn('PayoutDeadLetters') } },
    },
  ]);
  expect(properties('PayoutDeadLetters').MessageRetentionPeriod).toBe(14 * 86_400);
});

describe('schedules', () => {
  test('these run by the clock', () => {
    const schedules = rulesWith('ScheduleExpression').map((id) => {
      const { State, Targets, ScheduleExpression } = properties(id);
      return [Targets[0].Arn['Fn::GetAtt'][0], `${ScheduleExpression} ${State}`];
    });
    expect(Object.fromEntries(schedules)).toEqual({
      UnlockDueRewards: 'rate(15 minutes) ENABLED',
      // This stage asks no chain.
      SettleByChain: 'rate(1 minute) DISABLED',
      ReconcileOutflow: 'rate(1 day) DISABLED',
      MeasureQueue: 'rate(5 minutes) ENABLED',
      ReconcileStateMachine: 'cron(20 3 * * ? *) ENABLED',
    });
  });

  test('chains are asked every minute where a stage has verifiers', async () => {
    const token = '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359';
    const senders = { polygon: ['0xde709f2102306220921060314715629080e2fb77'] };
    const stage = stageWith({
      tokens: { polygon: { token, decimals: 6 } },
      verifiers: { secret: 'chains', senders },
    });
    const rules = ofType(await synthesize(stage), 'AWS::Events::Rule').map(
      ([, { Properties }]) => Properties,
    );
    expect(rules.filter(({ State }) => State !== 'ENABLED')).toEqual([]);
    expect(rules.map(({ ScheduleExpression }) => ScheduleExpression)).toContain('rate(1 minute)');
  });

  test('a run that failed is left to the next one, so that no two overlap', () => {
    const settings = allOf('AWS::Lambda::EventInvokeConfig').map(
      ({ FunctionName, MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age }) => [
        FunctionName.Ref,
        [retries, age],
      ],
    );
    expect(Object.fromEntries(settings)).toEqual({
      UnlockDueRewards: [0, 600],
      // Lambda takes no less, so that two of its runs may overlap, which does no harm.
      SettleByChain: [0, 60],
      // Nor more.
      ReconcileOutflow: [0, 21_600],
      MeasureQueue: [0, 270],
    });
  });

  test('nobody but its own rule may invoke a scheduled function', () => {
    const permitted = allOf('AWS::Lambda::Permission')
      .filter(({ Principal }) => Principal !== 'apigateway.amazonaws.com')
      .map(({ Action, Principal, SourceArn, FunctionName }) => {
        expect([Action, Principal]).toEqual(['lambda:InvokeFunction', 'events.amazonaws.com']);
        const rule = properties(SourceArn['Fn::GetAtt'][0]);
        expect(rule.Targets[0].Arn).toEqual(FunctionName);
        return FunctionName['Fn::GetAtt'][0];
      });
    expect(permitted).toEqual([
      ...['UnlockDueRewards', 'SettleByChain', 'ReconcileOutflow', 'MeasureQueue'],
    ]);
  });
});
