/** Reads a template's event buses, rules, queues, event source mappings and schedules. */
import { Problem } from '../../problem.ts';
import type { Intrinsics, Resource } from './intrinsics.ts';
import type {
  EventPattern,
  LocalEvents,
  LocalMapping,
  LocalQueue,
  LocalRule,
  LocalSchedule,
} from './local-stack.ts';

/** AWS's default when a mapping has no batch size: 10 for queues, 100 for streams. */
const BATCH_SIZE = { queue: 10, stream: 100 };

type Entry = [string, Resource];

/** Throws Problem for anything that it cannot run faithfully. */
export function readEvents(intrinsics: Intrinsics): LocalEvents {
  const { Resources } = intrinsics.template;
  const all = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type);
  const rules = all('AWS::Events::Rule');
  const mappings = all('AWS::Lambda::EventSourceMapping').filter(
    ([, { Properties }]) => Properties?.Enabled !== false,
  );
  const sourceIs =
    (type: string) =>
    ([, { Properties }]: Entry) =>
      Resources[intrinsics.resourceOf(Properties?.EventSourceArn) ?? '']?.Type === type;
  return {
    buses: all('AWS::Events::EventBus').map(([id]) => intrinsics.nameOf(id, id)),
    rules: rules.flatMap((entry) => readRule(entry, intrinsics)),
    queues: all('AWS::SQS::Queue').map((entry) => readQueue(entry, intrinsics)),
    queueMappings: mappings
      .filter(sourceIs('AWS::SQS::Queue'))
      .map((entry) => readMapping(entry, intrinsics, BATCH_SIZE.queue)),
    streamMappings: mappings
      .filter(sourceIs('AWS::DynamoDB::Table'))
      .map((entry) => readMapping(entry, intrinsics, BATCH_SIZE.stream)),
    schedules: [...rules, ...all('AWS::Scheduler::Schedule')].flatMap((entry) =>
      readSchedules(entry, intrinsics),
    ),
  };
}

function readRule([id, { Properties = {} }]: Entry, intrinsics: Intrinsics): LocalRule[] {
  // The default bus has AWS's own events, of which nothing on this machine makes any.
  if (Properties.EventPattern === undefined || Properties.EventBusName === undefined) return [];
  const queues = ((Properties.Targets ?? []) as Record<string, unknown>[]).map(
    ({ Arn, ...target }) => {
      const queue = intrinsics.resourceOf(Arn) ?? '';
      const changes = ['Input', 'InputPath', 'InputTransformer'].find((name) => name in target);
      if (intrinsics.template.Resources[queue]?.Type !== 'AWS::SQS::Queue' || changes !== undefined)
        throw new Problem(
          `The template's rule ${id} must send its events to a queue as they are: nothing else is run on this machine.`,
        );
      return intrinsics.nameOf(queue, id);
    },
  );
  const bus = intrinsics.text(Properties.EventBusName, id);
  const pattern = readPattern(Properties.EventPattern, id);
  return [{ name: intrinsics.nameOf(id, id), bus, pattern, queues }];
}

function readPattern(pattern: object, rule: string): EventPattern {
  const fields = Object.entries(pattern).map(([field, wanted]) => {
    if (!Array.isArray(wanted)) return [field, readPattern(wanted, rule)];
    if (wanted.every((value) => typeof value === 'string')) return [field, wanted];
    throw new Problem(`The template's rule ${rule} matches ${field} by more than plain text.`);
  });
  return Object.fromEntries(fields);
}

function readQueue([id, { Properties = {} }]: Entry, intrinsics: Intrinsics): LocalQueue {
  const { deadLetterTargetArn, maxReceiveCount } = Properties.RedrivePolicy ?? {};
  const deadLetters = intrinsics.resourceOf(deadLetterTargetArn);
  return {
    name: intrinsics.nameOf(id, id),
    arn: intrinsics.text({ 'Fn::GetAtt': [id, 'Arn'] }, id),
    ...(deadLetters && {
      deadLetters: intrinsics.nameOf(deadLetters, id),
      maxReceiveCount: Number(maxReceiveCount),
    }),
  };
}

function readMapping(
  [id, { Properties = {} }]: Entry,
  intrinsics: Intrinsics,
  batchSize: number,
): LocalMapping {
  const retries = Properties.MaximumRetryAttempts;
  if (!['TRIM_HORIZON', undefined].includes(Properties.StartingPosition))
    throw new Problem(
      `The template's mapping ${id} begins at ${Properties.StartingPosition}; this machine reads a stream from its oldest record on.`,
    );
  const deadLetters = intrinsics.resourceOf(Properties.DestinationConfig?.OnFailure?.Destination);
  return {
    source: intrinsics.nameOf(intrinsics.resourceOf(Properties.EventSourceArn) ?? '', id),
    functionName: intrinsics.text(Properties.FunctionName, id).replace(/^.*:function:/, ''),
    batchSize: Properties.BatchSize ?? batchSize,
    reportsFailures: (Properties.FunctionResponseTypes ?? []).includes('ReportBatchItemFailures'),
    ...(retries !== undefined && retries !== -1 && { retries }),
    ...(deadLetters && { deadLetters: intrinsics.nameOf(deadLetters, id) }),
  };
}

/** Only functions are run; what a state machine does when deployed is done by hand here. */
function readSchedules([id, { Properties = {} }]: Entry, intrinsics: Intrinsics): LocalSchedule[] {
  const { ScheduleExpression: expression, State, Target, Targets = [] } = Properties;
  if (expression === undefined || State === 'DISABLED') return [];
  return [Target ?? Targets].flat().flatMap(({ Arn, Input }) => {
    const target = intrinsics.resourceOf(Arn) ?? '';
    if (intrinsics.template.Resources[target]?.Type !== 'AWS::Lambda::Function') return [];
    const input = Input === undefined ? {} : { input: intrinsics.text(Input, id) };
    return [{ name: id, expression, functionName: intrinsics.nameOf(target, id), ...input }];
  });
}
