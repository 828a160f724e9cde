/** The HTTP API: the routes of the catalogue, CORS for the console, throttling and access logs. */
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnIntegration,
  CfnRoute,
  type CfnStage,
  CorsHttpMethod,
  HttpApi,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { functionsWith, type Triggered } from './compute/catalogue.ts';
import type { Functions } from './compute/functions.ts';
import { vendedLogs } from './compute/log-groups.ts';
import { ApiDomain } from './domain.ts';
import type { Settings } from './settings.ts';

/** A token bucket: requests a second in the long run, and how many may come at once before. */
interface Throttle {
  rate: number;
  burst: number;
}

/**
 * Each route has a bucket of its own, so that a flood on one uses up no other's. What all share is
 * Lambda's concurrency, and the numbers are chosen by what a flooded route can hold of it:
 *
 * - Of the 1,000 that an account has by default, no more than half, even when every request hangs
 *   for the 15 s of a function: 450 by reading, 150 by writing.
 * - Of the ten that a new account has, one in the long run, since a request takes some 30 ms. The
 *   burst of a writing route takes five at once, that of a reading one all ten for a moment.
 *
 * Junk on operators' routes holds none, as only what is signed well gets further than the gateway.
 * What reads the whole queue, however long it is, is held back further.
 *
 * A writing route takes 26 million requests a month at its rate. All routes together stay below a
 * twentieth of the 10,000 a second that API Gateway gives an account in a region by default.
 */
const THROTTLES = {
  read: { rate: 30, burst: 10 },
  write: { rate: 10, burst: 5 },
  operators: { rate: 30, burst: 10 },
  wholeQueue: { rate: 5, burst: 5 },
} as const satisfies Record<string, Throttle>;

/** Leaves a cold start time beyond the function's own 15 s; the gateway itself ends at 30 s. */
const INTEGRATION_TIMEOUT = Duration.seconds(29);

export class Api extends Construct {
  readonly http: HttpApi;
  readonly stage: HttpStage;
  readonly accessLog: LogGroup;
  /** By which callers reach it, and what else they have to know. */
  readonly outputs: Record<string, string>;

  constructor(scope: Construct, settings: Settings, functions: Functions) {
    super(scope, 'Api');
    const { domain } = settings;
    this.http = new HttpApi(this, 'Http', {
      apiName: Stack.of(this).stackName,
      description: 'Referral payouts: what the console and the operators call.',
      createDefaultStage: false,
      // One host alone, so that nobody goes round what is set up for the domain.
      ...(domain && { disableExecuteApiEndpoint: true }),
      corsPreflight: {
        allowCredentials: true,
        allowOrigins: [...settings.consoleOrigins],
        allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST],
        allowHeaders: ['content-type', 'idempotency-key'],
        exposeHeaders: ['x-request-id', 'idempotency-replayed'],
        maxAge: Duration.hours(1),
      },
    });
    this.accessLog = vendedLogs(this, 'AccessLogs', 'apigateway', settings);
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.http,
      stageName: '$default',
      autoDeploy: true,
      // For a route that somebody adds by hand: all of the catalogue's have their own.
      throttle: { rateLimit: THROTTLES.write.rate, burstLimit: THROTTLES.write.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    const routes = functionsWith('route').map((shape) => this.addRoute(shape, functions));
    this.oneAfterTheOther(routes);
    // A stage takes settings only of routes that are there already.
    (this.stage.node.defaultChild as CfnStage).routeSettings = Object.fromEntries(
      functionsWith('route').map((shape) => [shape.route, routeSettings(throttleOf(shape))]),
    );
    this.outputs = {
      ApiUrl: domain ? `https://${domain.name}` : this.http.apiEndpoint,
      ...(domain && new ApiDomain(this, domain, this.http, this.stage).outputs),
    };
  }

  /** Of the stages, methods and paths that the pattern means, for a policy on `execute-api`. */
  arnOf(resourceName: string): string {
    const resource = this.http.apiId;
    return Stack.of(this).formatArn({ service: 'execute-api', resource, resourceName });
  }

  /** Plain resources, because the integration construct lets every method of the path invoke. */
  private addRoute(shape: Triggered<'route'>, functions: Functions): Parts {
    const { name, route } = shape;
    const signed = 'authorizer' in shape;
    const handler = functions.byName[name];
    const scope = new Construct(this, name);
    const integration = new CfnIntegration(scope, 'Integration', {
      apiId: this.http.apiId,
      integrationType: 'AWS_PROXY',
      integrationUri: handler.functionArn,
      payloadFormatVersion: '2.0',
      timeoutInMillis: INTEGRATION_TIMEOUT.toMilliseconds(),
    });
    const cfnRoute = new CfnRoute(scope, 'Route', {
      apiId: this.http.apiId,
      routeKey: route,
      target: `integrations/${integration.ref}`,
      authorizationType: signed ? 'AWS_IAM' : 'NONE',
    });
    handler.addPermission('InvokeFromRoute', {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: this.arnOf(`*/${route.replace(' ', '')}`),
    });
    if (signed) return { integration, route: cfnRoute };
    Validations.of(cfnRoute).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'The session is an opaque cookie that the function looks up itself: an authorizer would add a second invocation and a cached, no longer revocable answer.',
    });
    return { integration, route: cfnRoute };
  }

  /**
   * API Gateway takes one change of an API at a time, and fails what comes beside it ("Unable to
   * complete operation due to concurrent modification"), which fails the deployment. So each route
   * waits for the one before it. The stage comes last: made first, it would deploy itself anew, in
   * the background, after every single route.
   */
  private oneAfterTheOther(routes: Parts[]): void {
    routes.forEach(({ integration }, position) => {
      const before = routes[position - 1];
      if (before) integration.addResourceDependency(before.route);
    });
    const last = routes.at(-1);
    if (last) this.stage.node.addDependency(last.route);
  }
}

function throttleOf(shape: Triggered<'route'>): Throttle {
  if (shape.name === 'GetTotals') return THROTTLES.wholeQueue;
  if ('authorizer' in shape) return THROTTLES.operators;
  return shape.route.startsWith('GET ') ? THROTTLES.read : THROTTLES.write;
}

/** As CloudFormation spells it in a property that it takes for free-form JSON. */
const routeSettings = ({ rate, burst }: Throttle) => ({
  ThrottlingRateLimit: rate,
  ThrottlingBurstLimit: burst,
});

type Parts = { integration: CfnIntegration; route: CfnRoute };

/** No cookies, which are credentials, and no query strings, which may carry users' cursors. */
const ACCESS_LOG = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  responseLatencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  integrationStatus: '$context.integrationStatus',
  integrationError: '$context.integrationErrorMessage',
  gatewayError: '$context.error.message',
  sourceIp: '$context.identity.sourceIp',
  responseBytes: '$context.responseLength',
};
