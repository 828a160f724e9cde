import { beforeAll, describe, expect, test } from 'vitest';
import { functionsWith } from '../../../infra/compute/catalogue.ts';
import { RISKS } from '../../../infra/watch/alarm-shape.ts';
import {
  ofType,
  type SynthesizedTemplate,
  stageWith,
  synthesize,
  VERIFIED,
} from '../../support/synth.ts';

let quiet: SynthesizedTemplate;
let mailing: SynthesizedTemplate;
let verified: SynthesizedTemplate;
let screening: SynthesizedTemplate;

beforeAll(async () => {
  quiet = await synthesize();
  mailing = await synthesize(stageWith({ alarmEmail: 'oncall@triport.io' }));
  verified = await synthesize(stageWith(VERIFIED));
  screening = await synthesize(stageWith({ sanctions: true }));
});

interface Dimension {
  Name: string;
  Value: string | { Ref: string } | { 'Fn::GetAtt': string[] };
}

const all = (template: SynthesizedTemplate, type: string) =>
  ofType(template, type).map(([, { Properties }]) => Properties);

const alarms = (template: SynthesizedTemplate) => all(template, 'AWS::CloudWatch::Alarm');
const composites = (template: SynthesizedTemplate) =>
  all(template, 'AWS::CloudWatch::CompositeAlarm');
const everyAlarm = (template: SynthesizedTemplate) => [
  ...alarms(template),
  ...composites(template),
];

const STACK = 'ReferralPayouts-personal-';

const alarm = (name: string, template = quiet) => {
  const found = alarms(template).find(({ AlarmName }) => AlarmName === STACK + name);
  expect(found).toBeDefined();
  return found;
};

const describeMetric = (namespace: string, name: string, dimensions: Dimension[] = []) => {
  const values = dimensions.map(({ Name, Value }) => {
    if (typeof Value === 'string') return `${Name}=${Value}`;
    return `${Name}=${'Ref' in Value ? Value.Ref : Value['Fn::GetAtt'][0]}`;
  });
  return [namespace, name, ...values].join(' ').replace(/(?<=ApiHttp)[0-9A-F]{8}/, '');
};

const singleMetrics = (template: SynthesizedTemplate): Record<string, string> =>
  Object.fromEntries(
    alarms(template)
      .filter(({ Metrics }) => Metrics === undefined)
      .map(({ AlarmName, Namespace, MetricName, Dimensions }) => [
        AlarmName.replace(STACK, ''),
        describeMetric(Namespace, MetricName, Dimensions),
      ]),
  );

test('these metrics raise an alarm, each under all the dimensions it is published with', () => {
  expect(singleMetrics(quiet)).toEqual({
    ManyRequests: 'AWS/ApiGateway Count ApiId=ApiHttp Stage=$default',
    ManyThrottled: 'ReferralPayouts-personal RequestsThrottled',
    ApiLatency: 'AWS/ApiGateway Latency ApiId=ApiHttp Stage=$default',
    ...Object.fromEntries(
      functionsWith('route').map(({ name }) => [
        `${name}Errors`,
        `AWS/Lambda Errors FunctionName=${name}`,
      ]),
    ),
    Throttles: 'AWS/Lambda Throttles',
    SessionsReadThrottleEvents: 'AWS/DynamoDB ReadThrottleEvents TableName=SessionsTable',
    AccountsReadThrottleEvents: 'AWS/DynamoDB ReadThrottleEvents TableName=AccountsTable',
    AccountsWriteThrottleEvents: 'AWS/DynamoDB WriteThrottleEvents TableName=AccountsTable',
    PayoutsReadThrottleEvents: 'AWS/DynamoDB ReadThrottleEvents TableName=PayoutsTable',
    PayoutsWriteThrottleEvents: 'AWS/DynamoDB WriteThrottleEvents TableName=PayoutsTable',
    PayoutsQueueWriteThrottleEvents:
      'AWS/DynamoDB WriteThrottleEvents GlobalSecondaryIndexName=queue TableName=PayoutsTable',
    PayoutsLooksWriteThrottleEvents:
      'AWS/DynamoDB WriteThrottleEvents GlobalSecondaryIndexName=looks TableName=PayoutsTable',
    RewardsReadThrottleEvents: 'AWS/DynamoDB ReadThrottleEvents TableName=RewardsTable',
    RewardsWriteThrottleEvents: 'AWS/DynamoDB WriteThrottleEvents TableName=RewardsTable',
    RewardsDueWriteThrottleEvents:
      'AWS/DynamoDB WriteThrottleEvents GlobalSecondaryIndexName=due TableName=RewardsTable',
    InvoicesReadThrottleEvents: 'AWS/DynamoDB ReadThrottleEvents TableName=InvoicesTable',
    InvoicesWriteThrottleEvents: 'AWS/DynamoDB WriteThrottleEvents TableName=InvoicesTable',
    IdempotencyKeysReadThrottleEvents:
      'AWS/DynamoDB ReadThrottleEvents TableName=IdempotencyKeysTable',
    IdempotencyKeysWriteThrottleEvents:
      'AWS/DynamoDB WriteThrottleEvents TableName=IdempotencyKeysTable',
    BudgetsWriteThrottleEvents: 'AWS/DynamoDB WriteThrottleEvents TableName=BudgetsTable',
    DailyLimitsReadThrottleEvents: 'AWS/DynamoDB ReadThrottleEvents TableName=DailyLimitsTable',
    DailyLimitsWriteThrottleEvents: 'AWS/DynamoDB WriteThrottleEvents TableName=DailyLimitsTable',
    EvidenceReadThrottleEvents: 'AWS/DynamoDB ReadThrottleEvents TableName=EvidenceTable',
    EvidenceWriteThrottleEvents: 'AWS/DynamoDB WriteThrottleEvents TableName=EvidenceTable',
    EvidenceDaysWriteThrottleEvents:
      'AWS/DynamoDB WriteThrottleEvents GlobalSecondaryIndexName=days TableName=EvidenceTable',
    BillingDeadLetters: 'AWS/SQS ApproximateNumberOfMessagesVisible QueueName=BillingDeadLetters',
    BillingUndelivered: 'AWS/SQS ApproximateNumberOfMessagesVisible QueueName=BillingUndelivered',
    BillingEventsLost:
      'AWS/Events InvocationsFailedToBeSentToDlq EventBusName=BillingEventBus RuleName=ReferralPayouts-personal-billing',
    BillingEventsLate: 'AWS/SQS ApproximateAgeOfOldestMessage QueueName=BillingQueue',
    PayoutDeadLetters: 'AWS/SQS ApproximateNumberOfMessagesVisible QueueName=PayoutDeadLetters',
    PayoutEventsLate: 'AWS/Lambda IteratorAge FunctionName=PublishPayoutEvents',
    Drift: 'ReferralPayouts-personal DriftsFound',
    Unjudged: 'ReferralPayouts-personal UnjudgedFound',
    ReconcileFailed: 'AWS/States ExecutionsFailed StateMachineArn=ReconcileStateMachine',
    ReconcileSilent: 'AWS/States ExecutionsSucceeded StateMachineArn=ReconcileStateMachine',
    CorruptItem: 'ReferralPayouts-personal CorruptItems',
    OutcomeUnknown: 'ReferralPayouts-personal OutcomesUnknown',
    OldestRequested: 'ReferralPayouts-personal OldestRequestedSeconds',
    OldestProcessing: 'ReferralPayouts-personal OldestProcessingSeconds',
  });
});

/** What a stage has beside these where its chains are asked. */
const OF_CHAINS = {
  NeedsReview: 'PayoutsNeedReview',
  ChainUndecided: 'LooksUndecided',
  LooksFail: 'LooksFailed',
  OutflowDiffers: 'OutflowDifferenceMicro',
  EvidenceMissing: 'EvidenceMissing',
};

describe('where chains are asked', () => {
  test('these metrics of what they say raise an alarm as well, and so does it that nobody asks', () => {
    expect(singleMetrics(verified)).toEqual({
      ...singleMetrics(quiet),
      ...Object.fromEntries(
        Object.entries(OF_CHAINS).map(([name, metric]) => [
          name,
          `ReferralPayouts-personal ${metric}`,
        ]),
      ),
    });
    expect(alarms(verified)).toHaveLength(alarms(quiet).length + 7);
    expect(alarm('SettleByChainSilent', verified)).toMatchObject({
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: 15,
      TreatMissingData: 'breaching',
    });
    const { EvaluationPeriods, AlarmDescription } = alarm('ReconcileOutflowSilent', verified);
    expect(EvaluationPeriods).toBe(3);
    expect(AlarmDescription).toContain('ReconcileOutflow has not ended well for 72 hours.');
  });

  test('a review rings at once, and providers only where they do not agree for long', () => {
    const condition = (name: string) => {
      const { Statistic, Threshold, Period, DatapointsToAlarm, EvaluationPeriods } = alarm(
        name,
        verified,
      );
      return [Statistic, Threshold, Period, DatapointsToAlarm, EvaluationPeriods];
    };
    expect(condition('NeedsReview')).toEqual(['Sum', 0, 300, 1, 3]);
    expect(condition('ChainUndecided')).toEqual(['Sum', 0, 60, 15, 20]);
    expect(condition('LooksFail')).toEqual(['Sum', 0, 60, 15, 20]);
    expect(condition('OutflowDiffers')).toEqual(['Maximum', 0, 3600, 1, 26]);
    expect(condition('EvidenceMissing')).toEqual(['Sum', 0, 3600, 1, 26]);
  });

  test.each(Object.keys(OF_CHAINS))('%s tells what to do, and is quiet without data', (name) => {
    const { AlarmDescription, TreatMissingData } = alarm(name, verified);
    expect(AlarmDescription.length).toBeGreaterThan(100);
    expect(AlarmDescription.length).toBeLessThanOrEqual(1024);
    expect(TreatMissingData).toBe('notBreaching');
  });

  test('the logs of what asks chains are measured, and those of no stage without', () => {
    const settled = '{ $.message.event = "payouts_looked_at" }';
    const event = (name: string) => `{ $.message.event = "${name}" }`;
    const only = filters(verified).filter(
      ({ name, MetricName }) =>
        /^(SettleByChain|ReconcileOutflow)$/.test(name) &&
        !/^(CorruptItems|OutcomesUnknown)$/.test(MetricName),
    );
    expect(filters(verified)).toHaveLength(filters(quiet).length + only.length);
    const { SettleByChain, ReconcileOutflow } = Object.groupBy(only, ({ name }) => name);
    const measured = (one: typeof only = []) =>
      one.map(({ MetricName, line }) => [MetricName, ...line]);
    expect(measured(SettleByChain)).toEqual([
      ['PayoutsNeedReview', event('payout_needs_review'), '1', 0],
      ['PayoutsLookedAt', settled, '$.message.looked', undefined],
      ['PayoutsSettled', settled, '$.message.sent', undefined],
      ['AttemptsDied', settled, '$.message.died', undefined],
      ['LooksUndecided', settled, '$.message.undecided', undefined],
      ['LooksFailed', settled, '$.message.failed', undefined],
    ]);
    expect(measured(ReconcileOutflow)).toEqual([
      [
        'OutflowDifferenceMicro',
        event('outflow_reconciled'),
        '$.message.difference_micro',
        undefined,
      ],
      ['OutflowUnexplained', event('outflow_unexplained'), '1', 0],
      ['EvidenceMissing', event('evidence_missing'), '1', 0],
    ]);
  });

  test('the dashboard shows it', () => {
    const shown = (template: SynthesizedTemplate) =>
      JSON.stringify(all(template, 'AWS::CloudWatch::Dashboard'));
    for (const metric of ['LooksUndecided', 'PayoutsSettled', 'OutflowUnexplained']) {
      expect(shown(verified)).toContain(metric);
      expect(shown(quiet)).not.toContain(metric);
    }
  });
});

interface Input {
  Id: string;
  Expression?: string;
  MetricStat: {
    Metric: { Namespace: string; MetricName: string; Dimensions: Dimension[] };
    Stat: string;
  };
}

test.each([
  [
    'ApiFaults',
    '100 * failed / requests',
    {
      failed: 'Sum AWS/ApiGateway 5xx ApiId=ApiHttp Stage=$default',
      requests: 'Sum AWS/ApiGateway Count ApiId=ApiHttp Stage=$default',
    },
  ],
  [
    'ManyRefused',
    'IF(requests >= 300, 100 * failed / requests, 0)',
    {
      failed: 'Sum AWS/ApiGateway 4xx ApiId=ApiHttp Stage=$default',
      requests: 'Sum AWS/ApiGateway Count ApiId=ApiHttp Stage=$default',
    },
  ],
  ...['UnlockDueRewards', 'MeasureQueue'].map((name): [string, string, Record<string, string>] => [
    `${name}Silent`,
    'runs - errors',
    {
      runs: `Sum AWS/Lambda Invocations FunctionName=${name}`,
      errors: `Sum AWS/Lambda Errors FunctionName=${name}`,
    },
  ]),
])('%s is computed as %s', (name, expression, metrics) => {
  const [result, ...inputs] = alarm(name).Metrics as Input[];
  expect(result?.Expression).toBe(expression);
  const described = inputs.map(({ Id, MetricStat: { Metric, Stat } }) => [
    Id,
    `${Stat} ${describeMetric(Metric.Namespace, Metric.MetricName, Metric.Dimensions)}`,
  ]);
  expect(Object.fromEntries(described)).toEqual(metrics);
  expect(alarms(quiet).filter(({ Metrics }) => Metrics !== undefined)).toHaveLength(4);
});

const HEARTBEATS = { UnlockDueRewardsSilent: 3, MeasureQueueSilent: 3, ReconcileSilent: 28 };

test('every alarm tells what to do, counts M of N periods and stays quiet without data, except for the heartbeats', () => {
  const beating = Object.keys(HEARTBEATS).map((name) => STACK + name);
  for (const one of alarms(quiet).filter(({ AlarmName }) => !beating.includes(AlarmName))) {
    expect(one.AlarmDescription.length).toBeGreaterThan(100);
    expect(one.AlarmDescription.length).toBeLessThanOrEqual(1024);
    expect(one.DatapointsToAlarm).toBeLessThan(one.EvaluationPeriods);
    expect(one.TreatMissingData).toBe('notBreaching');
    expect(one.ComparisonOperator).toBe('GreaterThanThreshold');
    expect(JSON.stringify(one)).not.toContain('SEARCH(');
  }
});

test.each(Object.entries(HEARTBEATS))(
  '%s starts after %i periods without a good run',
  (name, periods) => {
    expect(alarm(name)).toMatchObject({
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: periods,
      TreatMissingData: 'breaching',
    });
    expect(alarm(name).DatapointsToAlarm ?? periods).toBe(periods);
  },
);

test('no alarm looks back further than CloudWatch does: a day, or a week by periods of an hour or more', () => {
  for (const { Period, Metrics = [], EvaluationPeriods } of alarms(quiet)) {
    const period =
      Period ??
      Math.max(
        ...Metrics.map((one: Record<string, { Period: number }>) => one.MetricStat?.Period ?? 0),
      );
    expect(period).toBeGreaterThan(0);
    expect(period * EvaluationPeriods).toBeLessThanOrEqual(period < 3600 ? 86_400 : 604_800);
  }
});

test('these limits are held to', () => {
  const limit = (name: string) => [alarm(name).Statistic, alarm(name).Threshold];
  expect(limit('OldestRequested')).toEqual(['Maximum', 24 * 3600]);
  expect(limit('OldestProcessing')).toEqual(['Maximum', 4 * 3600]);
  expect(limit('BillingEventsLate')).toEqual(['Maximum', 20 * 60]);
  expect(limit('PayoutEventsLate')).toEqual(['Maximum', 15 * 60_000]);
  expect(limit('BillingDeadLetters')).toEqual(['Maximum', 0]);
  expect(limit('PayoutDeadLetters')).toEqual(['Maximum', 0]);
});

test('what the filter for 429 looks for is what the access log writes: a text', () => {
  const [stage] = all(quiet, 'AWS::ApiGatewayV2::Stage');
  expect(JSON.parse(stage.AccessLogSettings.Format).status).toBe('$context.status');
});

test('many requests ring at less than a third of what all routes together let through', () => {
  const [stage] = all(quiet, 'AWS::ApiGatewayV2::Stage');
  const rates = Object.values<{ ThrottlingRateLimit: number }>(stage.RouteSettings);
  const perMinute =
    60 * rates.reduce((sum, { ThrottlingRateLimit }) => sum + ThrottlingRateLimit, 0);
  expect(alarm('ManyRequests').Threshold).toBeLessThan(perMinute / 3);
});

test.each(['Drift', 'Unjudged'])(
  '%s stays an alarm until the next daily reconciliation has looked',
  (name) => {
    const { Period, EvaluationPeriods, DatapointsToAlarm, Threshold } = alarm(name);
    expect(Period * EvaluationPeriods).toBeGreaterThan(86_400);
    expect([DatapointsToAlarm, Threshold]).toEqual([1, 0]);
  },
);

describe.each([
  ['of a stage', () => quiet, [], []],
  [
    'where chains are asked',
    () => verified,
    ['OutflowDiffers', 'EvidenceMissing'],
    ['NeedsReview'],
  ],
])('MoneyAtRisk %s', (_where, here, wrongBesides, unknownBesides) => {
  const composite = () => {
    expect(composites(here())).toHaveLength(1);
    return composites(here())[0];
  };
  const nameIn = (name: string) => name.replace(STACK, '');

  test('rings when any of these is in alarm', () => {
    expect(composite().AlarmName).toBe(`${STACK}MoneyAtRisk`);
    const text = composite().AlarmRule['Fn::Join'][1].map(
      (part: string | { 'Fn::GetAtt': string[] }) =>
        typeof part === 'string'
          ? part
          : nameIn(here().Resources[part['Fn::GetAtt'][0] ?? '']?.Properties.AlarmName),
    );
    const parts = [
      ...[
        'BillingDeadLetters',
        'BillingUndelivered',
        'BillingEventsLost',
        'BillingEventsLate',
        'Drift',
        'CorruptItem',
      ],
      ...wrongBesides,
      ...['Unjudged', 'ReconcileFailed', 'ReconcileSilent'],
      'OutcomeUnknown',
      ...unknownBesides,
    ];
    expect(text.join('')).toBe(`(${parts.map((part) => `ALARM("${part}")`).join(' OR ')})`);
  });

  test('says of each of its parts what it is about, as that part does, and no other alarm does', () => {
    const { AlarmDescription } = composite();
    expect(AlarmDescription.length).toBeLessThanOrEqual(1024);
    const causes = Object.values(RISKS).map((risk) => {
      const names = alarms(here())
        .filter(({ AlarmDescription }) => AlarmDescription.startsWith(`${risk} `))
        .map(({ AlarmName }) => nameIn(AlarmName));
      return `${risk} (${names.join(', ')})`;
    });
    expect(AlarmDescription).toMatch(/^One of these: /);
    expect(AlarmDescription).toContain(causes.join(' '));
    const parts = JSON.stringify(composite().AlarmRule);
    for (const [id, { Properties }] of ofType(here(), 'AWS::CloudWatch::Alarm')) {
      const risky = Object.values(RISKS).some((risk) => Properties.AlarmDescription.includes(risk));
      expect([id, risky]).toEqual([id, parts.includes(id)]);
    }
  });

  test('has every alarm whose text speaks of a balance or the books, unless it says that they are right', () => {
    const parts = JSON.stringify(composite().AlarmRule);
    const others = ofType(here(), 'AWS::CloudWatch::Alarm').filter(
      ([id, { Properties }]) =>
        !parts.includes(id) && /balance|books|account lacks/i.test(Properties.AlarmDescription),
    );
    expect(others.map(([, { Properties }]) => nameIn(Properties.AlarmName))).toEqual([
      // "Balances stay right without it".
      'UnlockDueRewardsSilent',
    ]);
  });
});

const filters = (template = quiet) =>
  ofType(template, 'AWS::Logs::MetricFilter').map(([, { Properties }]) => {
    const [{ MetricNamespace, MetricName, MetricValue, DefaultValue }] =
      Properties.MetricTransformations;
    expect(MetricNamespace).toBe('ReferralPayouts-personal');
    const name = Properties.LogGroupName.Ref.replace(/^(Functions|Api)|Logs[0-9A-F]{8}$/g, '');
    return { name, MetricName, line: [Properties.FilterPattern, MetricValue, DefaultValue] };
  });

test('every function log is searched for both events that must never happen', () => {
  for (const [metric, event] of [
    ['CorruptItems', 'corrupt_item'],
    ['OutcomesUnknown', 'outcome_unknown'],
  ]) {
    const found = filters().filter(({ MetricName }) => MetricName === metric);
    expect(found.map(({ name }) => name)).toEqual(
      ofType(quiet, 'AWS::Lambda::Function').map(([name]) => name),
    );
    for (const { line } of found)
      expect(line).toEqual([`{ $.message.event = "${event}" }`, '1', 0]);
  }
});

test('these events of one function are counted, or measured by a field of theirs, and 429s of the gateway', () => {
  const found = filters().filter(
    ({ MetricName }) => !/^(CorruptItems|OutcomesUnknown)$/.test(MetricName),
  );
  const event = (name: string) => `{ $.message.event = "${name}" }`;
  const reconciled = event('accounts_reconciled');
  const measured = event('queue_measured');
  const oldest = '$.message.oldest_';
  expect(found.map(({ name, MetricName, line }) => [name, MetricName, ...line])).toEqual([
    ['ProcessBillingEvents', 'EventsRejected', event('event_rejected'), '1', 0],
    ['Reconcile', 'DriftsFound', event('account_drifted'), '1', 0],
    ['Reconcile', 'SkipsFound', event('account_skipped'), '1', 0],
    ['Reconcile', 'UnjudgedFound', event('account_unjudged'), '1', 0],
    ['Reconcile', 'AccountsChecked', reconciled, '$.message.checked', undefined],
    ['Reconcile', 'AccountsDrifted', reconciled, '$.message.drifted', undefined],
    ['Reconcile', 'AccountsSkipped', reconciled, '$.message.skipped', undefined],
    ['MeasureQueue', 'OldestRequestedSeconds', measured, `${oldest}requested_s`, undefined],
    ['MeasureQueue', 'OldestProcessingSeconds', measured, `${oldest}processing_s`, undefined],
    ['Access', 'RequestsThrottled', '{ $.status = "429" }', '1', 0],
  ]);
});

describe('mail', () => {
  test('without an address there is no topic and no alarm has an action', () => {
    expect(ofType(quiet, 'AWS::SNS::Topic')).toEqual([]);
    for (const one of everyAlarm(quiet))
      expect([one.AlarmActions, one.OKActions]).toEqual([undefined, undefined]);
  });

  test('with an address every alarm writes when it starts', () => {
    const [topic] = ofType(mailing, 'AWS::SNS::Topic').map(([id]) => id);
    expect(all(mailing, 'AWS::SNS::Subscription')).toEqual([
      { Protocol: 'email', Endpoint: 'oncall@triport.io', TopicArn: { Ref: topic } },
    ]);
    for (const one of everyAlarm(mailing)) expect(one.AlarmActions).toEqual([{ Ref: topic }]);
  });

  const overRules = () =>
    all(mailing, 'AWS::Events::Rule').filter(({ EventPattern }) =>
      EventPattern?.source?.includes('aws.cloudwatch'),
    );

  test('and when it is over, but not when it is judged for the first time', () => {
    expect(overRules()).toMatchObject([
      {
        EventPattern: {
          source: ['aws.cloudwatch'],
          'detail-type': ['CloudWatch Alarm State Change'],
          detail: {
            alarmName: [{ prefix: STACK }],
            state: { value: ['OK'] },
            previousState: { value: ['ALARM'] },
          },
        },
        Targets: [
          {
            Arn: { Ref: ofType(mailing, 'AWS::SNS::Topic')[0]?.[0] },
            InputTransformer: { InputTemplate: expect.stringMatching(/^"Over: <.+> is no longer/) },
          },
        ],
      },
    ]);
    expect(overRules()[0].EventBusName).toBeUndefined();
  });

  /**
   * CloudWatch makes an alarm in INSUFFICIENT_DATA, judges it, and acts on each change of its state.
   * Without data an alarm goes to OK where that is not breaching, and to ALARM where it is.
   */
  test('a first deployment without any traffic sends eight at most, beside the confirmation', () => {
    const start = (one: { TreatMissingData: string }) =>
      one.TreatMissingData === 'breaching' ? 'ALARM' : 'OK';
    const states = Object.fromEntries(
      ofType(mailing, 'AWS::CloudWatch::Alarm').map(([id, { Properties }]) => [
        id,
        start(Properties),
      ]),
    );
    const rule = JSON.stringify(composites(mailing)[0].AlarmRule);
    states.MoneyAtRisk = Object.keys(states).some(
      (id) => states[id] === 'ALARM' && rule.includes(id),
    )
      ? 'ALARM'
      : 'OK';
    const ringing = Object.values(states).filter((state) => state === 'ALARM').length;
    const atOnce = everyAlarm(mailing).filter(({ OKActions }) => OKActions !== undefined);
    expect(atOnce).toEqual([]);
    expect(Object.keys(states).length).toBeGreaterThan(40);
    // Each writes once more when it is over: the scheduled functions and the reconciliation ran.
    expect(2 * ringing).toBe(8);
  });

  test('the topic takes messages from alarms of this account, and only over TLS', () => {
    const [{ PolicyDocument }] = all(mailing, 'AWS::SNS::TopicPolicy');
    expect(PolicyDocument.Statement).toHaveLength(3);
    const withEffect = (effect: string, service?: string) =>
      PolicyDocument.Statement.find(
        ({ Effect, Principal }: { Effect: string; Principal: { Service?: string } }) =>
          Effect === effect && Principal.Service === service,
      );
    expect(withEffect('Deny').Condition).toEqual({ Bool: { 'aws:SecureTransport': 'false' } });
    const allow = withEffect('Allow', 'cloudwatch.amazonaws.com');
    expect(allow).toMatchObject({
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: 'sns:Publish',
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    });
    expect(allow.Condition.ArnLike['aws:SourceArn']['Fn::Join'][1].at(-1)).toBe(':alarm:*');
    const [over] = ofType(mailing, 'AWS::Events::Rule').filter(
      ([, { Properties }]) => Properties.EventPattern?.source?.[0] === 'aws.cloudwatch',
    );
    expect(withEffect('Allow', 'events.amazonaws.com')).toMatchObject({
      Action: 'sns:Publish',
      Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [over?.[0], 'Arn'] } } },
    });
  });
});

test('a stage that goes by the sanctions list has an alarm for what it refuses', () => {
  const name = 'SanctionedAddress';
  const metric = 'ReferralPayouts-personal SanctionedAddresses';
  expect(singleMetrics(screening)).toEqual({ ...singleMetrics(quiet), [name]: metric });
  const { AlarmDescription, Threshold } = alarm(name, screening);
  expect([AlarmDescription, Threshold]).toEqual([expect.stringContaining('compliance'), 0]);
  const filters = all(screening, 'AWS::Logs::MetricFilter').filter(({ MetricTransformations }) =>
    MetricTransformations.some(
      ({ MetricName }: { MetricName: string }) => MetricName === 'SanctionedAddresses',
    ),
  );
  expect(filters.map(({ FilterPattern }) => FilterPattern)).toEqual(
    Array(2).fill('{ $.message.event = "sanctioned_address" }'),
  );
});
