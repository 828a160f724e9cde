/** The HTTP API: the routes of the catalogue, CORS for the console, throttling and access logs. */
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnIntegration,
  CfnRoute,
  CorsHttpMethod,
  HttpApi,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { functionsWith, type Triggered } from './compute/catalogue.ts';
import type { Functions } from './compute/functions.ts';
import { vendedLogs } from './compute/log-groups.ts';
import { ApiDomain } from './domain.ts';
import type { Settings } from './settings.ts';

/** Leaves a cold start time beyond the function's own 15 s; the gateway itself ends at 30 s. */
const INTEGRATION_TIMEOUT = Duration.seconds(29);

export class Api extends Construct {
  readonly http: HttpApi;
  readonly stage: HttpStage;
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
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.http,
      stageName: '$default',
      autoDeploy: true,
      // Far above what people at a console do; a runaway client cannot run up a bill unnoticed.
      throttle: { rateLimit: 200, burstLimit: 400 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          vendedLogs(this, 'AccessLogs', 'apigateway', settings),
        ),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    const routes = functionsWith('route').map((shape) => this.addRoute(shape, functions));
    this.oneAfterTheOther(routes);
    this.outputs = {
      ApiUrl: domain ? `https://${domain.name}` : this.http.apiEndpoint,
      OperatorRoutesArn: this.arnOf('*/*/v1/admin/referrals/*'),
      ...(domain && new ApiDomain(this, domain, this.http, this.stage).outputs),
    };
  }

  /** Of the stages, methods and paths that the pattern means, for a policy on `execute-api`. */
  private arnOf(resourceName: string): string {
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
