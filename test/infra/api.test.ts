import { beforeAll, expect, test } from 'vitest';
import { ofType, type SynthesizedTemplate, stageWith, synthesize } from '../support/synth.ts';

let template: SynthesizedTemplate;
const origins = ['https://console.triport.io', 'https://staging.triport.io'];

beforeAll(async () => {
  template = await synthesize(stageWith({ consoleOrigins: origins }, 'personal', 'staging'));
});

const only = (type: string) => {
  const found = ofType(template, type);
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties;
};

const CONSOLE_ROUTES = {
  RequestPayout: 'POST /v1/referrals/payouts',
  ListPayouts: 'GET /v1/referrals/payouts',
  GetPayout: 'GET /v1/referrals/payouts/{id}',
  CancelPayout: 'POST /v1/referrals/payouts/{id}/cancel',
  GetOverview: 'GET /v1/referrals/me',
  ListRewards: 'GET /v1/referrals/rewards',
  SpendOnInvoice: 'POST /v1/referrals/spend-on-invoice',
};

const OPERATOR_ROUTES = {
  ListQueue: 'GET /v1/admin/referrals/payouts',
  GetTotals: 'GET /v1/admin/referrals/totals',
  GetPayoutAsOperator: 'GET /v1/admin/referrals/payouts/{id}',
  ClaimPayout: 'POST /v1/admin/referrals/payouts/{id}/processing',
  ApprovePayout: 'POST /v1/admin/referrals/payouts/{id}/approved',
  RecordAttempt: 'POST /v1/admin/referrals/payouts/{id}/attempts',
  ReviewPayout: 'POST /v1/admin/referrals/payouts/{id}/reviewed',
  ReleasePayout: 'POST /v1/admin/referrals/payouts/{id}/released',
  MarkPayoutSent: 'POST /v1/admin/referrals/payouts/{id}/sent',
  MarkPayoutFailed: 'POST /v1/admin/referrals/payouts/{id}/failed',
  CancelPayoutAsOperator: 'POST /v1/admin/referrals/payouts/{id}/cancelled',
  FreezeUser: 'POST /v1/admin/referrals/users/{user_id}/frozen',
  ThawUser: 'POST /v1/admin/referrals/users/{user_id}/thawed',
  GetUser: 'GET /v1/admin/referrals/users/{user_id}',
};

const ROUTES = Object.keys({ ...CONSOLE_ROUTES, ...OPERATOR_ROUTES }).length;

const routes = () =>
  ofType(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => {
    const integration = Properties.Target['Fn::Join'][1][1].Ref;
    const name = template.Resources[integration]?.Properties.IntegrationUri['Fn::GetAtt'][0];
    return [name, Properties.RouteKey, Properties.AuthorizationType];
  });

test('each route leads to its own function', () => {
  expect(Object.fromEntries(routes())).toEqual({ ...CONSOLE_ROUTES, ...OPERATOR_ROUTES });
  expect(routes()).toHaveLength(ROUTES);
});

test('the gateway lets only signed requests through to operators, and leaves sessions to the functions', () => {
  for (const [name, route, authorization] of routes()) {
    expect(route.includes('/v1/admin/')).toBe(name in OPERATOR_ROUTES);
    expect([name, authorization]).toEqual([name, name in OPERATOR_ROUTES ? 'AWS_IAM' : 'NONE']);
  }
  // Whatever looks for a session is not behind the signature, and the other way round.
  for (const [name, { Properties }] of ofType(template, 'AWS::Lambda::Function')) {
    expect('SESSIONS_TABLE' in (Properties.Environment?.Variables ?? {})).toBe(
      name in CONSOLE_ROUTES,
    );
  }
});

test('a function behind a route may be invoked by that route alone', () => {
  const invokers = ofType(template, 'AWS::Lambda::Permission')
    .filter(([, { Properties }]) => Properties.Principal === 'apigateway.amazonaws.com')
    .map(([, { Properties }]) => {
      expect(Properties.Action).toBe('lambda:InvokeFunction');
      const [api, path] = Properties.SourceArn['Fn::Join'][1].slice(-2);
      expect(template.Resources[api.Ref]?.Type).toBe('AWS::ApiGatewayV2::Api');
      return [Properties.FunctionName['Fn::GetAtt'][0], path];
    });
  expect(invokers).toHaveLength(ROUTES);
  expect(Object.fromEntries(invokers)).toEqual(
    Object.fromEntries(routes().map(([name, route]) => [name, `/*/${route.replace(' ', '')}`])),
  );
});

test('a function gives up before the gateway does, and that before its own limit of 30 s', () => {
  for (const [, { Properties }] of ofType(template, 'AWS::ApiGatewayV2::Integration')) {
    const timeout =
      template.Resources[Properties.IntegrationUri['Fn::GetAtt'][0]]?.Properties.Timeout;
    expect(Properties.TimeoutInMillis).toBeGreaterThan(timeout * 1000);
    expect(Properties.TimeoutInMillis).toBeLessThan(30_000);
    expect(Properties).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
  }
});

test('CORS admits exactly the origins given, with credentials', () => {
  expect(only('AWS::ApiGatewayV2::Api').CorsConfiguration).toEqual({
    AllowCredentials: true,
    AllowOrigins: origins,
    AllowMethods: ['GET', 'POST'],
    AllowHeaders: ['content-type', 'idempotency-key'],
    ExposeHeaders: ['x-request-id', 'idempotency-replayed'],
    MaxAge: 3600,
  });
});

/** Lambda's default for all functions of an account and region together. */
const CONCURRENCY = 1_000;

const throttles = () =>
  Object.entries<Record<string, number>>(only('AWS::ApiGatewayV2::Stage').RouteSettings);

test('every route has a throttle of its own, tightest where customers write', () => {
  const expected = Object.values({ ...CONSOLE_ROUTES, ...OPERATOR_ROUTES }).map((route) => [
    route,
    /^POST (?!\/v1\/admin)/.test(route)
      ? { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 5 }
      : { ThrottlingRateLimit: 30, ThrottlingBurstLimit: 10 },
  ]);
  // It reads the whole queue.
  const totals = { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 5 };
  expect(Object.fromEntries(throttles())).toEqual({
    ...Object.fromEntries(expected),
    [OPERATOR_ROUTES.GetTotals]: totals,
  });
});

test('a flooded route leaves others half of what Lambda runs at once, even if every request hangs', () => {
  for (const [route, { ThrottlingRateLimit: rate = 0 }] of throttles()) {
    const [name = ''] = routes().find(([, key]) => key === route) ?? [];
    const held = rate * template.Resources[name]?.Properties.Timeout;
    expect(held).toBeGreaterThan(0);
    expect(held, route).toBeLessThanOrEqual(CONCURRENCY / 2);
  }
});

test('the stage throttles what has none of its own, deploys by itself and writes an access log', () => {
  const stage = only('AWS::ApiGatewayV2::Stage');
  expect(stage).toMatchObject({
    StageName: '$default',
    AutoDeploy: true,
    DefaultRouteSettings: { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 5 },
  });
  const group = stage.AccessLogSettings.DestinationArn['Fn::GetAtt'][0];
  expect(template.Resources[group]?.Type).toBe('AWS::Logs::LogGroup');
});

test('API Gateway gets one change of the API at a time, and deploys the stage once, at the end', () => {
  const made: string[] = [];
  const children = Object.entries(template.Resources).filter(
    ([, { Type, Properties }]) =>
      Type.startsWith('AWS::ApiGatewayV2::') && Properties.ApiId !== undefined,
  );
  expect(children).toHaveLength(ROUTES + ROUTES + 1);
  const needs = ([, { DependsOn = [], Properties }]: (typeof children)[number]) => [
    ...[DependsOn].flat(),
    ...JSON.stringify(Properties)
      .matchAll(/"Ref":"(\w+)"/g)
      .map(([, id = '']) => id),
  ];
  // As CloudFormation does it: whatever has all that it needs is made, at the same time.
  for (let left = children; left.length > 0; ) {
    const ids = left.map(([id]) => id);
    const ready = left.filter((child) => !needs(child).some((id) => ids.includes(id)));
    expect(ready.map(([id]) => id)).toHaveLength(1);
    made.push(...ready.map(([, { Type }]) => Type.replace('AWS::ApiGatewayV2::', '')));
    left = left.filter((child) => !ready.includes(child));
  }
  expect(made).toEqual([...Array(ROUTES).fill(['Integration', 'Route']).flat(), 'Stage']);
});

test('the access log is JSON and holds neither cookies, query strings nor other things that callers write', () => {
  const format = JSON.parse(only('AWS::ApiGatewayV2::Stage').AccessLogSettings.Format);
  for (const name of ['requestId', 'routeKey', 'status', 'responseLatency'])
    expect(Object.values(format)).toContain(`$context.${name}`);
  expect(JSON.stringify(format)).not.toMatch(/cookie|query|header|userAgent|\$context\.path/i);
});
