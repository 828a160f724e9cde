/** The stack in AWS's other partitions, where ARNs and hosts have other names. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, inject, test } from 'vitest';
import type { FunctionName } from '../../infra/compute/catalogue.ts';
import type { Stage } from '../../infra/settings.ts';
import { STAGES } from '../../infra/stages.ts';
import { TABLE_NAMES, tableVariable } from '../../lib/config.ts';
import { type SynthesizedTemplate, stageWith, synthesize } from '../support/synth.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Every text in a template, and the key that it is under. */
function texts(value: unknown, key = ''): [key: string, text: string][] {
  if (typeof value === 'string') return [[key, value]];
  if (Array.isArray(value)) return value.flatMap((each) => texts(each, key));
  return Object.entries(value ?? {}).flatMap(([name, each]) => texts(each, name));
}

/** A service has this name in every partition, where it is somebody to trust. */
const isService = ([key, text]: [string, string]) =>
  ['Service', 'Principal'].includes(key) && /^[a-z]+\.amazonaws\.com$/.test(text);

const found = (template: SynthesizedTemplate, pattern: RegExp) => [
  ...new Set(
    texts({ ...template })
      .filter((each) => !isService(each))
      .flatMap(([, text]) => text.match(pattern) ?? []),
  ),
];

const ARN = /arn:[\w-]*:/g;
const HOST = /[\w.-]*\b(amazonaws|aws\.amazon|amazon)\b[\w.-]*/g;

const { name, zone } = STAGES.production.domain;
const inRegion = (region: string, partition: string): Partial<Stage> => ({
  region,
  billingAccount: '444455556666',
  domain: {
    name,
    certificateArn: `arn:${partition}:acm:${region}:${STAGES.production.account}:certificate/a`,
    zone,
  },
});

test.each([
  ['eu-central-1', 'aws', 'console.aws.amazon.com'],
  ['cn-north-1', 'aws-cn', 'console.amazonaws.cn'],
  ['us-gov-west-1', 'aws-us-gov', 'console.amazonaws-us-gov.com'],
])('in %s every ARN is of %s and the console is %s', async (region, partition, console) => {
  const template = await synthesize(stageWith(inRegion(region, partition), 'production'));
  expect(found(template, ARN)).toEqual([`arn:${partition}:`]);
  expect(found(template, HOST)).toEqual([console]);
});

describe('where the region is left to the deployment', () => {
  test('nothing but AWS itself says which partition it is', async () => {
    const template = await synthesize(stageWith({ billingAccount: '444455556666' }));
    expect(found(template, ARN)).toEqual([]);
    const { Mappings, Outputs } = template as SynthesizedTemplate & { Mappings: object };
    expect(found(template, HOST)).toEqual(texts(Mappings).map(([, host]) => host));
    const [mapping = '', hosts] = Object.entries(Mappings)[0] ?? [];
    expect(Object.keys(hosts)).toEqual(['aws', 'aws-cn', 'aws-us-gov']);
    expect(Outputs.DashboardUrl?.Value['Fn::Join'][1]).toContainEqual({
      'Fn::FindInMap': [mapping, { Ref: 'AWS::Partition' }, 'host'],
    });
  });
});

/**
 * Runs a bundle on one of the example events in a process of its own, in which no name of a host is
 * known, and gives the names that it asked for.
 */
function hostsAskedBy(name: FunctionName, event: string, region: string): string[] {
  const bundle = pathToFileURL(join(inject('assembly'), 'bundles', name, 'index.mjs')).href;
  const script = `
    import dns from 'node:dns';
    const asked = new Set();
    dns.lookup = (host, options, give) => {
      asked.add(host);
      give(Object.assign(new Error(host), { code: 'ENOTFOUND' }));
    };
    const event = JSON.parse(process.env.EVENT);
    const { handler } = await import(${JSON.stringify(bundle)});
    await handler(event, { awsRequestId: 'r', getRemainingTimeInMillis: () => 2000 }).catch(() => {});
    process.stdout.write(JSON.stringify([...asked]), () => process.exit());`;
  const tables = TABLE_NAMES.map((table) => [tableVariable(table), table]);
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: {
      ...Object.fromEntries(tables),
      PAYOUT_EVENT_BUS: 'bus',
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      EVENT: readFileSync(join(ROOT, 'test/events', event), 'utf8'),
    },
    encoding: 'utf8',
  });
  return JSON.parse(stdout);
}

test.each([
  ['eu-central-1', 'amazonaws.com'],
  ['cn-north-1', 'amazonaws.com.cn'],
  ['us-gov-west-1', 'amazonaws.com'],
])('in %s what is deployed asks for hosts of %s', (region, suffix) => {
  const dynamodb = hostsAskedBy('ListPayouts', 'list-payouts.json', region);
  expect(dynamodb).toEqual([`dynamodb.${region}.${suffix}`]);
  const events = hostsAskedBy('PublishPayoutEvents', 'publish-payout-events.json', region);
  expect(events).toEqual([`events.${region}.${suffix}`]);
});

test('no source names an ARN or a host of one partition, but examples and the hosts above', () => {
  const lines = ['lib', 'functions', 'infra'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      // What runs on this machine is in the partition `aws`.
      .filter((path) => path.endsWith('.ts') && !join(folder, path).startsWith('infra/local/'))
      .flatMap((path) =>
        readFileSync(join(ROOT, folder, path), 'utf8')
          .split('\n')
          .map((line) => `${join(folder, path)}: ${line.trim()}`),
      ),
  );
  const named = lines
    .filter((line) => /arn:aws:|amazonaws\.com|aws\.amazon/.test(line))
    // Principals have one name in every partition.
    .filter(
      (line) => !/(Principal|ofThisAccount|ToPublish)\(.*'[a-z]+\.amazonaws\.com'/.test(line),
    );
  expect(named.map((line) => line.split(':')[0]).sort()).toEqual([
    'infra/openapi/examples.ts',
    'infra/openapi/examples.ts',
    'infra/stages.ts',
    'infra/tools/stage-stack.ts',
    'infra/watch/dashboard.ts',
    'lib/settlement/person.ts',
  ]);
});
