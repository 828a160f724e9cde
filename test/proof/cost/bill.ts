/** The bill: what a stage costs idle for a month, by its template, and what payouts add to it. */
import { NO_LIMIT } from '../../../lib/config.ts';
import {
  billingEvent,
  invocation,
  LOGGED_ACCOUNT_CHANGE,
  PUBLISHED_CHANGE,
  request,
  run,
  unitsOf,
} from './operations.ts';
import { added, times, type Usage } from './prices.ts';

// biome-ignore lint/suspicious/noExplicitAny: a template is free-form JSON.
type Properties = Record<string, any>;
export type Resources = Record<string, { Type: string; Properties?: Properties }>;

const DAYS = 30;
const MONTH_S = DAYS * 86_400;

/** Lambda asks a queue by five pollers, and at an empty one each of them waits for 20 s. */
const POLLERS = 5;
const POLL_S = 20;

/** Reconciliation looks into five tables; what it takes for each account is left out. */
const RECONCILED_TABLES = 5;

/** A function that verifies reads its secret again when it has had it for so long. */
const SECRET_KEPT_S = 600;

const OPERATION_OF: Record<string, string> = {
  UnlockDueRewards: 'schedule: unlocking, nothing due',
  MeasureQueue: 'schedule: measuring the queue',
  SettleByChain: 'schedule: settling by the chain, nothing watched',
  ReconcileOutflow: 'schedule: comparing the outflow, nothing sent',
};

/** In a month in which nobody does anything. */
export function idleMonth(resources: Resources): Usage {
  const all = (type: string) => ofType(resources, type);
  const machines = all('AWS::StepFunctions::StateMachine');
  // Nobody asks a queue whose mapping is off.
  const queues = all('AWS::Lambda::EventSourceMapping').filter(
    ({ ScalingConfig, Enabled = true }) => ScalingConfig && Enabled,
  );
  return added(
    ...all('AWS::Events::Rule').map(scheduledRuns),
    ...machines.map(({ Definition }) => {
      const { Segments, ...others } = Definition.States;
      const segments = Segments.Result.length;
      const { States } = others['Each segment'].ItemProcessor;
      const transition =
        Object.keys(Definition.States).length + segments * Object.keys(States).length;
      // Those of the segments, and the last one, which reads nothing.
      const invoked = [times(segments, invocation(RECONCILED_TABLES)), invocation(0)];
      return times(DAYS, added(...invoked, { transition }));
    }),
    {
      alarmMetric: sum(all('AWS::CloudWatch::Alarm').map(metricsIn)),
      compositeAlarm: all('AWS::CloudWatch::CompositeAlarm').length,
      dashboard: all('AWS::CloudWatch::Dashboard').length,
      customMetric: new Set(
        all('AWS::Logs::MetricFilter').map((one) => one.MetricTransformations[0].MetricName),
      ).size,
      queueRequest: (queues.length * POLLERS * MONTH_S) / POLL_S,
      ...secretsOf(all('AWS::Lambda::Function')),
      webAcl: all('AWS::WAFv2::WebACL').length,
      wafRule: sum(all('AWS::WAFv2::WebACL').map(({ Rules = [] }) => Rules.length)),
    },
  );
}

/** The secret stands in no template. It is read by what runs always, and else by what people do. */
function secretsOf(functions: Properties[]): Usage {
  const names = functions.map(({ Environment }) => Environment?.Variables.CHAIN_SECRET);
  const secret = new Set(names.filter((name) => name && name !== NO_LIMIT)).size;
  return { secret, secretCall: (secret * MONTH_S) / SECRET_KEPT_S };
}

/** A rule that counts minutes or days runs a function, whose operation must be known. */
function scheduledRuns({ ScheduleExpression, State, Targets }: Properties): Usage {
  if (State === 'DISABLED') return {};
  const [, count, unit] = /^rate\((\d+) (minute|day)s?\)$/.exec(ScheduleExpression) ?? [];
  if (count === undefined) return {};
  const name = Targets[0].Arn['Fn::GetAtt'][0];
  const operation = OPERATION_OF[name];
  if (operation === undefined) throw new Error(`Nobody has said what a run of ${name} does.`);
  const seconds = Number(count) * (unit === 'day' ? 24 * 60 * 60 : 60);
  return times(MONTH_S / seconds, run(operation));
}

/** An alarm is billed for each metric that it looks at. */
const metricsIn = ({ Metrics }: Properties): number =>
  Metrics === undefined ? 1 : Metrics.filter((one: Properties) => one.MetricStat).length;

const PAGE = 50;
const CHANGES = 3;
/** The reward granted and unlocked, the payout requested and sent. */
const ACCOUNT_CHANGES = 4;
/** A payout with its history and again in its index, its reward and again in one; all below 3 KB. */
const KEPT_GB = 3e-6;

/**
 * From a reward to the money sent: the reward is granted and unlocked; its owner looks at the
 * balance, requests the payout with a key and looks twice how far it has come; an operator sees it
 * in the queue, claims it and marks it as sent; and each of its three changes leaves as an event.
 */
export function onePayout(resources: Resources): Usage {
  const { wafRequest, cdnRequest, ...usage } = added(
    billingEvent('event: a reward is granted'),
    oneMoreUnlocked(),
    request('/me, nothing pending'),
    request('a payout with a key'),
    times(2, request('the payouts, first page')),
    times(1 / PAGE, request('operator: the queue, first page')),
    request('operator: claim'),
    request('operator: sent'),
    times(CHANGES, PUBLISHED_CHANGE),
    times(ACCOUNT_CHANGES, LOGGED_ACCOUNT_CHANGE),
    { tableGbMonth: KEPT_GB, recoveryGbMonth: KEPT_GB },
  );
  const has = (type: string) => ofType(resources, type).length > 0;
  return {
    ...usage,
    ...(has('AWS::WAFv2::WebACL') && { wafRequest }),
    ...(has('AWS::CloudFront::Distribution') && { cdnRequest }),
  };
}

/** What a reward adds to a run of the sweep. */
function oneMoreUnlocked(): Usage {
  const one = unitsOf('schedule: unlocking, one reward due');
  const none = unitsOf('schedule: unlocking, nothing due');
  return { readUnit: one.read - none.read, writeUnit: one.write - none.write };
}

const ofType = (resources: Resources, type: string): Properties[] =>
  Object.values(resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties = {} }) => Properties);

const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);
