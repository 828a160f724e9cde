/** Reads what has to run on this machine out of a synthesized cloud assembly. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../problem.ts';
import { Intrinsics, type Resource, type Template } from './intrinsics.ts';
import type {
  LocalCors,
  LocalFunction,
  LocalRoute,
  LocalStack,
  LocalTable,
  LocalThrottle,
} from './local-stack.ts';
import { readEvents } from './read-events.ts';

type Entry = [id: string, resource: Resource];

/** API Gateway's limit for an HTTP API, which is also its default. */
const INTEGRATION_TIMEOUT_MS = 30_000;

/** What stands before the API on AWS and not on this machine. */
const FIREWALL = 'ReferralPayoutsFirewall.template.json';

/** Reads the stack of the service. Throws Problem for anything that cannot be run faithfully. */
export function readAssembly(directory: string): LocalStack {
  const files = existsSync(directory) ? readdirSync(directory) : [];
  const file = files.find((name) => name.endsWith('.template.json') && name !== FIREWALL);
  if (file === undefined) throw new Problem(`There is no synthesized template in ${directory}.`);
  return readTemplate(JSON.parse(readFileSync(join(directory, file), 'utf8')), directory);
}

export function readTemplate(template: Template, directory: string): LocalStack {
  const intrinsics = new Intrinsics(template);
  const all = (type: string) =>
    Object.entries(template.Resources).filter(([, { Type }]) => Type === type);

  const stage = all('AWS::ApiGatewayV2::Stage')[0]?.[1].Properties ?? {};
  const routes = all('AWS::ApiGatewayV2::Route').map((entry) => ({
    ...readRoute(entry, intrinsics),
    ...readThrottle(stage.RouteSettings?.[entry[1].Properties?.RouteKey]),
  }));
  if (routes.length === 0)
    throw new Problem('The template has no routes, so there is nothing to serve.');
  const cors = all('AWS::ApiGatewayV2::Api')[0]?.[1].Properties?.CorsConfiguration;
  return {
    tables: all('AWS::DynamoDB::Table').map((entry) => readTable(entry, intrinsics)),
    functions: all('AWS::Lambda::Function').map((entry) =>
      readFunction(entry, intrinsics, directory),
    ),
    routes,
    ...readThrottle(stage.DefaultRouteSettings),
    ...(cors && { cors: readCors(cors) }),
    events: readEvents(intrinsics),
    compileCache: join(directory, 'compile-cache'),
  };
}

function readTable([id, { Properties = {} }]: Entry, intrinsics: Intrinsics): LocalTable {
  const name = intrinsics.nameOf(id, id);
  const index = ({ IndexName, KeySchema, Projection }: Record<string, never>) => ({
    IndexName,
    KeySchema,
    Projection,
  });
  const { GlobalSecondaryIndexes: global, LocalSecondaryIndexes: local } = Properties;
  const { StreamSpecification: stream, TimeToLiveSpecification: ttl } = Properties;
  return {
    name,
    input: {
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: Properties.KeySchema,
      AttributeDefinitions: Properties.AttributeDefinitions,
      ...(global && { GlobalSecondaryIndexes: global.map(index) }),
      ...(local && { LocalSecondaryIndexes: local.map(index) }),
      ...(stream && {
        StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType },
      }),
    },
    ...(ttl?.Enabled && { ttlAttribute: ttl.AttributeName }),
  };
}

function readFunction(
  [id, { Properties = {}, Metadata = {} }]: Entry,
  intrinsics: Intrinsics,
  directory: string,
): LocalFunction {
  const asset = Metadata['aws:asset:path'];
  const dir = join(directory, String(asset));
  if (typeof asset !== 'string' || !existsSync(dir))
    throw new Problem(`The template's function ${id} names no bundle that exists in the assembly.`);
  const environment = Object.entries(Properties.Environment?.Variables ?? {});
  const reserved = Properties.ReservedConcurrentExecutions;
  return {
    name: id,
    dir,
    handler: Properties.Handler,
    environment: Object.fromEntries(
      environment.map(([key, value]) => [key, intrinsics.text(value, id)]),
    ),
    timeoutMs: (Properties.Timeout ?? 3) * 1000,
    memoryMb: Properties.MemorySize ?? 128,
    logLevel: Properties.LoggingConfig?.ApplicationLogLevel ?? 'INFO',
    ...(reserved !== undefined && { reservedConcurrency: reserved }),
  };
}

function readRoute([id, { Properties = {} }]: Entry, intrinsics: Intrinsics): LocalRoute {
  const integrationId =
    JSON.stringify(Properties.Target ?? '').match(/integrations\/",\{"Ref":"(\w+)"/)?.[1] ?? '';
  const integration = intrinsics.template.Resources[integrationId]?.Properties;
  if (integration?.IntegrationType !== 'AWS_PROXY' || integration.PayloadFormatVersion !== '2.0')
    throw new Problem(
      `The template's route ${id} does not lead to a Lambda function with payload format 2.0.`,
    );
  // Either the function's ARN or the long form that wraps it:
  // arn:...:lambda:path/2015-03-31/functions/ARN/invocations.
  const functionName = intrinsics
    .text(integration.IntegrationUri, integrationId)
    .match(/:function:([\w-]+)/)?.[1];
  if (functionName === undefined)
    throw new Problem(`The template's route ${id} does not lead to a Lambda function.`);
  const [method = '', path = method] = String(Properties.RouteKey).split(' ');
  return {
    method: path === method ? 'ANY' : method,
    path,
    functionName,
    authorizationType: Properties.AuthorizationType ?? 'NONE',
    timeoutMs: integration.TimeoutInMillis ?? INTEGRATION_TIMEOUT_MS,
  };
}

/** API Gateway takes the two only together. */
function readThrottle(settings: Record<string, number> = {}): { throttle?: LocalThrottle } {
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = settings;
  return rate === undefined || burst === undefined ? {} : { throttle: { rate, burst } };
}

function readCors(cors: Record<string, never>): LocalCors {
  return {
    allowOrigins: cors.AllowOrigins ?? [],
    allowMethods: cors.AllowMethods ?? [],
    allowHeaders: cors.AllowHeaders ?? [],
    exposeHeaders: cors.ExposeHeaders ?? [],
    allowCredentials: cors.AllowCredentials ?? false,
    ...(cors.MaxAge !== undefined && { maxAgeSeconds: cors.MaxAge }),
  };
}
