/** What MiniStack does otherwise than AWS, and what the trial does about it, in a copy of the stack. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource, Template } from '../../../infra/local/template/intrinsics.ts';

/** The version that the gaps were seen in; each was tried without what is done about it. */
export const SEEN_IN = '1.5.33';

interface Gap {
  lacks: string;
  instead: string;
  /** The resources that it concerns. */
  concerns: (resource: Resource, id: string) => boolean;
  /** `out` takes the resource out of the template. */
  change: 'out' | ((resource: Resource, directory: string) => void);
}

export const GAPS: readonly Gap[] = [
  {
    lacks: 'no composite alarms',
    instead: 'taken out',
    concerns: ({ Type }) => Type === 'AWS::CloudWatch::CompositeAlarm',
    change: 'out',
  },
  {
    lacks: 'no alarms on metric math',
    instead: 'taken out',
    concerns: ({ Type, Properties }) =>
      Type === 'AWS::CloudWatch::Alarm' && Properties?.Metrics !== undefined,
    change: 'out',
  },
  {
    lacks: 'its gateway leaves cookies in a header, where AWS has them in event.cookies alone',
    instead: 'a module before the handler moves them',
    concerns: ({ Type }) => Type === 'AWS::Lambda::Function',
    change: ({ Properties = {}, Metadata = {} }, directory) => {
      const bundle = join(directory, String(Metadata['aws:asset:path']));
      writeFileSync(join(bundle, 'cookies.mjs'), MOVE_COOKIES);
      Properties.Handler = 'cookies.handler';
    },
  },
  {
    lacks: 'time is the real one, and a failed event is a dead letter after half an hour',
    instead: 'it is shown again after two seconds rather than six minutes',
    concerns: (_resource, id) => id === 'BillingQueue',
    change: ({ Properties = {} }) => {
      Properties.VisibilityTimeout = 2;
    },
  },
  {
    lacks: 'time is the real one, and the sweep is due every fifteen minutes',
    instead: 'it is due every minute',
    concerns: ({ Type, Properties }) =>
      Type === 'AWS::Events::Rule' && Properties?.ScheduleExpression === 'rate(15 minutes)',
    change: ({ Properties = {} }) => {
      Properties.ScheduleExpression = 'rate(1 minute)';
    },
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
  /** What was changed, in a line for each gap. */
  changed: string[];
}

/** Changes the synthesized stack in this folder, which must be a copy for the trial alone. */
export function bridgeGaps(directory: string): Bridged {
  const file = join(directory, 'ReferralPayouts.template.json');
  const template: Template = JSON.parse(readFileSync(file, 'utf8'));
  const out = new Set<string>();
  const changed = GAPS.map(({ lacks, instead, concerns, change }) => {
    const found = Object.entries(template.Resources).filter(([id, each]) => concerns(each, id));
    for (const [id, resource] of found)
      if (change === 'out') out.add(id);
      else change(resource, directory);
    return `${lacks}: ${instead} (${found.length}: ${found.map(([id]) => id).join(', ')})`;
  });
  const left = without(template, out);
  writeFileSync(file, JSON.stringify(left));
  const synthesized = Object.keys(template.Resources).length;
  return { synthesized, kept: Object.keys(left.Resources), changed };
}

/** The template without these resources; what names one, as the dashboard does, has its id as text. */
export function without(template: Template, out: ReadonlySet<string>): Template {
  const resources = Object.entries(template.Resources).filter(([id]) => !out.has(id));
  return named({ ...template, Resources: Object.fromEntries(resources) }, out) as Template;
}

function named(value: unknown, out: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => named(each, out));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref: id = (value as Reference)['Fn::GetAtt']?.[0] } = value as Reference;
  if (id !== undefined && out.has(id)) return id;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, named(each, out)]));
}

type Reference = { Ref?: string; 'Fn::GetAtt'?: string[] };
