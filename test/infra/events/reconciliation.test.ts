import { beforeAll, expect, test, vi } from 'vitest';
import { execute } from '../../support/state-machine.ts';
import { ofType, type SynthesizedTemplate, stageWith, synthesize } from '../../support/synth.ts';

let template: SynthesizedTemplate;

beforeAll(async () => {
  template = await synthesize();
});

const machine = () => template.Resources.ReconcileStateMachine?.Properties;

const segments = (definition = machine().Definition) => definition.States['Each segment'];
const [SEGMENT_0, STEP] = [{ part: { segment: 0, of: 1 } }, ['Reconcile', 'More accounts?']];

/** The states that the machine goes through when the function has these results, and its inputs. */
async function walk(...results: object[]) {
  const inputs: unknown[] = [];
  const { visited, output } = await execute(machine().Definition, {}, async (payload) => {
    inputs.push(payload);
    return results.shift();
  });
  return { visited, inputs, output };
}

test('it runs the function until a result has no "next", and at last with all results', async () => {
  const end = ['All accounts seen', 'Together'];
  const begin = ['Segments', 'Each segment'];
  expect(await walk({ checked: 5 }, { all: 5 })).toEqual({
    visited: [...begin, ...STEP, ...end],
    inputs: [SEGMENT_0, { parts: [{ checked: 5 }] }],
    output: { all: 5 },
  });
  const three = await walk({ next: 'a' }, { next: 'b' }, {}, {});
  expect(three.visited).toEqual([...begin, ...STEP, ...STEP, ...STEP, ...end]);
  expect(three.inputs).toEqual([SEGMENT_0, { next: 'a' }, { next: 'b' }, { parts: [{}] }]);
  expect((await walk({ next: null }, {})).visited).toEqual([...begin, ...STEP, ...end]);
});

test('a stage says by how many segments and how often', async () => {
  const reconciliation = { everyHours: 6, segments: 3 };
  const wide = await synthesize(stageWith({ reconciliation }));
  const { Definition } = wide.Resources.ReconcileStateMachine?.Properties ?? {};
  const inputs: unknown[] = [];
  await execute(Definition, {}, async (payload) => inputs.push(payload));
  const parts = [0, 1, 2].map((segment) => ({ part: { segment, of: 3 } }));
  expect(inputs.slice(0, 3)).toEqual(parts);
  expect(segments(Definition).MaxConcurrency).toBe(3);
  expect(Definition.TimeoutSeconds).toBe(5 * 3600);
  const [, rule] = ofType(wide, 'AWS::Events::Rule').find(
    ([, { Properties }]) =>
      Properties.ScheduleExpression &&
      Properties.Targets[0].Arn['Fn::GetAtt'][0] === 'ReconcileStateMachine',
  ) as [string, { Properties: { ScheduleExpression: string } }];
  expect(rule.Properties.ScheduleExpression).toBe('rate(6 hours)');
  const silent = Object.values(wide.Resources).find(({ Properties }) =>
    String(Properties?.AlarmName).endsWith('ReconcileSilent'),
  );
  expect(silent?.Properties.EvaluationPeriods).toBe(10);
});

test('a segment that keeps failing fails the execution', async () => {
  const broken = vi.fn(() => Promise.reject(new Error('no')));
  await expect(execute(machine().Definition, {}, broken)).rejects.toThrow('no');
  expect(broken).toHaveBeenCalledTimes(6);
});

test('each run gets what the one before it returned, and begins with an empty object', () => {
  expect(segments().ItemProcessor.States.Reconcile).toMatchObject({
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
  const { Reconcile } = segments().ItemProcessor.States;
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
  expect(segments().Catch).toBeUndefined();
});

test('a step waits longer than its function may run, and all of them end before the next day', () => {
  const { TimeoutSeconds } = machine().Definition;
  expect(segments().ItemProcessor.States.Reconcile.TimeoutSeconds).toBeGreaterThan(
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
