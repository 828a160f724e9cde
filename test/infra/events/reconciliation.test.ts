import { beforeAll, expect, test } from 'vitest';
import { ofType, type SynthesizedTemplate, stageWith, synthesize } from '../../support/synth.ts';

let template: SynthesizedTemplate;

beforeAll(async () => {
  template = await synthesize();
});

const machine = () => template.Resources.ReconcileStateMachine?.Properties;

type Rule = { Variable: string; IsPresent?: boolean; IsString?: boolean };
type Choice = { And: Rule[]; Next: string };
type State = { Type: string; Next?: string; Default?: string; Choices?: Choice[] };

/** The states of the machine, one after the other, when the function has these results. */
function walk(results: Record<string, unknown>[]): string[] {
  type Definition = { StartAt: string; States: Record<string, State> };
  const { StartAt, States } = machine().Definition as Definition;
  const visited: string[] = [];
  let data: Record<string, unknown> = {};
  for (let name: string | undefined = StartAt; name !== undefined; ) {
    visited.push(name);
    const { Type, Next, Default, Choices = [] } = States[name] as State;
    if (Type === 'Task') data = results.shift() ?? {};
    const met = Choices.find(({ And }) =>
      And.every(({ Variable, IsPresent, IsString }) => {
        const value = data[Variable.replace('$.', '')];
        return (IsPresent && value !== undefined) || (IsString && typeof value === 'string');
      }),
    );
    name = Type === 'Choice' ? (met?.Next ?? Default) : Next;
  }
  return visited;
}

test('it runs the function until a result has no "next"', () => {
  const step = ['Reconcile', 'More accounts?'];
  expect(walk([{ checked: 5 }])).toEqual([...step, 'All accounts seen']);
  const threeSteps = [...step, ...step, ...step, 'All accounts seen'];
  expect(walk([{ next: 'a' }, { next: 'b' }, {}])).toEqual(threeSteps);
  expect(walk([{ next: null }])).toEqual([...step, 'All accounts seen']);
});

test('each run gets what the one before it returned, and begins with an empty object', () => {
  expect(machine().Definition.States.Reconcile).toMatchObject({
    Parameters: { FunctionName: { 'Fn::GetAtt': ['Reconcile', 'Arn'] }, 'Payload.$': '$' },
    OutputPath: '$.Payload',
  });
  const [start] = ofType(template, 'AWS::Events::Rule').filter(
    ([, { Properties }]) => Properties.Targets[0].Arn['Fn::GetAtt'][0] === 'ReconcileStateMachine',
  );
  expect(start?.[1].Properties.Targets[0].Input).toBe('{}');
});

test('every deployment of this very stack starts it with an empty object', () => {
  const rules = ofType(template, 'AWS::Events::Rule').map(([, { Properties }]) => Properties);
  const [rule] = rules.filter(({ EventPattern }) => EventPattern?.source?.[0] !== undefined);
  expect(rule.EventBusName).toBeUndefined();
  expect(rule.EventPattern).toEqual({
    source: ['aws.cloudformation'],
    'detail-type': ['CloudFormation Stack Status Change'],
    detail: {
      'stack-id': [{ Ref: 'AWS::StackId' }],
      'status-details': {
        status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'],
      },
    },
  });
  const Arn = { 'Fn::GetAtt': ['ReconcileStateMachine', 'Arn'] };
  expect(rule.Targets).toMatchObject([{ Arn, Input: '{}' }]);
});

test('a step is tried again with growing pauses, and then the execution fails', () => {
  const { Reconcile } = machine().Definition.States;
  expect(Reconcile.Retry).toEqual([
    {
      ErrorEquals: ['States.ALL'],
      IntervalSeconds: 5,
      BackoffRate: 2,
      MaxAttempts: 5,
      JitterStrategy: 'FULL',
    },
  ]);
  expect(Reconcile.Catch).toBeUndefined();
});

test('a step waits longer than its function may run, and all of them end before the next day', () => {
  const { TimeoutSeconds, States } = machine().Definition;
  expect(States.Reconcile.TimeoutSeconds).toBeGreaterThan(
    template.Resources.Reconcile?.Properties.Timeout,
  );
  expect(TimeoutSeconds).toBeLessThan(86_400);
});

test('it is a standard state machine that logs every step', () => {
  expect(machine()).toMatchObject({
    StateMachineType: 'STANDARD',
    LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
  });
});

test('it is traced, and may be, only where the stage says so', async () => {
  const traced = await synthesize(stageWith({ tracing: true }));
  for (const [of, enabled] of [
    [template, false],
    [traced, true],
  ] as const) {
    const { RoleArn, TracingConfiguration } = of.Resources.ReconcileStateMachine?.Properties ?? {};
    const policies = ofType(of, 'AWS::IAM::Policy').filter(
      ([, { Properties }]) => Properties.Roles[0].Ref === RoleArn['Fn::GetAtt'][0],
    );
    expect(TracingConfiguration).toEqual({ Enabled: enabled });
    expect(JSON.stringify(policies).includes('xray:')).toBe(enabled);
  }
});

test('it is made after its whole role, and never beside the stage: both let themselves into the logs', () => {
  const { DependsOn = [] } = template.Resources.ReconcileStateMachine ?? {};
  const types = [DependsOn].flat().map((id) => template.Resources[id]?.Type);
  expect(types.sort()).toEqual(['AWS::ApiGatewayV2::Stage', 'AWS::IAM::Policy', 'AWS::IAM::Role']);
});

test('it may invoke its one function, its rule may start it, and both only for this account', () => {
  const statements = (role: string) => {
    const id = role.split('.')[0] ?? '';
    expect(template.Resources[id]?.Properties.AssumeRolePolicyDocument.Statement).toMatchObject([
      { Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } },
    ]);
    return ofType(template, 'AWS::IAM::Policy')
      .filter(([, { Properties }]) => Properties.Roles[0].Ref === id)
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
  };
  const [invoke, observe, ...others] = statements(machine().RoleArn['Fn::GetAtt'][0]);
  expect(invoke).toMatchObject({
    Action: 'lambda:InvokeFunction',
    Resource: { 'Fn::GetAtt': ['Reconcile', 'Arn'] },
  });
  expect(observe.Resource).toBe('*');
  expect(observe.Action.filter((action: string) => !/^(logs|xray):/.test(action))).toEqual([]);
  expect(others).toEqual([]);

  const rule = ofType(template, 'AWS::Events::Rule').find(
    ([, { Properties }]) => Properties.Targets[0].RoleArn !== undefined,
  );
  expect(statements(rule?.[1].Properties.Targets[0].RoleArn['Fn::GetAtt'][0])).toMatchObject([
    {
      Action: 'states:StartExecution',
      Resource: { 'Fn::GetAtt': ['ReconcileStateMachine', 'Arn'] },
    },
  ]);
});
