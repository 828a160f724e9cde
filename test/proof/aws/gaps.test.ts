/** What the trial changes in a copy of the stack, so that MiniStack can run it. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { Template } from '../../../infra/local/template/intrinsics.ts';
import { withFolder } from '../../support/synth.ts';
import { type Bridged, bridgeGaps, GAPS, MET_IN } from './gaps.ts';

const ROOT = join(import.meta.dirname, '../../..');
const TEMPLATE = 'ReferralPayouts.template.json';

const read = (directory: string, name: string) => readFileSync(join(directory, name), 'utf8');

test('they were met in the version that .ci/run installs', () =>
  expect(read(ROOT, '.ci/requirements.txt')).toContain(`ministack==${MET_IN}\n`));

describe('of the stack', () => {
  let bridged: Bridged;
  let before: Template;
  let after: Template;
  let text: string;
  let assets: string;

  beforeAll(() =>
    withFolder(async (folder) => {
      cpSync(inject('assembly'), folder, { recursive: true });
      before = JSON.parse(read(folder, TEMPLATE));
      bridged = bridgeGaps(folder);
      text = read(folder, TEMPLATE);
      after = JSON.parse(text);
      assets = read(folder, 'ReferralPayouts.assets.json');
    }),
  );

  test('every gap concerns something', () => {
    expect(bridged.changes).toHaveLength(GAPS.length);
    for (const change of bridged.changes) expect(change).toMatch(/: .+ \(\w.*\)\.$/);
  });

  test('only alarms and archives are taken out, and counted', () => {
    const out = Object.entries(before.Resources).filter(([id]) => !(id in after.Resources));
    expect(out.map(([, { Type }]) => Type)).toEqual(
      expect.arrayContaining([
        'AWS::CloudWatch::Alarm',
        'AWS::CloudWatch::CompositeAlarm',
        'AWS::Events::Archive',
      ]),
    );
    expect(
      out.filter(
        ([, { Type }]) => !/^AWS::(CloudWatch::(Composite)?Alarm|Events::Archive)$/.test(Type),
      ),
    ).toEqual([]);
    expect(bridged.kept).toEqual(Object.keys(after.Resources));
    expect(bridged.synthesized - bridged.kept.length).toBe(out.length);
    for (const [id] of out) expect(text).not.toMatch(new RegExp(`(Ref":|GetAtt":\\[)"${id}"`));
  });

  test('writes keep their actions and resources, and reads all of it', () => {
    const statementsOf = (template: Template) =>
      Object.values(template.Resources)
        .filter(({ Type }) => Type === 'AWS::IAM::Policy')
        .flatMap(({ Properties }) => Properties?.PolicyDocument.Statement);
    const plain = statementsOf(before).map(({ Condition, ...rest }) =>
      JSON.stringify(Condition ?? '').includes('dynamodb:EnclosingOperation')
        ? rest
        : { ...rest, ...(Condition && { Condition }) },
    );
    expect(statementsOf(after)).toEqual(plain);
    expect(plain).not.toEqual(statementsOf(before));
  });

  test('a queue keeps who may send to it, and its dead letters', () => {
    const { BillingQueue } = after.Resources;
    expect(BillingQueue?.Properties).toEqual({
      ...before.Resources.BillingQueue?.Properties,
      VisibilityTimeout: 2,
    });
    const policies = Object.values(after.Resources).filter(
      ({ Type }) => Type === 'AWS::SQS::QueuePolicy',
    );
    expect(policies.map(({ Properties }) => Properties?.PolicyDocument.Statement)).toContainEqual([
      expect.objectContaining({ Effect: 'Allow', Action: 'sqs:SendMessage' }),
    ]);
  });

  test('other schedules stay', () =>
    expect(text).toMatch(/rate\(5 minutes\).*cron\(20 3 \* \* \? \*\)|cron.*rate\(5 minutes\)/s));

  test('files are published by the rights of the caller', () => {
    expect(assets).toContain('"bucketName"');
    expect(assets).not.toContain('assumeRoleArn');
  });
});

test('cookies are moved from their header, and nothing else of an event', () =>
  withFolder(async (folder) => {
    const bundle = join(folder, 'asset');
    mkdirSync(bundle);
    writeFileSync(
      join(bundle, 'index.mjs'),
      'export const handler = (event, context) => [event, context];',
    );
    const echo = {
      Type: 'AWS::Lambda::Function',
      Properties: { Handler: 'index.handler' },
      Metadata: { 'aws:asset:path': 'asset' },
    };
    writeFileSync(join(folder, TEMPLATE), JSON.stringify({ Resources: { echo } }));
    writeFileSync(join(folder, 'ReferralPayouts.assets.json'), '{"files":{}}');
    bridgeGaps(folder);
    const template: Template = JSON.parse(read(folder, TEMPLATE));
    expect(template.Resources.echo?.Properties?.Handler).toBe('cookies.handler');
    const { handler } = await import(join(bundle, 'cookies.mjs'));

    const event = { version: '2.0', headers: { host: 'here' }, body: '{}' };
    const asked = { ...event, headers: { host: 'here', cookie: 'a=1; nl_session=x' } };
    expect(handler(asked, 'context')).toEqual([
      { ...event, cookies: ['a=1', 'nl_session=x'] },
      'context',
    ]);
    expect(handler(event, 'context')).toEqual([event, 'context']);
    for (const other of [{ Records: [] }, {}]) expect(handler(other, 0)).toEqual([other, 0]);
  }));
