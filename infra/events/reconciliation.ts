/**
 * The reconciliation, every day or as the stage says, and after every deployment: a state machine
 * runs the function for each segment of the tables until all have seen every account.
 */
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { allow, type Functions } from '../compute/functions.ts';
import { vendedLogs } from '../compute/log-groups.ts';
import type { ReconciliationSettings, Settings } from '../settings.ts';

/** A quiet hour in Europe; any will do, since live traffic does not disturb it. */
const DAILY = Schedule.cron({ hour: '3', minute: '20' });

/** New code has to prove itself, and a new stack that it was ever looked at. */
const DEPLOYED = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'];

const DAY_HOURS = 24;

export class Reconciliation extends Construct {
  /** The hours from one to the next. */
  readonly everyHours: number;
  readonly machine: CfnStateMachine;
  readonly stateMachineArn: string;

  constructor(scope: Construct, settings: Settings, functions: Functions) {
    super(scope, 'Reconciliation');
    const handler = functions.byName.Reconcile;
    const logs = vendedLogs(this, 'Logs', 'states', settings);
    const { tracing = false, reconciliation: { everyHours = DAY_HOURS, segments = 1 } = {} } =
      settings;
    this.everyHours = everyHours;
    const role = this.machineRole(handler.functionArn, tracing);
    this.machine = new CfnStateMachine(this, 'StateMachine', {
      stateMachineType: 'STANDARD',
      roleArn: role.roleArn,
      definition: definition(
        invoking(Stack.of(this).partition, handler.functionArn, handler.timeout as Duration),
        { everyHours, segments },
      ),
      tracingConfiguration: { enabled: tracing },
      loggingConfiguration: {
        level: 'ALL',
        // What a run returns is in the function's log already.
        includeExecutionData: false,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logs.logGroupArn } }],
      },
    });
    this.machine.overrideLogicalId('ReconcileStateMachine');
    if (!tracing)
      Validations.of(this.machine).acknowledge({
        id: 'AwsSolutions-SF2',
        reason: 'Few runs a day, of one function, which logs each step; incidents switch it on.',
      });
    // It is checked for its right to log when it is made.
    this.machine.node.addDependency(role);
    this.stateMachineArn = this.machine.attrArn;
    this.startByItself();
  }

  /** Plain resources, because the construct lets it invoke every version of the function. */
  private machineRole(functionArn: string, tracing: boolean): Role {
    const role = new Role(this, 'Role', { assumedBy: ofThisAccount('states.amazonaws.com', this) });
    allow(role, functionArn, 'lambda:InvokeFunction');
    allow(role, '*', ...LOG_DELIVERY, ...(tracing ? TRACING : []));
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Step Functions needs these to log and, if it does, to trace; the actions of log delivery and of X-Ray accept only "*".',
    });
    return role;
  }

  private startByItself(): void {
    const role = new Role(this, 'StartRole', {
      assumedBy: ofThisAccount('events.amazonaws.com', this),
    });
    allow(role, this.stateMachineArn, 'states:StartExecution');
    const target = { arn: this.stateMachineArn, role, input: RuleTargetInput.fromObject({}) };
    new Rule(this, 'Daily', {
      description: 'Starts the reconciliation of all accounts.',
      schedule:
        this.everyHours === DAY_HOURS ? DAILY : Schedule.rate(Duration.hours(this.everyHours)),
      targets: [{ bind: () => target }],
    });
    new Rule(this, 'Deployed', {
      description: 'Starts the reconciliation of all accounts after a deployment.',
      eventPattern: {
        source: ['aws.cloudformation'],
        detailType: ['CloudFormation Stack Status Change'],
        detail: { 'stack-id': [Stack.of(this).stackId], 'status-details': { status: DEPLOYED } },
      },
      targets: [{ bind: () => target }],
    });
  }
}

/** In Amazon States Language. */
const definition = (task: object, { everyHours, segments }: Required<ReconciliationSettings>) => ({
  // Before the next one starts. If it takes this long, it wants more segments.
  TimeoutSeconds: Duration.hours(everyHours).toSeconds() * (5 / 6),
  StartAt: 'Segments',
  States: {
    Segments: {
      Type: 'Pass',
      Result: Array.from({ length: segments }, (_, segment) => ({
        part: { segment, of: segments },
      })),
      Next: 'Each segment',
    },
    'Each segment': {
      Type: 'Map',
      MaxConcurrency: segments,
      ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...segmentStates(task) },
      ResultSelector: { 'parts.$': '$' },
      Next: 'Together',
    },
    Together: { ...task, End: true },
  },
});

/** A result is the next run's input; its `next` says there is more. */
const segmentStates = (task: object) => ({
  StartAt: 'Reconcile',
  States: {
    Reconcile: { ...task, Next: 'More accounts?' },
    'More accounts?': {
      Type: 'Choice',
      Choices: [
        {
          And: [
            { Variable: '$.next', IsPresent: true },
            { Variable: '$.next', IsString: true },
          ],
          Next: 'Reconcile',
        },
      ],
      Default: 'All accounts seen',
    },
    'All accounts seen': { Type: 'Succeed' },
  },
});

const invoking = (partition: string, functionArn: string, timeout: Duration) => ({
  Type: 'Task',
  Resource: `arn:${partition}:states:::lambda:invoke`,
  Parameters: { FunctionName: functionArn, 'Payload.$': '$' },
  OutputPath: '$.Payload',
  TimeoutSeconds: timeout.toSeconds() + 30,
  // It only reads, and what was found before is in its input: so whatever went wrong, looking at
  // the same accounts again is harmless, and none counts twice. What keeps failing fails them all.
  Retry: [
    {
      ErrorEquals: ['States.ALL'],
      IntervalSeconds: 5,
      BackoffRate: 2,
      MaxAttempts: 5,
      JitterStrategy: 'FULL',
    },
  ],
});

const LOG_DELIVERY = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];

const TRACING = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
];

/** So that nobody can have the service use these roles for another account. */
const ofThisAccount = (service: string, scope: Construct) =>
  new ServicePrincipal(service, {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });
