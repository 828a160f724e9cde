import { beforeAll, describe, expect, test } from 'vitest';
import { ofType, type SynthesizedTemplate, synthesize } from './synth.ts';

let personal: SynthesizedTemplate;
let production: SynthesizedTemplate;

beforeAll(async () => {
  personal = await synthesize();
  production = await synthesize({ stage: 'production' });
});

describe('tables', () => {
  const shapes = {
    SessionsTable: { keys: ['token_hash HASH'], expires: 'expires_at', indexes: [] },
    AccountsTable: { keys: ['user_id HASH'], expires: undefined, indexes: [] },
    PayoutsTable: {
      keys: ['user_id HASH', 'id RANGE'],
      expires: undefined,
      indexes: ['queue ALL shard HASH queue_key RANGE'],
    },
    IdempotencyKeysTable: {
      keys: ['user_id HASH', 'operation_key RANGE'],
      expires: 'expires_at',
      indexes: [],
    },
  };
  interface Key {
    AttributeName: string;
    KeyType: string;
  }
  interface Index {
    IndexName: string;
    KeySchema: Key[];
    Projection: { ProjectionType: string };
  }
  const keys = (schema: Key[]) => schema.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`);

  test('have these keys, indexes and expiry attributes, all of their keys text', () => {
    const found = ofType(personal, 'AWS::DynamoDB::Table').map(([id, { Properties }]) => {
      for (const { AttributeType } of Properties.AttributeDefinitions) expect(AttributeType).toBe('S');
      const indexes = (Properties.GlobalSecondaryIndexes ?? []).map(
        ({ IndexName, KeySchema, Projection }: Index) =>
          `${IndexName} ${Projection.ProjectionType} ${keys(KeySchema).join(' ')}`,
      );
      const expires = Properties.TimeToLiveSpecification?.AttributeName;
      return [id, { keys: keys(Properties.KeySchema), expires, indexes }];
    });
    expect(Object.fromEntries(found)).toEqual(shapes);
  });

  test('are on demand with point-in-time recovery and a name that CloudFormation chooses', () => {
    for (const template of [personal, production]) {
      for (const [, { Properties }] of ofType(template, 'AWS::DynamoDB::Table')) {
        expect(Properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
        expect(Properties.BillingMode).toBe('PAY_PER_REQUEST');
        expect(Properties.TableName).toBeUndefined();
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
    expect(fate(production)).toEqual(Array(4).fill([true, 'Retain', 'Retain']));
    expect(fate(personal)).toEqual(Array(4).fill([false, 'Delete', 'Delete']));
  });
});

describe('log groups', () => {
  test('all end: two weeks and with a personal stack, three months and kept in production', () => {
    const fate = (template: SynthesizedTemplate) =>
      ofType(template, 'AWS::Logs::LogGroup').map(([, { Properties, DeletionPolicy }]) => [
        Properties.RetentionInDays,
        DeletionPolicy,
      ]);
    expect(fate(personal)).toEqual(Array(4).fill([14, 'Delete']));
    expect(fate(production)).toEqual(Array(4).fill([90, 'Retain']));
  });
});

test('nothing that would outlive or block the tear-down is in a personal stack', () => {
  for (const [, { DeletionPolicy = 'Delete' }] of Object.entries(personal.Resources)) {
    expect(DeletionPolicy).toBe('Delete');
  }
});

test('the outputs name the API, the dashboard and every table', () => {
  expect(Object.keys(personal.Outputs).sort()).toEqual([
    'AccountsTableName',
    'ApiUrl',
    'DashboardUrl',
    'IdempotencyKeysTableName',
    'PayoutsTableName',
    'SessionsTableName',
  ]);
});
