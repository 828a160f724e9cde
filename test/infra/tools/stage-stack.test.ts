/** A stage's stack is found by the stage's name, and never another account's in its place. */
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../../../infra/local/database/engine.ts';
import { Problem, UsageError } from '../../../infra/problem.ts';
import { SettingsError } from '../../../infra/settings.ts';
import { findStageStack, outputOf } from '../../../infra/tools/stage-stack.ts';
import { startCloudFormation } from './cloud-formation.ts';

const stubAll = (env: Record<string, string>) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
};
beforeEach(() => onTestFinished(() => void vi.unstubAllEnvs()));

test('the outputs come with it, and names of resources when asked for, by signed requests', async () => {
  const { requests, env } = await startCloudFormation('ReferralPayouts-personal', {
    outputs: { ApiUrl: 'https://a.example/?x=1&y="<', AccountsTableName: 'Accounts-1' },
    resources: { Reconcile: 'ReferralPayouts-personal-Reconcile-1X' },
  });
  stubAll(env);
  const stack = await findStageStack('personal');
  expect(stack).toMatchObject({
    stackName: 'ReferralPayouts-personal',
    region: 'eu-west-1',
    outputs: { ApiUrl: 'https://a.example/?x=1&y="<', AccountsTableName: 'Accounts-1' },
  });
  expect(await stack.physicalId('Reconcile')).toBe('ReferralPayouts-personal-Reconcile-1X');
  expect(requests.map(({ form }) => form)).toEqual([
    { Action: 'DescribeStacks', StackName: 'ReferralPayouts-personal', Version: '2010-05-15' },
    {
      Action: 'DescribeStackResource',
      StackName: 'ReferralPayouts-personal',
      LogicalResourceId: 'Reconcile',
      Version: '2010-05-15',
    },
  ]);
  for (const { headers } of requests)
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/cloudformation\/aws4_request, /,
    );
  expect(outputOf(stack, 'AccountsTableName')).toBe('Accounts-1');
  expect(() => outputOf(stack, 'Later')).toThrow(
    'The stack ReferralPayouts-personal has no output Later: deploy it again.',
  );
});

test('the template is the one that was deployed', async () => {
  const template = { Resources: { A: { Properties: { Description: 'a < b & "c"' } } } };
  const { env } = await startCloudFormation('ReferralPayouts-personal', { template });
  stubAll(env);
  expect(await (await findStageStack('personal')).template()).toEqual(template);
});

test('a resource or a stack that is not there is said in the words of CloudFormation', async () => {
  const { env } = await startCloudFormation('ReferralPayouts-personal', {});
  stubAll(env);
  const { physicalId } = await findStageStack('personal');
  await expect(physicalId('Nothing')).rejects.toThrow(
    new Problem('CloudFormation (eu-west-1) refused (400): Resource Nothing does not exist'),
  );
  const other = await startCloudFormation('Other', {});
  stubAll(other.env);
  await expect(findStageStack('personal')).rejects.toThrow(
    'Stack with id ReferralPayouts-personal does not exist',
  );
});

test('a stage that names its account and region is looked for there and nowhere else', async () => {
  const right = await startCloudFormation('ReferralPayouts-production', {});
  stubAll(right.env);
  expect((await findStageStack('production')).region).toBe('eu-central-1');
  const wrong = await startCloudFormation('ReferralPayouts-production', {
    account: '444455556666',
  });
  stubAll(wrong.env);
  await expect(findStageStack('production')).rejects.toThrow(
    'These credentials are of the account 444455556666; the stage production is in 111122223333.',
  );
});

test('an unknown stage, no region and nobody there are sentences', async () => {
  await expect(findStageStack('prodution')).rejects.toThrow(SettingsError);
  stubAll({ AWS_REGION: '', AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's' });
  await expect(findStageStack('personal')).rejects.toThrow(UsageError);
  const url = `http://127.0.0.1:${await freePort()}`;
  stubAll({ AWS_ENDPOINT_URL_CLOUDFORMATION: url });
  await expect(findStageStack('personal', { region: 'eu-west-1' })).rejects.toThrow(
    `There was no answer from ${url} (ECONNREFUSED).`,
  );
});
