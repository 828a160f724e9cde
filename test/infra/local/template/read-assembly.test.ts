import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { buildApp } from '../../../../infra/assembly.ts';
import { msUntilDue } from '../../../../infra/local/events/scheduler.ts';
import type { Template } from '../../../../infra/local/template/intrinsics.ts';
import { readAssembly, readTemplate } from '../../../../infra/local/template/read-assembly.ts';
import { stageWith, withFolder } from '../../../support/synth.ts';

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
      throttle: { rate: 10, burst: 5 },
    });
  });

  test('every route is throttled by itself', () => {
    for (const { throttle } of stack.routes) expect(throttle?.burst).toBeGreaterThan(0);
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
      GlobalSecondaryIndexes: [
        { IndexName: 'queue', Projection: { ProjectionType: 'ALL' } },
        { IndexName: 'looks', Projection: { ProjectionType: 'KEYS_ONLY' } },
      ],
    });
  });

  test('tables come with their streams and every kind of index', () => {
    const input = (id: string) => stack.tables.find(({ name }) => name === id)?.input;
    expect(input('PayoutsTable')?.StreamSpecification).toEqual({
      StreamEnabled: true,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    });
    expect(input('RewardsTable')).not.toHaveProperty('StreamSpecification');
    expect(input('RewardsTable')).toMatchObject({
      GlobalSecondaryIndexes: [{ IndexName: 'due', Projection: { ProjectionType: 'KEYS_ONLY' } }],
      LocalSecondaryIndexes: [
        {
          IndexName: 'pending',
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['amount_micro'] },
        },
        { IndexName: 'granted', Projection: { ProjectionType: 'ALL' } },
      ],
    });
  });

  test('billing’s four events reach their function through a queue', () => {
    const { rules, queues, queueMappings, buses } = stack.events;
    expect(rules).toHaveLength(1);
    expect(buses).toContain(rules[0]?.bus);
    expect(rules[0]?.pattern['detail-type']).toEqual([
      'referral.reward.granted',
      'referral.reward.reversed',
      'billing.invoice.opened',
      'billing.invoice.closed',
    ]);
    // The queue beside it is worked off by hand.
    expect(queueMappings).toMatchObject([
      { functionName: 'ProcessBillingEvents', reportsFailures: true },
    ]);
    expect(rules[0]?.queues).toEqual([queueMappings[0]?.source]);
    for (const mapping of queueMappings) {
      const source = queues.find(({ name }) => name === mapping.source);
      expect(source?.deadLetters).toBe('BillingDeadLetters');
      expect(source?.maxReceiveCount).toBeGreaterThan(1);
    }
  });

  test('changes of payouts reach their function through the stream', () =>
    expect(stack.events.streamMappings).toMatchObject([
      { source: 'PayoutsTable', functionName: 'PublishPayoutEvents', reportsFailures: true },
    ]));

  test('every schedule of a function can be followed', () => {
    for (const schedule of stack.events.schedules)
      expect(msUntilDue(schedule, Date.now())).toBeGreaterThan(0);
    const names = stack.events.schedules.map(({ functionName }) => functionName);
    expect(names.sort()).toEqual(['MeasureQueue', 'UnlockDueRewards']);
  });

  test('operators’ routes need a signature, all others none', () => {
    for (const { path, authorizationType } of stack.routes)
      expect(authorizationType).toBe(path.startsWith('/v1/admin/') ? 'AWS_IAM' : 'NONE');
  });

  test('CORS is the console’s', () =>
    expect(stack.cors).toMatchObject({
      allowOrigins: ['https://console.triport.io'],
      allowCredentials: true,
      maxAgeSeconds: 3600,
    }));
});

test('a stack with every option set runs as one without them', () =>
  withFolder(async (outdir) => {
    const domain = {
      name: 'api.triport.io',
      certificateArn: 'arn:aws-cn:acm:cn-north-1:111122223333:certificate/a',
    };
    const options = { region: 'cn-north-1', domain, billingAccount: '444455556666' };
    const settings = stageWith(options, 'production', 'personal');
    (await buildApp({ outdir, settings })).synth();
    const runnable = (folder: string) =>
      JSON.parse(JSON.stringify(readAssembly(folder)).replaceAll(folder, ''));
    expect(runnable(outdir)).toEqual(runnable(inject('assembly')));
  }));

describe('templates', () => {
  // This test file's own folder stands for the bundle.
  const directory = import.meta.dirname;
  const BUNDLE = { 'aws:asset:path': '.' };
  const withFunction = (properties: object, metadata: object = BUNDLE): Template => ({
    Parameters: { Color: { Default: 'green' } },
    Resources: {
      Things: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'things' } },
      Queue: { Type: 'AWS::SQS::Queue' },
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'local-bus' } },
      Topic: { Type: 'AWS::SNS::Topic' },
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
  const functionOf = (properties: object, metadata?: object) =>
    readTemplate(withFunction(properties, metadata), directory).functions[0];
  const environmentOf = (value: unknown) =>
    functionOf({ Environment: { Variables: { X: value } } })?.environment.X;

  test.each([
    [{ Ref: 'Things' }, 'things'],
    [{ Ref: 'Color' }, 'green'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ 'Fn::GetAtt': ['Things', 'Arn'] }, 'arn:aws:dynamodb:us-east-1:000000000000:table/things'],
    [{ Ref: 'Bus' }, 'local-bus'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:aws:sqs:us-east-1:000000000000:Queue'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Things' }]] }, 'a-things'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written.
    [{ 'Fn::Sub': '${Things}/${AWS::AccountId}' }, 'things/000000000000'],
    [7, '7'],
  ])('%j becomes %s', (value, text) => expect(environmentOf(value)).toBe(text));

  test.each([
    [{ Ref: 'Queue' }],
    [{ 'Fn::ImportValue': 'x' }],
    [{ 'Fn::GetAtt': ['Queue', 'QueueUrl'] }],
    [{ 'Fn::GetAtt': ['Topic', 'Arn'] }],
  ])('%j is refused with the name of the function that uses it', (value) =>
    expect(() => environmentOf(value)).toThrow(/resource Greet uses .*cannot be resolved/),
  );

  test('a route has the throttle that the stage sets for it, and the stage one for all others', () => {
    const template = withFunction({});
    const settings = (rate: number, burst: number) => ({
      ThrottlingRateLimit: rate,
      ThrottlingBurstLimit: burst,
    });
    template.Resources.Stage = {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: {
        DefaultRouteSettings: settings(10, 20),
        RouteSettings: { $default: settings(1, 2), 'GET /elsewhere': settings(3, 4) },
      },
    };
    const { routes, throttle } = readTemplate(template, directory);
    expect(throttle).toEqual({ rate: 10, burst: 20 });
    expect(routes.map((route) => route.throttle)).toEqual([{ rate: 1, burst: 2 }]);
  });

  test('a template that throttles nothing has none', () => {
    const { routes, throttle } = readTemplate(withFunction({}), directory);
    expect([throttle, routes[0]?.throttle]).toEqual([undefined, undefined]);
  });

  const rule = (properties: object) => {
    const template = withFunction({});
    template.Resources.Rule = {
      Type: 'AWS::Events::Rule',
      Properties: { EventBusName: { Ref: 'Bus' }, ...properties },
    };
    return readTemplate(template, directory).events;
  };
  const toQueue = { Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } };

  const toGreet = { Arn: { 'Fn::GetAtt': ['Greet', 'Arn'] } };

  test('a rule’s pattern may look into the event', () => {
    const pattern = { source: ['a', 'b'], detail: { kind: ['c'] } };
    const { rules } = rule({ EventPattern: pattern, Targets: [toQueue] });
    expect(rules).toEqual([{ name: 'Rule', bus: 'local-bus', pattern, queues: ['Queue'] }]);
  });

  test.each([
    [{ source: [{ prefix: 'a' }] }, toQueue, 'matches source by more than'],
    [{}, toGreet, 'must send its events to'],
    [{}, { ...toQueue, InputPath: '$.detail' }, 'must send its events to a'],
  ])('%j to %j is refused with the name of the rule', (EventPattern, target, sentence) =>
    expect(() => rule({ EventPattern, Targets: [target] })).toThrow(
      new RegExp(`rule Rule ${sentence}`),
    ),
  );

  test('a schedule is its function’s, with the event that the template sets', () => {
    const expression = 'rate(5 minutes)';
    const Targets = [{ ...toGreet, Input: '{"a":1}' }, { Arn: { Ref: 'StateMachine' } }];
    const { rules, schedules } = rule({ ScheduleExpression: expression, Targets });
    expect(rules).toEqual([]);
    expect(schedules).toEqual([
      { name: 'Rule', expression, functionName: 'Greet', input: '{"a":1}' },
    ]);
    const disabled = { ScheduleExpression: expression, State: 'DISABLED', Targets: [toGreet] };
    expect(rule(disabled).schedules).toEqual([]);
  });

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
    expect(functionOf({ ReservedConcurrentExecutions: 0 })?.reservedConcurrency).toBe(0));

  test('a function without a bundle is named', () =>
    expect(() => functionOf({}, {})).toThrow('function Greet names no bundle'));

  test('a stack without routes is refused', () =>
    expect(() => readTemplate({ Resources: {} }, directory)).toThrow('has no routes'));

  test('a folder without a template is named', () =>
    expect(() => readAssembly(directory)).toThrow(`no synthesized template in ${directory}`));
});
