/** What a first deployment of production that fails can clear away, and what stays in later ones. */
import { CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from '../../infra/assembly.ts';
import { localClient } from '../../infra/local/database/create-tables.ts';
import { startEngine } from '../../infra/local/database/engine.ts';
import { TABLE_NAMES } from '../../lib/config.ts';
import {
  ofType,
  type SynthesizedTemplate,
  stageWith,
  synthesize,
  withFolder,
} from '../support/synth.ts';

const stages = {
  first: stageWith({ firstDeployment: true }, 'production'),
  later: stageWith({}, 'production'),
};
const templates = {} as Record<keyof typeof stages, SynthesizedTemplate>;

beforeAll(async () => {
  for (const [name, stage] of Object.entries(stages))
    templates[name as keyof typeof stages] = await synthesize(stage);
});

const kept = ({ Resources }: SynthesizedTemplate, policy: string) =>
  Object.entries(Resources)
    .filter(([, { DeletionPolicy }]) => DeletionPolicy === policy)
    .map(([id]) => id);

test('tables and logs are kept by every deployment but the one that made them, and nothing by that', () => {
  for (const template of Object.values(templates)) {
    expect(kept(template, 'Retain')).toEqual([]);
    const data = ['AWS::DynamoDB::Table', 'AWS::Logs::LogGroup']
      .flatMap((type) => ofType(template, type))
      .map(([id]) => id);
    expect(kept(template, 'RetainExceptOnCreate').sort()).toEqual(data.sort());
  }
});

describe('tables as the template makes them', () => {
  const makeAndDelete = async (template: SynthesizedTemplate) => {
    const engine = await startEngine();
    const client = localClient(engine.endpoint);
    const deletions = ofType(template, 'AWS::DynamoDB::Table').map(async ([id, { Properties }]) => {
      const { KeySchema, BillingMode, DeletionProtectionEnabled } = Properties;
      const keys = KeySchema.map(({ AttributeName }: { AttributeName: string }) => AttributeName);
      const AttributeDefinitions = Properties.AttributeDefinitions.filter(
        ({ AttributeName }: { AttributeName: string }) => keys.includes(AttributeName),
      );
      await client.send(
        new CreateTableCommand({
          TableName: id,
          ...{ KeySchema, AttributeDefinitions, BillingMode, DeletionProtectionEnabled },
        }),
      );
      return client.send(new DeleteTableCommand({ TableName: id }));
    });
    const outcomes = await Promise.allSettled(deletions);
    client.destroy();
    await engine.stop();
    return outcomes;
  };

  test('can all be deleted after a first deployment', async () => {
    const outcomes = await makeAndDelete(templates.first);
    expect(outcomes.map(({ status }) => status)).toEqual(
      Array(TABLE_NAMES.length).fill('fulfilled'),
    );
  });

  // Which is why there is a first deployment without.
  test('can by nobody once they are protected, a rollback neither', async () => {
    const outcomes = await makeAndDelete(templates.later);
    expect(outcomes).toHaveLength(TABLE_NAMES.length);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { message: expect.stringMatching(/currently protected against deletion/) },
      });
  });
});

test.each([
  ['first', false, [/not protected.*deploy again\./]],
  ['later', true, []],
] as const)('the stack of the %s deployment is protected: %s', (name, isProtected, warnings) =>
  withFolder(async (outdir) => {
    const app = await buildApp({ outdir, settings: stages[name] });
    const stack = app.synth().getStackArtifact('ReferralPayouts');
    expect(stack.terminationProtection).toBe(isProtected);
    const said = stack.messages.filter(({ level }) => level === 'warning');
    expect(said.map(({ entry }) => entry.data)).toEqual(
      warnings.map((text) => expect.stringMatching(text)),
    );
  }),
);
