/** How many functions run at once without anybody asking; infra/README.md has the sum as a table. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ofType, type SynthesizedTemplate, synthesize } from '../../support/synth.ts';

/** What a new account may run at once in a region. */
const NEW_ACCOUNT = 10;

/**
 * A new table on demand takes 4,000 write units a second, and a partition, of which each has a
 * shard in the stream, 1,000.
 */
const SHARDS = 4;

let template: SynthesizedTemplate;
beforeAll(async () => {
  template = await synthesize();
});

const of = (type: string) => ofType(template, type).map(([, { Properties }]) => Properties);

const mappings = () =>
  of('AWS::Lambda::EventSourceMapping').map(({ FunctionName, ...mapping }) => ({
    name: FunctionName.Ref as string,
    ...mapping,
  }));

/** By function: what its queue, its schedule or its state machine may start at the same time. */
function unasked(
  isEnabled: (state: string) => boolean = (state) => state === 'ENABLED',
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { name, ScalingConfig, Enabled } of mappings())
    if (ScalingConfig && Enabled) sums[name] = ScalingConfig.MaximumConcurrency;
  for (const { ScheduleExpression, State, Targets } of of('AWS::Events::Rule')) {
    if (!isEnabled(State)) continue;
    const name = Targets[0].Arn['Fn::GetAtt'][0] as string;
    const [, count, unit] = /^rate\((\d+) (minute|day)s?\)$/.exec(ScheduleExpression) ?? [];
    const minutes = Number(count) * (unit === 'day' ? 24 * 60 : 1);
    if (!minutes) continue;
    const { MaximumRetryAttempts, MaximumEventAgeInSeconds } =
      of('AWS::Lambda::EventInvokeConfig').find(({ FunctionName }) => FunctionName.Ref === name) ??
      {};
    const timeout = template.Resources[name]?.Properties.Timeout;
    // A run that began as late as it may ends before the next one, or beside it.
    expect(MaximumRetryAttempts).toBe(0);
    sums[name] = Math.ceil((MaximumEventAgeInSeconds + timeout) / (minutes * 60));
  }
  for (const { Definition } of of('AWS::StepFunctions::StateMachine'))
    for (const [name, atOnce] of stepsOf(Definition))
      sums[name] = Math.max(sums[name] ?? 0, atOnce);
  return sums;
}

type Steps = {
  States: Record<
    string,
    {
      Type: string;
      Parameters?: { FunctionName: { 'Fn::GetAtt': [string] } };
      MaxConcurrency?: number;
      ItemProcessor?: Steps;
    }
  >;
};

/** Each task's function, and how many of it run at once. */
const stepsOf = ({ States }: Steps, times = 1): [string, number][] =>
  Object.values(States).flatMap(({ Type, Parameters, MaxConcurrency, ItemProcessor }) => {
    expect(Type).not.toBe('Parallel');
    if (ItemProcessor) return stepsOf(ItemProcessor, times * (MaxConcurrency as number));
    return Parameters ? [[Parameters.FunctionName['Fn::GetAtt'][0], times]] : [];
  });

test('what runs unasked leaves half of a new account to people', () => {
  const sums = unasked();
  expect(sums).toEqual({
    ProcessBillingEvents: 2,
    UnlockDueRewards: 1,
    MeasureQueue: 1,
    Reconcile: 1,
  });
  const together = Object.values(sums).reduce((sum, one) => sum + one, 0);
  expect(together).toBeLessThanOrEqual(NEW_ACCOUNT / 2);
});

test('asking chains takes three more, as a run that found no room may begin a minute late', () =>
  expect(unasked(() => true)).toEqual({ ...unasked(), SettleByChain: 2, ReconcileOutflow: 1 }));

test('what follows from changes of payouts is one for each shard, and even beside all that leaves one', () => {
  const streams = mappings().filter(({ ScalingConfig }) => ScalingConfig === undefined);
  expect(streams.map(({ name }) => name)).toEqual(['PublishPayoutEvents']);
  const publishing = SHARDS * streams[0]?.ParallelizationFactor;
  const others = Object.values(unasked()).reduce((sum, one) => sum + one, 0);
  expect(publishing + others).toBeLessThan(NEW_ACCOUNT);
});

test('every function is behind a route, or counted here', () => {
  const behindRoutes = of('AWS::ApiGatewayV2::Integration').map(
    ({ IntegrationUri }) => IntegrationUri['Fn::GetAtt'][0],
  );
  const counted = [...behindRoutes, ...Object.keys(unasked(() => true)), 'PublishPayoutEvents'];
  const all = ofType(template, 'AWS::Lambda::Function').map(([id]) => id);
  expect(counted.sort()).toEqual(all.sort());
});

test('no function reserves any of it: an account of ten has none to reserve, and the deployment would fail', () => {
  for (const one of of('AWS::Lambda::Function'))
    expect(one.ReservedConcurrentExecutions).toBeUndefined();
});

test('the table in infra/README.md says the same', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../../infra/README.md'), 'utf8');
  for (const [name, atOnce] of Object.entries(unasked()))
    expect(readme).toMatch(new RegExp(`^\\| ${name} \\| ${atOnce}(,[^|]*)? \\|`, 'm'));
  expect(readme).toMatch(new RegExp(`^\\| PublishPayoutEvents \\| ${SHARDS}, `, 'm'));
});
