import { beforeAll, describe, expect, test } from 'vitest';
import { FUNCTION_NAMES } from '../../infra/compute/catalogue.ts';
import { TABLE_NAMES } from '../../lib/config.ts';
import { ofType, type SynthesizedTemplate, stageWith, synthesize } from '../support/synth.ts';

let personal: SynthesizedTemplate;
let production: SynthesizedTemplate;

beforeAll(async () => {
  personal = await synthesize();
  production = await synthesize(stageWith({}, 'production'));
});

describe('tables', () => {
  const shapes = {
    SessionsTable: { keys: 'token_hash', expires: 'expires_at', local: [], global: [] },
    AccountsTable: { keys: 'user_id', local: [], global: [] },
    DailyLimitsTable: { keys: 'user_id, day', expires: 'expires_at', local: [], global: [] },
    BudgetsTable: { keys: 'network, day', local: [], global: [] },
    EvidenceTable: {
      keys: 'transaction, position',
      local: [],
      global: ['days (network_day, transaction) ALL'],
    },
    PayoutsTable: {
      keys: 'user_id, id',
      stream: 'NEW_AND_OLD_IMAGES',
      local: [],
      global: ['queue (shard, queue_key) ALL', 'looks (shard, look_key) KEYS_ONLY'],
    },
    RewardsTable: {
      keys: 'user_id, reward_id',
      local: [
        'pending (user_id, pending_until) INCLUDE amount_micro',
        'granted (user_id, granted_key) ALL',
      ],
      global: ['due (due_shard, pending_until) KEYS_ONLY'],
    },
    InvoicesTable: { keys: 'user_id, invoice_id', local: [], global: [] },
    IdempotencyKeysTable: {
      keys: 'user_id, operation_key',
      expires: 'expires_at',
      local: [],
      global: [],
    },
  };
  type Key = { AttributeName: string; KeyType: string };
  type Projection = { ProjectionType: string; NonKeyAttributes?: string[] };
  type Index = { IndexName: string; KeySchema: Key[]; Projection: Projection };
  const keys = (schema: Key[]) => {
    expect(schema.map(({ KeyType }) => KeyType)).toEqual(['HASH', 'RANGE'].slice(0, schema.length));
    return schema.map(({ AttributeName }) => AttributeName).join(', ');
  };
  const indexes = (all: Index[] = []) =>
    all.map(({ IndexName, KeySchema, Projection: { ProjectionType, NonKeyAttributes = [] } }) =>
      [IndexName, `(${keys(KeySchema)})`, ProjectionType, ...NonKeyAttributes].join(' '),
    );

  test('have these keys, indexes, streams and expiry attributes, all of their keys text', () => {
    const found = ofType(personal, 'AWS::DynamoDB::Table').map(([id, { Properties }]) => {
      for (const { AttributeType } of Properties.AttributeDefinitions)
        expect(AttributeType).toBe('S');
      return [
        id,
        {
          keys: keys(Properties.KeySchema),
          expires: Properties.TimeToLiveSpecification?.AttributeName,
          stream: Properties.StreamSpecification?.StreamViewType,
          local: indexes(Properties.LocalSecondaryIndexes),
          global: indexes(Properties.GlobalSecondaryIndexes),
        },
      ];
    });
    expect(Object.fromEntries(found)).toEqual(shapes);
  });

  test('are on demand with point-in-time recovery and a name that CloudFormation chooses', () => {
    for (const template of [personal, production]) {
      for (const [, { Properties }] of ofType(template, 'AWS::DynamoDB::Table')) {
        const { PointInTimeRecoverySpecification, BillingMode, TableName } = Properties;
        expect(PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
        expect([BillingMode, TableName]).toEqual(['PAY_PER_REQUEST', undefined]);
      }
    }
  });

  test('are protected and kept in production, and go with a personal stack', () => {
    const fate = (template: SynthesizedTemplate) =>
      ofType(template, 'AWS::DynamoDB::Table').map(
        ([, { Properties, DeletionPolicy, UpdateReplacePolicy }]) => [
          Properties.DeletionProtectionEnabled,
          DeletionPolicy,
          UpdateReplacePolicy,
        ],
      );
    expect(fate(production)).toEqual(
      Array(TABLE_NAMES.length).fill([true, 'RetainExceptOnCreate', 'Retain']),
    );
    expect(fate(personal)).toEqual(Array(TABLE_NAMES.length).fill([false, 'Delete', 'Delete']));
  });
});

/** Of each function, and of the gateway and the state machine. */
const LOG_GROUPS = FUNCTION_NAMES.length + 2;

describe('log groups', () => {
  test('all end: two weeks and with a personal stack, three months and kept in production', () => {
    const fate = (template: SynthesizedTemplate) =>
      ofType(template, 'AWS::Logs::LogGroup').map(([, { Properties, DeletionPolicy }]) => [
        Properties.RetentionInDays,
        DeletionPolicy,
      ]);
    expect(fate(personal)).toEqual(Array(LOG_GROUPS).fill([14, 'Delete']));
    expect(fate(production)).toEqual(Array(LOG_GROUPS).fill([90, 'RetainExceptOnCreate']));
  });
});

test('nothing that would outlive or block the tear-down is in a personal stack', () => {
  for (const [, { DeletionPolicy = 'Delete' }] of Object.entries(personal.Resources)) {
    expect(DeletionPolicy).toBe('Delete');
  }
});

test('the outputs name the API, the dashboard, every table and what events come and go by', () => {
  expect(Object.keys(personal.Outputs).sort()).toEqual([
    'AccountsTableName',
    'ApiUrl',
    'ApproverPolicyArn',
    'BillingDeadLettersUrl',
    'BillingEventBusName',
    'BillingQueueUrl',
    'BillingUndeliveredUrl',
    'BudgetsTableName',
    'DailyLimitsTableName',
    'DashboardUrl',
    'EvidenceTableName',
    'IdempotencyKeysTableName',
    'InvoicesTableName',
    'OperatorPolicyArn',
    'PayoutDeadLettersUrl',
    'PayoutEventBusName',
    'PayoutsTableName',
    'ReaderPolicyArn',
    'ReconcileStateMachineArn',
    'RewardsTableName',
    'SessionsTableName',
  ]);
});
