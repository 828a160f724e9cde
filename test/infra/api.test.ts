import { beforeAll, expect, test } from 'vitest';
import { ofType, type SynthesizedTemplate, synthesize } from './synth.ts';

let template: SynthesizedTemplate;
const origins = ['https://console.triport.io', 'https://staging.triport.io'];

beforeAll(async () => {
  template = await synthesize({ stage: 'staging', consoleOrigins: origins });
});

const only = (type: string) => {
  const found = ofType(template, type);
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties;
};

test('each route leads to its own function, which may be invoked by that route alone', () => {
  const routes = ofType(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => {
    const integration = Properties.Target['Fn::Join'][1][1].Ref;
    const name = template.Resources[integration]?.Properties.IntegrationUri['Fn::GetAtt'][0];
    return [Properties.RouteKey, name, Properties.AuthorizationType];
  });
  expect(routes).toEqual([
    ['POST /v1/referrals/payouts', 'RequestPayout', 'NONE'],
    ['GET /v1/referrals/payouts', 'ListPayouts', 'NONE'],
    ['GET /v1/referrals/me', 'GetOverview', 'NONE'],
  ]);

  const invokers = ofType(template, 'AWS::Lambda::Permission').map(([, { Properties }]) => {
    expect(Properties).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    });
    const [, parts] = Properties.SourceArn['Fn::Join'];
    const [api, path] = parts.slice(-2);
    expect(template.Resources[api.Ref]?.Type).toBe('AWS::ApiGatewayV2::Api');
    return [Properties.FunctionName['Fn::GetAtt'][0], path];
  });
  expect(invokers).toEqual([
    ['RequestPayout', '/*/POST/v1/referrals/payouts'],
    ['ListPayouts', '/*/GET/v1/referrals/payouts'],
    ['GetOverview', '/*/GET/v1/referrals/me'],
  ]);
});

test('a function gives up before the gateway does, and that before its own limit of 30 s', () => {
  for (const [, { Properties }] of ofType(template, 'AWS::ApiGatewayV2::Integration')) {
    const timeout = template.Resources[Properties.IntegrationUri['Fn::GetAtt'][0]]?.Properties.Timeout;
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

test('the stage throttles, deploys by itself and writes an access log', () => {
  const stage = only('AWS::ApiGatewayV2::Stage');
  expect(stage).toMatchObject({
    StageName: '$default',
    AutoDeploy: true,
    DefaultRouteSettings: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
  });
  const group = stage.AccessLogSettings.DestinationArn['Fn::GetAtt'][0];
  expect(template.Resources[group]?.Type).toBe('AWS::Logs::LogGroup');
});

test('the access log is JSON and holds neither cookies, query strings nor other things that callers write', () => {
  const format = JSON.parse(only('AWS::ApiGatewayV2::Stage').AccessLogSettings.Format);
  expect(Object.values(format)).toEqual(
    expect.arrayContaining([
      '$context.requestId',
      '$context.routeKey',
      '$context.status',
      '$context.responseLatency',
    ]),
  );
  expect(JSON.stringify(format)).not.toMatch(/cookie|query|header|userAgent|\$context\.path/i);
});
