import { beforeAll, describe, expect, test } from 'vitest';
import type { FunctionName } from '../../../infra/compute/catalogue.ts';
import { rolesOf, singly } from '../../support/roles/policy.ts';
import { ADDRESSES } from '../../support/samples.ts';
import { ofType, type SynthesizedTemplate, stageWith, synthesize } from '../../support/synth.ts';

let template: SynthesizedTemplate;

beforeAll(async () => {
  template = await synthesize(
    stageWith({
      consoleOrigins: ['https://console.triport.io', 'https://eu.triport.io'],
      minPayoutMicro: 9_223_372_036_854_775_807n,
    }),
  );
});

/** Without the conditions of writes, which `roles.test.ts` is about. */
const grantsOf = (name: FunctionName): string[] =>
  singly(rolesOf(template)[name])
    .map(({ actions, resources }) => `${actions} ${resources}`)
    .sort();

const everyFunction = (name: string): string[] => [
  `logs:CreateLogStream Functions${name}Logs.Arn`,
  `logs:PutLogEvents Functions${name}Logs.Arn`,
];

const withoutHash = (grants: string[]): string[] =>
  grants.map((grant) => grant.replace(/[0-9A-F]{8}(?=\.Arn$)/, ''));

const on = (table: string, operations: string, index = ''): string[] =>
  operations.split(' ').map((operation) => `dynamodb:${operation} ${table}Table.Arn${index}`);

const session = on('Sessions', 'GetItem');
const pendingRewards = on('Rewards', 'Query', '/index/pending');
const grantedRewards = on('Rewards', 'Query', '/index/granted');
const queue = on('Payouts', 'Query', '/index/queue');
const changePayout = on('Payouts', 'GetItem UpdateItem');
const unlock = [...pendingRewards, ...on('Rewards', 'UpdateItem')];
const idempotency = on('IdempotencyKeys', 'GetItem PutItem');
const changeAccount = on('Accounts', 'UpdateItem');
const budget = on('Budgets', 'UpdateItem');
const limit = on('DailyLimits', 'UpdateItem');
const payoutStream = 'PayoutsTable.StreamArn';

const grants: Record<FunctionName, (string | string[])[]> = {
  RequestPayout: [
    ...[session, changeAccount, on('Payouts', 'GetItem PutItem'), idempotency, unlock],
    on('DailyLimits', 'GetItem UpdateItem'),
  ],
  ListPayouts: [session, on('Payouts', 'Query')],
  GetPayout: [session, on('Payouts', 'GetItem')],
  CancelPayout: [session, changeAccount, changePayout, limit],
  GetOverview: [session, on('Accounts', 'GetItem'), pendingRewards, on('DailyLimits', 'GetItem')],
  ListRewards: [session, grantedRewards],
  SpendOnInvoice: [
    session,
    changeAccount,
    on('Invoices', 'GetItem UpdateItem'),
    idempotency,
    unlock,
  ],
  ListQueue: [queue, on('Payouts', 'Query', '/index/looks'), on('Payouts', 'BatchGetItem')],
  GetTotals: [queue],
  GetPayoutAsOperator: [queue, on('Payouts', 'GetItem')],
  ClaimPayout: [queue, changePayout, on('Accounts', 'ConditionCheckItem'), budget],
  ApprovePayout: [queue, changePayout],
  RecordAttempt: [queue, changePayout],
  ReviewPayout: [queue, changePayout],
  ReleasePayout: [queue, changePayout, budget],
  MarkPayoutSent: [
    ...[queue, changePayout, changeAccount, on('Accounts', 'ConditionCheckItem'), budget],
    on('Evidence', 'PutItem Query'),
  ],
  MarkPayoutFailed: [queue, changePayout, changeAccount, budget, limit],
  CancelPayoutAsOperator: [queue, changePayout, changeAccount, budget, limit],
  FreezeUser: [on('Accounts', 'GetItem'), changeAccount],
  ThawUser: [on('Accounts', 'GetItem'), changeAccount],
  GetUser: [on('Accounts', 'GetItem'), on('Payouts', 'Query'), grantedRewards, pendingRewards],
  ProcessBillingEvents: [
    changeAccount,
    on('Rewards', 'GetItem PutItem UpdateItem'),
    on('Invoices', 'GetItem PutItem UpdateItem'),
    ...['BillingQueue', 'BillingUndelivered'].flatMap((queue) => [
      `sqs:DeleteMessage ${queue}.Arn`,
      `sqs:GetQueueAttributes ${queue}.Arn`,
      `sqs:ReceiveMessage ${queue}.Arn`,
    ]),
  ],
  UnlockDueRewards: [
    changeAccount,
    unlock,
    on('Rewards', 'BatchGetItem'),
    on('Rewards', 'Query', '/index/due'),
  ],
  PublishPayoutEvents: [
    `dynamodb:DescribeStream ${payoutStream}`,
    `dynamodb:GetRecords ${payoutStream}`,
    `dynamodb:GetShardIterator ${payoutStream}`,
    // It names no stream: by the service authorization reference it has no resource.
    'dynamodb:ListStreams *',
    'events:PutEvents PayoutEventBus.Arn',
    'sqs:SendMessage PayoutDeadLetters.Arn',
  ],
  Reconcile: [
    on('Accounts', 'BatchGetItem GetItem Scan'),
    ['Payouts', 'Rewards', 'Invoices', 'IdempotencyKeys'].flatMap((table) =>
      on(table, 'Query Scan'),
    ),
  ],
  SettleByChain: [
    ...[on('Payouts', 'Query', '/index/looks'), changePayout, changeAccount],
    on('Evidence', 'PutItem Query'),
  ],
  ReconcileOutflow: [
    ...[queue, changePayout, on('Evidence', 'PutItem Query')],
    on('Evidence', 'Query', '/index/days'),
  ],
  MeasureQueue: [queue],
};

const names = Object.keys(grants) as FunctionName[];

test('the functions are exactly those whose grants are listed here', () => {
  expect(ofType(template, 'AWS::Lambda::Function').map(([name]) => name)).toEqual(names);
});

test.each(names)('%s may do this and nothing else', (name) => {
  const expected = [...grants[name].flat(), ...everyFunction(name)];
  expect(withoutHash(grantsOf(name))).toEqual(expected.sort());
});

test('a function that only looks has no right to write', () => {
  const looks = names.filter((name) => /^(List|Get|Measure|Reconcile$)/.test(name));
  expect(looks).toHaveLength(10);
  const other = /^(?!logs:|dynamodb:(GetItem|BatchGetItem|Query|Scan) )/;
  for (const name of looks) expect(grantsOf(name).filter((grant) => other.test(grant))).toEqual([]);
});

test('no function may delete an item, and none but the reconciliation may scan', () => {
  const able = (action: RegExp) =>
    names.filter((name) => grantsOf(name).some((grant) => action.test(grant)));
  expect(able(/^dynamodb:(Delete|BatchWrite|\*)/)).toEqual([]);
  expect(able(/^dynamodb:Scan/)).toEqual(['Reconcile']);
});

test('roles of functions have no managed policies, no inline extras, and one policy each', () => {
  const roles = new Set(
    names.map((name) => template.Resources[name]?.Properties.Role['Fn::GetAtt'][0]),
  );
  expect(roles.size).toBe(names.length);
  for (const role of roles) {
    expect(Object.keys(template.Resources[role]?.Properties)).toEqual(['AssumeRolePolicyDocument']);
    const policies = ofType(template, 'AWS::IAM::Policy').filter(([, { Properties }]) =>
      Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role),
    );
    expect(policies).toHaveLength(1);
  }
  // Those that there are, for operators, are attached to nobody.
  for (const [, { Properties }] of ofType(template, 'AWS::IAM::ManagedPolicy'))
    expect([Properties.Roles, Properties.Users, Properties.Groups]).toEqual(
      Array(3).fill(undefined),
    );
});

test('all functions run on arm64 and Node 24, with JSON logs in a group of their own', () => {
  const groups = new Set<string>();
  for (const [, { Properties }] of ofType(template, 'AWS::Lambda::Function')) {
    expect(Properties).toMatchObject({
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      MemorySize: 512,
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' },
    });
    groups.add(Properties.LoggingConfig.LogGroup.Ref);
  }
  expect(groups.size).toBe(names.length);
});

test('functions behind a route have 15 s, and the others what their work takes', () => {
  const others = ofType(template, 'AWS::Lambda::Function')
    .map(([name, { Properties }]) => [name, Properties.Timeout])
    .filter(([, timeout]) => timeout !== 15);
  expect(Object.fromEntries(others)).toEqual({
    ProcessBillingEvents: 60,
    UnlockDueRewards: 300,
    PublishPayoutEvents: 30,
    Reconcile: 300,
    SettleByChain: 50,
    ReconcileOutflow: 300,
    MeasureQueue: 30,
  });
});

describe('a stage that asks chains', () => {
  const tokens = {
    polygon: { token: '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359', decimals: 6 },
    solana: { token: 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v', decimals: 6 },
    ethereum: {
      token: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
      decimals: 6,
      chainId: 11155111,
    },
  };
  const senders = {
    ethereum: [ADDRESSES.ethereum],
    solana: [ADDRESSES.solana],
  };
  let asking: SynthesizedTemplate;

  beforeAll(async () => {
    asking = await synthesize(stageWith({ tokens, verifiers: { secret: 'pay/chains', senders } }));
  });

  const environment = (name: string, of = asking) =>
    of.Resources[name]?.Properties.Environment.Variables;

  test('tells the three functions that ask them what is paid, in the spelling of each chain', () => {
    for (const name of ['MarkPayoutSent', 'SettleByChain', 'ReconcileOutflow']) {
      const { CHAINS, CHAIN_SECRET } = environment(name);
      expect([JSON.parse(CHAINS), CHAIN_SECRET]).toEqual([
        {
          ethereum: {
            token: tokens.ethereum.token.toLowerCase(),
            decimals: 6,
            senders: [ADDRESSES.ethereum.toLowerCase()],
            chainId: 11155111,
          },
          solana: { token: tokens.solana.token, decimals: 6, senders: [ADDRESSES.solana] },
        },
        'pay/chains',
      ]);
      expect(environment(name, template)).toMatchObject({ CHAINS: '{}', CHAIN_SECRET: 'none' });
    }
  });

  test('lets these two alone read that secret alone, and others none', () => {
    const reads = (of: SynthesizedTemplate) =>
      Object.entries(rolesOf(of)).flatMap(([name, statements]) =>
        singly(statements)
          .filter(({ actions }) => String(actions).startsWith('secretsmanager:'))
          .map(({ actions, resources }) => `${name} ${actions} ${resources}`),
      );
    const place = 'AWS::Partition:secretsmanager:AWS::Region:AWS::AccountId';
    const arn = `arn:${place}:secret:pay/chains-??????`;
    expect(reads(asking)).toEqual([
      `MarkPayoutSent secretsmanager:GetSecretValue ${arn}`,
      `SettleByChain secretsmanager:GetSecretValue ${arn}`,
      `ReconcileOutflow secretsmanager:GetSecretValue ${arn}`,
    ]);
    expect(reads(template)).toEqual([]);
  });
});

test('functions get the names of the tables they use, and their settings', () => {
  const variables = (name: string) => template.Resources[name]?.Properties.Environment.Variables;
  expect(variables('RequestPayout')).toEqual({
    SESSIONS_TABLE: { Ref: 'SessionsTable' },
    ACCOUNTS_TABLE: { Ref: 'AccountsTable' },
    PAYOUTS_TABLE: { Ref: 'PayoutsTable' },
    IDEMPOTENCY_KEYS_TABLE: { Ref: 'IdempotencyKeysTable' },
    REWARDS_TABLE: { Ref: 'RewardsTable' },
    DAILY_LIMITS_TABLE: { Ref: 'DailyLimitsTable' },
    MIN_PAYOUT_MICRO: '9223372036854775807',
    USER_DAILY_LIMIT_MICRO: 'none',
    SANCTIONS: 'none',
    CONSOLE_ORIGINS: 'https://console.triport.io,https://eu.triport.io',
  });
  expect(variables('ListPayouts')).toEqual({
    SESSIONS_TABLE: { Ref: 'SessionsTable' },
    PAYOUTS_TABLE: { Ref: 'PayoutsTable' },
  });
  expect(variables('GetOverview')).toEqual({
    SESSIONS_TABLE: { Ref: 'SessionsTable' },
    ACCOUNTS_TABLE: { Ref: 'AccountsTable' },
    REWARDS_TABLE: { Ref: 'RewardsTable' },
    DAILY_LIMITS_TABLE: { Ref: 'DailyLimitsTable' },
    MIN_PAYOUT_MICRO: '9223372036854775807',
    USER_DAILY_LIMIT_MICRO: 'none',
  });
  expect(variables('PublishPayoutEvents')).toEqual({ PAYOUT_EVENT_BUS: { Ref: 'PayoutEventBus' } });
});

test('no function is traced, nor may be, unless the stage says so: then every one is', async () => {
  const traced = await synthesize(stageWith({ tracing: true }));
  const modes = (of: SynthesizedTemplate) =>
    ofType(of, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties.TracingConfig);
  expect(modes(template)).toEqual(names.map(() => ({ Mode: 'PassThrough' })));
  expect(modes(traced)).toEqual(names.map(() => ({ Mode: 'Active' })));
  expect(JSON.stringify(template.Resources)).not.toContain('xray:');
  for (const name of names) {
    const ofXRay = singly(rolesOf(traced)[name]).filter(({ actions }) =>
      /^xray:/.test(`${actions}`),
    );
    expect(ofXRay.map(({ actions, resources }) => `${actions} ${resources}`).sort()).toEqual([
      'xray:PutTelemetryRecords *',
      'xray:PutTraceSegments *',
    ]);
  }
});

test('a stage with sanctions tells the functions that look at new addresses and at claims', async () => {
  const { Resources } = await synthesize(stageWith({ sanctions: true }));
  const told = Object.entries(Resources).flatMap(([name, { Properties }]) => {
    const { SANCTIONS } = Properties?.Environment?.Variables ?? {};
    return SANCTIONS === undefined ? [] : [[name, SANCTIONS]];
  });
  expect(Object.fromEntries(told)).toEqual({ RequestPayout: 'on', ClaimPayout: 'on' });
});
