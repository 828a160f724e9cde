import { beforeAll, expect, test } from 'vitest';
import { ofType, type SynthesizedTemplate, synthesize } from './synth.ts';

let template: SynthesizedTemplate;

beforeAll(async () => {
  template = await synthesize({
    consoleOrigins: 'https://console.triport.io, https://eu.triport.io',
    minPayoutMicro: '9223372036854775807',
  });
});

const grantsOf = (name: string): string[] => {
  const role = template.Resources[name]?.Properties.Role['Fn::GetAtt'][0];
  const statements = ofType(template, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => Properties.Roles[0].Ref === role)
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
  return statements
    .flatMap(({ Effect, Action, Resource, ...rest }) => {
      expect([Effect, rest]).toEqual(['Allow', {}]);
      return [Action].flat().flatMap((action) => [Resource].flat().map((on) => `${action} ${show(on)}`));
    })
    .sort();
};

const show = (resource: string | { 'Fn::GetAtt': string[] }): string =>
  typeof resource === 'string' ? resource : resource['Fn::GetAtt'].join('.');

const everyFunction = (name: string): string[] => [
  `logs:CreateLogStream Functions${name}Logs.Arn`,
  `logs:PutLogEvents Functions${name}Logs.Arn`,
  'xray:PutTelemetryRecords *',
  'xray:PutTraceSegments *',
];

const withoutHash = (grants: string[]): string[] =>
  grants.map((grant) => grant.replace(/[0-9A-F]{8}(?=\.Arn$)/, ''));

const grants = {
  RequestPayout: [
    'dynamodb:GetItem IdempotencyKeysTable.Arn',
    'dynamodb:GetItem PayoutsTable.Arn',
    'dynamodb:GetItem SessionsTable.Arn',
    'dynamodb:PutItem IdempotencyKeysTable.Arn',
    'dynamodb:PutItem PayoutsTable.Arn',
    'dynamodb:UpdateItem AccountsTable.Arn',
  ],
  ListPayouts: ['dynamodb:GetItem SessionsTable.Arn', 'dynamodb:Query PayoutsTable.Arn'],
  GetOverview: ['dynamodb:GetItem AccountsTable.Arn', 'dynamodb:GetItem SessionsTable.Arn'],
};

test('the functions are exactly those whose grants are listed here', () => {
  expect(ofType(template, 'AWS::Lambda::Function').map(([name]) => name)).toEqual(Object.keys(grants));
});

test.each(Object.entries(grants))('%s may do this and nothing else', (name, expected) => {
  expect(withoutHash(grantsOf(name))).toEqual([...expected, ...everyFunction(name)].sort());
});

test('roles have no managed policies, no inline extras, and one policy each', () => {
  const roles = ofType(template, 'AWS::IAM::Role');
  expect(roles).toHaveLength(3);
  for (const [, { Properties }] of roles)
    expect(Object.keys(Properties)).toEqual(['AssumeRolePolicyDocument']);
  expect(ofType(template, 'AWS::IAM::Policy')).toHaveLength(3);
  expect(ofType(template, 'AWS::IAM::ManagedPolicy')).toEqual([]);
});

test('all functions run on arm64 and Node 24, traced, with JSON logs in a group of their own', () => {
  const groups = new Set<string>();
  for (const [, { Properties }] of ofType(template, 'AWS::Lambda::Function')) {
    expect(Properties).toMatchObject({
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      MemorySize: 512,
      Timeout: 15,
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' },
    });
    groups.add(Properties.LoggingConfig.LogGroup.Ref);
  }
  expect(groups.size).toBe(3);
});

test('functions get the names of the tables they use, and their settings', () => {
  const variables = (name: string) => template.Resources[name]?.Properties.Environment.Variables;
  expect(variables('RequestPayout')).toEqual({
    SESSIONS_TABLE: { Ref: 'SessionsTable' },
    ACCOUNTS_TABLE: { Ref: 'AccountsTable' },
    PAYOUTS_TABLE: { Ref: 'PayoutsTable' },
    IDEMPOTENCY_KEYS_TABLE: { Ref: 'IdempotencyKeysTable' },
    MIN_PAYOUT_MICRO: '9223372036854775807',
    CONSOLE_ORIGINS: 'https://console.triport.io,https://eu.triport.io',
  });
  expect(variables('ListPayouts')).toEqual({
    SESSIONS_TABLE: { Ref: 'SessionsTable' },
    PAYOUTS_TABLE: { Ref: 'PayoutsTable' },
  });
  expect(variables('GetOverview')).toEqual({
    SESSIONS_TABLE: { Ref: 'SessionsTable' },
    ACCOUNTS_TABLE: { Ref: 'AccountsTable' },
    MIN_PAYOUT_MICRO: '9223372036854775807',
  });
});
