/** The roles of the template, and which accesses they allow: as much of IAM as they use. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTION_NAMES, type FunctionName } from '../../../infra/compute/catalogue.ts';
import { ofType, type SynthesizedTemplate } from '../synth.ts';
import type { Access } from './accesses.ts';

export type Statement = {
  actions: string[];
  resources: string[];
  /** By operator, then by key. */
  conditions: Record<string, Record<string, string | string[]>>;
};

/** The template of the assembly in this folder. */
export function templateIn(folder: string): SynthesizedTemplate {
  const file = readdirSync(folder).find((name) => name.endsWith('.template.json'));
  return JSON.parse(readFileSync(join(folder, String(file)), 'utf8'));
}

/** Every function's statements. Throws for one that is not a plain allowance. */
export const rolesOf = (template: SynthesizedTemplate): Record<FunctionName, Statement[]> =>
  Object.fromEntries(FUNCTION_NAMES.map((name) => [name, statementsOf(template, name)])) as Record<
    FunctionName,
    Statement[]
  >;

function statementsOf(template: SynthesizedTemplate, name: string): Statement[] {
  const role = template.Resources[name]?.Properties.Role['Fn::GetAtt'][0];
  return ofType(template, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => Properties.Roles[0].Ref === role)
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .map(({ Effect, Action, Resource, Condition = {}, ...rest }) => {
      if (Effect !== 'Allow' || Object.keys(rest).length > 0)
        throw new Error(`${name} has a statement with ${Effect} ${Object.keys(rest)}`);
      const [actions, resources] = [[Action].flat(), [Resource].flat().map(show)];
      return { actions, resources, conditions: Condition };
    });
}

type Arn = string | { Ref: string } | { 'Fn::GetAtt': string[] } | { 'Fn::Join': [string, Arn[]] };

/** `RewardsTable.Arn/index/pending` */
const show = (resource: Arn): string => {
  if (typeof resource === 'string') return resource;
  if ('Ref' in resource) return resource.Ref;
  if ('Fn::GetAtt' in resource) return resource['Fn::GetAtt'].join('.');
  const [separator, parts] = resource['Fn::Join'];
  return parts.map(show).join(separator);
};

/** Each action of each statement on each of its resources. */
export const singly = (statements: Statement[]): Statement[] =>
  statements.flatMap(({ actions, resources, conditions }) =>
    actions.flatMap((action) =>
      resources.map((resource) => ({ actions: [action], resources: [resource], conditions })),
    ),
  );

/**
 * By the IAM User Guide: what several values of the request (none where it has no such key) are to
 * those of the policy.
 */
const OPERATORS: Record<string, (found: string[], values: string[]) => boolean> = {
  'ForAllValues:StringEquals': (found, values) => found.every((each) => values.includes(each)),
  'ForAnyValue:StringEquals': (found, values) => found.some((each) => values.includes(each)),
  Null: (found, [isAbsent]) => String(found.length === 0) === isAbsent,
};

export const isAllowed = (statements: Statement[], access: Access): boolean =>
  statements.some((statement) => allows(statement, access));

/** Throws for a condition that no role here has. */
export const allows = (
  { actions, resources, conditions }: Statement,
  { action, resource, context }: Access,
): boolean =>
  actions.includes(action) &&
  resources.includes(resource) &&
  Object.entries(conditions).every(([operator, keys]) => {
    const holds = OPERATORS[operator];
    if (!holds) throw new Error(`no role has a condition with ${operator}`);
    return Object.entries(keys).every(([key, values]) =>
      holds(context[key] ?? [], [values].flat()),
    );
  });
