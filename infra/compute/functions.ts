/** The Lambda functions of the catalogue, each with a role that may do what its entry says. */
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { type IGrantable, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  type CfnFunction,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { NO_LIMIT, type Setting, tableVariable } from '../../lib/config.ts';
import { addressOn, type Network } from '../../lib/networks/index.ts';
import { chainIdOf, type PayoutToken } from '../../lib/networks/token.ts';
import type { Settings } from '../settings.ts';
import { keysOf, type Tables } from '../tables.ts';
import type { Bundles } from './bundle.ts';
import {
  asksChains,
  entryOf,
  FUNCTION_NAMES,
  type FunctionName,
  type FunctionShape,
  functionShape,
} from './catalogue.ts';
import { accessesOf } from './grants.ts';
import { logRetention } from './log-groups.ts';

/** Also the time that the time-outs of the handlers behind a route must fit into. */
const TIMEOUT_SECONDS = 15;

interface FunctionsProps {
  settings: Settings;
  tables: Tables;
  payoutBus: EventBus;
  bundles: Bundles;
}

export class Functions extends Construct {
  readonly byName = {} as Record<FunctionName, LambdaFunction>;
  readonly logGroups = {} as Record<FunctionName, LogGroup>;

  constructor(scope: Construct, props: FunctionsProps) {
    super(scope, 'Functions');
    for (const name of FUNCTION_NAMES) this.add(name, props);
  }

  private add(name: FunctionName, { settings, tables, payoutBus, bundles }: FunctionsProps) {
    const shape = functionShape(name);
    const scope = new Construct(this, name);
    const logGroup = new LogGroup(scope, 'Logs', logRetention(settings));
    const role = new Role(scope, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    // The ARN of a log group ends in `:*`, which stands for its streams and nothing else.
    allow(role, logGroup.logGroupArn, 'logs:CreateLogStream', 'logs:PutLogEvents');
    const environment: Record<string, string> = {};
    for (const { table: tableName, index, operations, attributes } of accessesOf(shape.grants)) {
      const table = tables.byName[tableName];
      environment[tableVariable(tableName)] = table.tableName;
      const actions = operations.map((operation) => `dynamodb:${operation}`);
      const resource = index === undefined ? table.tableArn : `${table.tableArn}/index/${index}`;
      const conditions = attributes && writesOnly([...keysOf(tableName), ...attributes]);
      role.addToPolicy(
        new PolicyStatement({ actions, resources: [resource], ...(conditions && { conditions }) }),
      );
    }
    if (asksChains(name) && settings.verifiers) allowSecret(role, settings.verifiers.secret);
    const values: Record<Setting, string> = {
      MIN_PAYOUT_MICRO: settings.minPayoutMicro.toString(),
      APPROVAL_ABOVE_MICRO: settings.approvalAboveMicro?.toString() ?? NO_LIMIT,
      USER_DAILY_LIMIT_MICRO: settings.userDailyLimitMicro?.toString() ?? NO_LIMIT,
      OUTFLOW_BUDGETS: budgetsText(settings.outflowBudgetsMicro),
      CHAINS: chainsText(settings),
      CHAIN_SECRET: settings.verifiers?.secret ?? NO_LIMIT,
      SANCTIONS: settings.sanctions ? 'on' : NO_LIMIT,
      CONSOLE_ORIGINS: settings.consoleOrigins.join(','),
      PAYOUT_EVENT_BUS: payoutBus.eventBusName,
    };
    for (const setting of shape.settings ?? []) environment[setting] = values[setting];

    const handler = new LambdaFunction(scope, 'Function', {
      description: `${triggerOf(shape)} (${entryOf(name)})`,
      code: Code.fromAsset(bundles[name]),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout: Duration.seconds(shape.timeoutSeconds ?? TIMEOUT_SECONDS),
      environment,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.INFO,
    });
    const resource = handler.node.defaultChild as CfnFunction;
    // The plain name is what one types after `npm run invoke --` and `sam local invoke`.
    resource.overrideLogicalId(name);
    // Said either way, so that the deployment after an incident surely ends the tracing.
    resource.tracingConfig = { mode: settings.tracing ? 'Active' : 'PassThrough' };
    if (settings.tracing) allowTracing(role);
    this.byName[name] = handler;
    this.logGroups[name] = logGroup;
  }
}

export const allow = (to: IGrantable, resource: string, ...actions: string[]) =>
  to.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [resource] }));

/** The six characters that Secrets Manager puts behind a secret's name are known to nobody before. */
function allowSecret(role: Role, name: string): void {
  const { partition, region, account } = Stack.of(role);
  const arn = `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}-??????`;
  allow(role, arn, 'secretsmanager:GetSecretValue');
}

function allowTracing(role: Role): void {
  allow(role, '*', 'xray:PutTraceSegments', 'xray:PutTelemetryRecords');
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'X-Ray takes segments for no resource in particular: its two write actions accept only "*".',
  });
}

/**
 * The conditions of a write: inside a transaction only, and of these attributes only, the table's
 * keys among them. By AWS's documentation:
 *
 * - "Using IAM with DynamoDB transactions": TransactWriteItems needs the right to each action in
 *   it, for which `dynamodb:EnclosingOperation` names the transaction. An action that is a call of
 *   its own has no such key, and `ForAnyValue` does not hold without one.
 * - "Using IAM policy conditions for fine-grained access control": `dynamodb:Attributes` are the
 *   top-level attributes that a request names, in its key, its item, its update and its condition.
 * - "Multivalued context key examples": `ForAllValues` also holds for a request without that key,
 *   unless `Null` asks for it.
 *
 * `dynamodb:ReturnValues` is left out: it restricts what a write may read, and inside a transaction
 * there is no such parameter. What a refused write brings back, the whole item, the code needs.
 */
const writesOnly = (attributes: string[]) => ({
  'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] },
  'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
  Null: { 'dynamodb:Attributes': 'false' },
});

/** As `OUTFLOW_BUDGETS` reads it. */
const budgetsText = (budgets: Settings['outflowBudgetsMicro'] = {}): string =>
  Object.entries(budgets)
    .map(([network, micro]) => `${network}=${micro}`)
    .join() || NO_LIMIT;

/** As `CHAINS` reads it: of each network with senders, what is paid there in its one spelling. */
const chainsText = ({ verifiers, tokens = {} }: Settings): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(verifiers?.senders ?? {}).map(([name, senders]) => {
        const network = name as Network;
        const token = tokens[network] as PayoutToken;
        const chainId = chainIdOf(network, token);
        const spelled = senders.map((sender) => addressOn(network, sender));
        return [
          network,
          {
            token: addressOn(network, token.token),
            decimals: token.decimals,
            senders: spelled,
            ...(chainId !== undefined && { chainId }),
          },
        ];
      }),
    ),
  );

/** The trigger in a few words, for whoever looks at the function in the AWS console. */
function triggerOf(shape: FunctionShape): string {
  if ('route' in shape) return shape.route;
  if ('queue' in shape) return `Queue of ${shape.queue} events`;
  if ('stream' in shape) return `Stream of ${shape.stream}`;
  if ('everyMinutes' in shape) return `Every ${shape.everyMinutes} minutes`;
  return `State machine, ${shape.stateMachine}`;
}
