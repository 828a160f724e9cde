import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import type { Template } from '../../infra/local/intrinsics.ts';
import { readAssembly, readTemplate } from '../../infra/local/template.ts';

describe('the synthesized stack', () => {
  const stack = readAssembly(inject('assembly'));

  test('every route leads to a function of the stack', () => {
    const names = stack.functions.map(({ name }) => name);
    expect(stack.routes.length).toBeGreaterThan(0);
    for (const route of stack.routes) expect(names).toContain(route.functionName);
    expect(stack.routes).toContainEqual({
      method: 'POST',
      path: '/v1/referrals/payouts',
      functionName: 'RequestPayout',
      authorizationType: 'NONE',
      timeoutMs: 29_000,
    });
  });

  test('every function has its bundle, its time-out and the names of its tables', () => {
    for (const { dir } of stack.functions) expect(existsSync(join(dir, 'index.mjs'))).toBe(true);
    const payout = stack.functions.find(({ name }) => name === 'RequestPayout');
    expect(payout).toMatchObject({
      handler: 'index.handler',
      timeoutMs: 15_000,
      memoryMb: 512,
      environment: { SESSIONS_TABLE: 'SessionsTable', MIN_PAYOUT_MICRO: '10000000' },
    });
  });

  test('tables come with keys, indexes and expiry', () => {
    const table = (id: string) => stack.tables.find(({ name }) => name === id);
    expect(table('SessionsTable')?.ttlAttribute).toBe('expires_at');
    expect(table('AccountsTable')?.ttlAttribute).toBeUndefined();
    expect(table('PayoutsTable')?.input).toMatchObject({
      KeySchema: [
        { AttributeName: 'user_id', KeyType: 'HASH' },
        { AttributeName: 'id', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [{ IndexName: 'queue', Projection: { ProjectionType: 'ALL' } }],
    });
  });

  test('CORS is the console’s', () =>
    expect(stack.cors).toMatchObject({
      allowOrigins: ['https://console.triport.io'],
      allowCredentials: true,
      maxAgeSeconds: 3600,
    }));
});

describe('templates', () => {
  // This test file's own folder stands for the bundle.
  const directory = import.meta.dirname;
  const withFunction = (properties: object, metadata: object = { 'aws:asset:path': '.' }): Template => ({
    Parameters: { Color: { Default: 'green' } },
    Resources: {
      Things: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'things' } },
      Queue: { Type: 'AWS::SQS::Queue' },
      Greet: {
        Type: 'AWS::Lambda::Function',
        Properties: { Handler: 'index.handler', ...properties },
        Metadata: { ...metadata },
      },
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          IntegrationType: 'AWS_PROXY',
          PayloadFormatVersion: '2.0',
          IntegrationUri: { 'Fn::GetAtt': ['Greet', 'Arn'] },
        },
      },
      Route: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          RouteKey: '$default',
          Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
        },
      },
    },
  });
  const environmentOf = (value: unknown) =>
    readTemplate(withFunction({ Environment: { Variables: { X: value } } }), directory).functions[0]
      ?.environment.X;

  test.each([
    [{ Ref: 'Things' }, 'things'],
    [{ Ref: 'Color' }, 'green'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ 'Fn::GetAtt': ['Things', 'Arn'] }, 'arn:aws:dynamodb:us-east-1:000000000000:table/things'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Things' }]] }, 'a-things'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written.
    [{ 'Fn::Sub': '${Things}/${AWS::AccountId}' }, 'things/000000000000'],
    [7, '7'],
  ])('%j becomes %s', (value, text) => expect(environmentOf(value)).toBe(text));

  test.each([[{ Ref: 'Queue' }], [{ 'Fn::ImportValue': 'x' }], [{ 'Fn::GetAtt': ['Queue', 'Arn'] }]])(
    '%j is refused with the name of the function that uses it',
    (value) => expect(() => environmentOf(value)).toThrow(/resource Greet uses .*cannot be resolved/),
  );

  test('what the template leaves out has AWS’s defaults', () => {
    const { functions, routes } = readTemplate(withFunction({}), directory);
    expect(functions[0]).toMatchObject({ timeoutMs: 3000, memoryMb: 128 });
    expect(functions[0]).not.toHaveProperty('reservedConcurrency');
    expect(routes).toEqual([
      {
        method: 'ANY',
        path: '$default',
        functionName: 'Greet',
        authorizationType: 'NONE',
        timeoutMs: 30_000,
      },
    ]);
  });

  test('a reserved concurrency of zero is kept', () =>
    expect(
      readTemplate(withFunction({ ReservedConcurrentExecutions: 0 }), directory).functions[0]
        ?.reservedConcurrency,
    ).toBe(0));

  test('a function without a bundle is named', () =>
    expect(() => readTemplate(withFunction({}, {}), directory)).toThrow('function Greet names no bundle'));

  test('a stack without routes is refused', () =>
    expect(() => readTemplate({ Resources: {} }, directory)).toThrow('has no routes'));

  test('a folder without a template is named', () =>
    expect(() => readAssembly(directory)).toThrow(`no synthesized template in ${directory}`));
});
