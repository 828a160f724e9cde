/** What MiniStack does otherwise than AWS, and what the trial does about it, in a copy of the stack. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource, Template } from '../../../infra/local/template/intrinsics.ts';

/** The version in which each gap was met, without what is done about it here. */
export const MET_IN = '1.5.33';

interface Copy {
  /** A synthesized assembly that belongs to the trial alone. */
  directory: string;
  template: Template;
}

interface Gap {
  lacks: string;
  instead: string;
  /** Changes the copy; gives the names of what it changed. */
  change: (copy: Copy) => string[];
}

export const GAPS: readonly Gap[] = [
  {
    lacks: 'It has no composite alarms',
    instead: 'taken out',
    change: (copy) => takeOut(copy, ({ Type }) => Type === 'AWS::CloudWatch::CompositeAlarm'),
  },
  {
    lacks: 'It has no alarms on metric math',
    instead: 'taken out',
    change: (copy) => takeOut(copy, ({ Properties }) => Properties?.Metrics !== undefined),
  },
  {
    lacks: 'It has no archives of event buses',
    instead: 'taken out',
    change: (copy) => takeOut(copy, isOf('AWS::Events::Archive')),
  },
  {
    lacks: 'Its gateway leaves cookies in a header, where AWS has them in event.cookies alone',
    instead: 'a module before the handler moves them',
    change: (copy) =>
      alter(copy, isOf('AWS::Lambda::Function'), ({ Properties = {}, Metadata = {} }) => {
        const bundle = join(copy.directory, String(Metadata['aws:asset:path']));
        writeFileSync(join(bundle, 'cookies.mjs'), MOVE_COOKIES);
        Properties.Handler = 'cookies.handler';
      }),
  },
  {
    lacks: 'Its IAM does not know dynamodb:EnclosingOperation, nor which attributes a write names',
    instead: 'writes are granted without these conditions',
    change: (copy) =>
      alterStatements(copy, 'AWS::IAM::Policy', 'dynamodb:EnclosingOperation', (statements) =>
        statements.map(({ Condition, ...rest }) => rest),
      ),
  },
  {
    lacks: 'It is asked by HTTP',
    instead: 'queues do not insist on TLS',
    change: (copy) =>
      alterStatements(copy, 'AWS::SQS::QueuePolicy', 'aws:SecureTransport', () => []),
  },
  {
    lacks: "Its IAM does not let bootstrap's role publish files",
    instead: "the caller's own rights do",
    change: ({ directory }) => {
      const name = 'ReferralPayouts.assets.json';
      const assets = readJson(directory, name) as { files: Record<string, File> };
      const destinations = Object.values(assets.files).flatMap(({ destinations }) =>
        Object.values(destinations),
      );
      for (const destination of destinations) delete destination.assumeRoleArn;
      writeFileSync(join(directory, name), JSON.stringify(assets));
      return [`${destinations.length} files`];
    },
  },
  {
    lacks: 'Its time is the real one, in which a failed event is a dead letter after half an hour',
    instead: 'a failed event is tried again after two seconds',
    change: (copy) =>
      alter(copy, isOf('AWS::SQS::Queue', 'RedrivePolicy'), ({ Properties = {} }) => {
        Properties.VisibilityTimeout = 2;
      }),
  },
  {
    lacks: 'Its time is the real one, in which the sweep comes every fifteen minutes',
    instead: 'it comes every minute',
    change: (copy) =>
      alter(copy, isSweep, ({ Properties = {} }) => {
        Properties.ScheduleExpression = 'rate(1 minute)';
      }),
  },
];

const MOVE_COOKIES = `import { handler as inner } from './index.mjs';

export function handler(event, context) {
  if (event?.version !== '2.0') return inner(event, context);
  const { cookie, ...headers } = event.headers;
  const cookies = cookie === undefined ? {} : { cookies: cookie.split('; ') };
  return inner({ ...event, headers, ...cookies }, context);
}
`;

export interface Bridged {
  /** How many resources the template had. */
  synthesized: number;
  /** Those that it still has. */
  kept: string[];
  /** A line for each gap. */
  changes: string[];
}

/** Changes the synthesized stack in this folder, which must belong to the trial alone. */
export function bridgeGaps(directory: string): Bridged {
  const name = 'ReferralPayouts.template.json';
  const copy = { directory, template: readJson(directory, name) as Template };
  const synthesized = Object.keys(copy.template.Resources).length;
  const changes = GAPS.map(({ lacks, instead, change }) => {
    return `${lacks}: ${instead} (${change(copy).join(', ')}).`;
  });
  writeFileSync(join(directory, name), JSON.stringify(copy.template));
  return { synthesized, kept: Object.keys(copy.template.Resources), changes };
}

type Test = (resource: Resource) => boolean;

const isOf =
  (type: string, property?: string): Test =>
  ({ Type, Properties }) =>
    Type === type && (property === undefined || Properties?.[property] !== undefined);

const isSweep: Test = ({ Properties }) => Properties?.ScheduleExpression === 'rate(15 minutes)';

function alter({ template }: Copy, test: Test, change: (resource: Resource) => void): string[] {
  const found = Object.entries(template.Resources).filter(([, resource]) => test(resource));
  for (const [, resource] of found) change(resource);
  return found.map(([id]) => id);
}

/** Of the policies' statements those with this condition key. */
function alterStatements(
  copy: Copy,
  type: string,
  key: string,
  change: (statements: Statement[]) => Statement[],
): string[] {
  const has = (value: unknown) => JSON.stringify(value).includes(`"${key}"`);
  const test: Test = ({ Type, Properties }) => Type === type && has(Properties);
  return alter(copy, test, ({ Properties = {} }) => {
    const { PolicyDocument: document } = Properties;
    document.Statement = document.Statement.flatMap((each: Statement) =>
      has(each) ? change([each]) : [each],
    );
  });
}

/** What names a resource that is out, as the dashboard does, has its id as text. */
function takeOut(copy: Copy, test: Test): string[] {
  const out = alter(copy, test, () => undefined);
  for (const id of out) delete copy.template.Resources[id];
  copy.template = JSON.parse(JSON.stringify(copy.template), (_key, value) => {
    const { Ref: id = value?.['Fn::GetAtt']?.[0] } = value ?? {};
    return out.includes(id) ? id : value;
  });
  return out;
}

const readJson = (directory: string, name: string): unknown =>
  JSON.parse(readFileSync(join(directory, name), 'utf8'));

type Statement = { Condition?: unknown };
type File = { destinations: Record<string, { assumeRoleArn?: string }> };
