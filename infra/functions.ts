/** The Lambda functions of the catalogue, each with a role that may do exactly what its entry there says. */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  type CfnFunction,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Bundles } from './bundle.ts';
import { FUNCTION_NAMES, type FunctionName, functionShape, type Setting } from './catalogue.ts';
import type { Settings } from './settings.ts';
import type { TableName, Tables } from './tables.ts';

/** Also the time that the handlers' own time-outs must fit into. */
const TIMEOUT = Duration.seconds(15);

export class Functions extends Construct {
  readonly byName: Readonly<Record<FunctionName, LambdaFunction>>;
  readonly logGroups: Readonly<Record<FunctionName, LogGroup>>;

  constructor(scope: Construct, settings: Settings, tables: Tables, bundles: Bundles) {
    super(scope, 'Functions');
    const made = FUNCTION_NAMES.map(
      (name) => [name, this.add(name, settings, tables, bundles[name])] as const,
    );
    this.byName = Object.fromEntries(
      made.map(([name, { handler }]) => [name, handler]),
    ) as typeof this.byName;
    this.logGroups = Object.fromEntries(
      made.map(([name, { logGroup }]) => [name, logGroup]),
    ) as typeof this.logGroups;
  }

  private add(name: FunctionName, settings: Settings, tables: Tables, bundle: string) {
    const shape = functionShape(name);
    const scope = new Construct(this, name);
    const logGroup = new LogGroup(scope, 'Logs', logRetention(settings));
    const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      // The ARN of a log group ends in `:*`, which stands for its streams and nothing else.
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    const environment: Record<string, string> = {};
    for (const [table, operations] of grantsOf(name)) {
      environment[tableVariable(table)] = tables.byName[table].tableName;
      const actions = operations.map((operation) => `dynamodb:${operation}`);
      role.addToPolicy(new PolicyStatement({ actions, resources: [tables.byName[table].tableArn] }));
    }
    for (const setting of shape.settings ?? []) environment[setting] = settingValue(setting, settings);

    const handler = new LambdaFunction(scope, 'Function', {
      description: `${shape.route} (functions/${shape.entry}.ts)`,
      code: Code.fromAsset(bundle),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout: TIMEOUT,
      environment,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.INFO,
      tracing: Tracing.ACTIVE,
    });
    // The plain name is what one types after `npm run invoke --` and `sam local invoke`.
    (handler.node.defaultChild as CfnFunction).overrideLogicalId(name);
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray takes segments for no resource in particular: its two write actions accept only "*".',
    });
    return { handler, logGroup };
  }
}

export function grantsOf(name: FunctionName) {
  return Object.entries(functionShape(name).grants) as [TableName, readonly string[]][];
}

/** `IdempotencyKeys` becomes `IDEMPOTENCY_KEYS_TABLE`. */
function tableVariable(table: TableName): string {
  return `${table.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}_TABLE`;
}

function settingValue(setting: Setting, settings: Settings): string {
  const values: Record<Setting, string> = {
    MIN_PAYOUT_MICRO: settings.minPayoutMicro.toString(),
    CONSOLE_ORIGINS: settings.consoleOrigins.join(','),
  };
  return values[setting];
}

/** A personal stack goes without a trace; in production the logs outlive even the stack, for the days after an accident. */
export function logRetention(settings: Settings) {
  return settings.production
    ? { retention: RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.RETAIN }
    : { retention: RetentionDays.TWO_WEEKS, removalPolicy: RemovalPolicy.DESTROY };
}
