/** Deploys and destroys the stack by the CDK's command line, and looks at what there is then. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNT_ID, REGION } from '../../../infra/local/template/intrinsics.ts';
import type { Aws } from './calls.ts';
import type { Cdk } from './cdk.ts';
import { resourcesNamed } from './left.ts';

export interface Deployed {
  name: string;
  outputs: Record<string, string>;
}

export async function bootstrap(cdk: Cdk): Promise<string> {
  const printed = await cdk('bootstrap', `aws://${ACCOUNT_ID}/${REGION}`);
  return lineWith(printed, 'bootstrapped');
}

/** The stack of this assembly, with its name and outputs. */
export async function deploy(cdk: Cdk, assembly: string): Promise<Deployed> {
  const file = join(assembly, 'outputs.json');
  await cdk('deploy', ...of(assembly), '--require-approval', 'never', '--outputs-file', file);
  const [[name, outputs] = ['', {}]] = Object.entries<Deployed['outputs']>(
    JSON.parse(readFileSync(file, 'utf8')),
  );
  return { name, outputs };
}

/** How many resources CloudFormation says were made, which must be all of these. */
export async function madeAll(aws: Aws, StackName: string, expected: string[]): Promise<number> {
  const made: string[] = [];
  for (let NextToken: string | undefined = ''; NextToken !== undefined; ) {
    const input = { StackName, ...(NextToken && { NextToken }) };
    const page = await aws('cloudformation', {
      action: 'ListStackResources',
      version: '2010-05-15',
      input,
    });
    const rows = page.matchAll(/<LogicalResourceId>(\w+)<.*?<ResourceStatus>CREATE_COMPLETE</gs);
    made.push(...[...rows].map(([, id = '']) => id));
    [, NextToken] = /<NextToken>([^<]+)</.exec(page) ?? [];
  }
  assert.deepEqual(made.sort(), expected.sort());
  return made.length;
}

/** Deploys what was synthesized anew, of which nothing may be another. */
export async function deployAgain(cdk: Cdk, assembly: string): Promise<string> {
  const printed = await cdk('deploy', ...of(assembly), '--require-approval', 'never');
  return lineWith(printed, 'no changes');
}

/** Destroys the stack; says what kinds of resources there were, of which none may be left. */
export async function destroy(cdk: Cdk, aws: Aws, assembly: string, name: string): Promise<string> {
  const before = await resourcesNamed(name, aws);
  const empty = Object.entries(before).flatMap(([kind, { length }]) => (length ? [] : [kind]));
  assert.deepEqual(empty, [], 'there must be something of each kind before, or none would be seen');
  await cdk('destroy', ...of(assembly), '--force');
  const left = Object.values(await resourcesNamed(name, aws)).flat();
  assert.deepEqual(left, []);
  return `nothing is left of its ${Object.keys(before).join(', ')}`;
}

const of = (assembly: string) => ['--all', '--app', assembly, '--progress', 'events'];

function lineWith(printed: string, words: string): string {
  const line = printed.split('\n').find((each) => each.includes(words));
  assert.ok(line, `it did not say "${words}":\n${printed.slice(-2000)}`);
  return line.trim();
}
