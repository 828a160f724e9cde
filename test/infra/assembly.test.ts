import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, test } from 'vitest';
import { buildApp } from '../../infra/assembly.ts';
import type { Stage } from '../../infra/settings.ts';
import { STAGES } from '../../infra/stages.ts';
import { stageWith, withFolder } from '../support/synth.ts';

const everything: Required<Stage> = {
  ...STAGES.production,
  billingAccount: '444455556666',
  approvalAboveMicro: 1n,
  sanctions: true,
  userDailyLimitMicro: 10_000_000n,
  outflowBudgetsMicro: { solana: 1n },
  tokens: { polygon: { token: '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359', decimals: 6 } },
  verifiers: {
    secret: 'chain-providers',
    senders: { polygon: ['0xde709f2102306220921060314715629080e2fb77'] },
  },
  firstDeployment: false,
  tracing: true,
  reconciliation: { everyHours: 6, segments: 16 },
  firewall: {
    name: 'pay.triport.io',
    certificateArn:
      'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-4000-8000-000000000001',
    perAddress: 3_000,
    perSession: 600,
  },
};

describe('cdk-nag', () => {
  test('AwsSolutions has nothing to object to, with every option set', async () => {
    await withFolder(async (outdir) => {
      const app = await buildApp({
        outdir,
        checks: true,
        settings: stageWith(everything, 'production'),
      });
      expect(() => app.synth()).not.toThrow();
    });
  });

  test('a resource that breaks a rule stops the synthesis', async () => {
    await withFolder(async (outdir) => {
      const app = await buildApp({ outdir, checks: true });
      new Topic(app.node.findChild('ReferralPayouts') as Stack, 'WithoutTls');
      expect(() => app.synth()).toThrow();
      const report = readFileSync(join(outdir, 'validation-report.json'), 'utf8');
      const violatingConstructs = [{ constructPath: 'ReferralPayouts/WithoutTls/Resource' }];
      expect(JSON.parse(report).pluginReports[0].violations).toMatchObject([
        { ruleName: 'AwsSolutions-SNS3', violatingConstructs },
      ]);
    });
  });
});

test('production resists deletion as a stack, and stages have stacks of their own', async () => {
  await withFolder(async (outdir) => {
    const app = await buildApp({ outdir, settings: stageWith({}, 'production') });
    const stack = app.node.findChild('ReferralPayouts') as Stack;
    expect(stack.stackName).toBe('ReferralPayouts-production');
    expect(stack.terminationProtection).toBe(true);
  });
});

/** The command line's way in, with `-c` options as it passes them on. */
const synthesizeBy = (context: Record<string, string>, folder: string) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '../../infra/app.ts')], {
    env: {
      ...process.env,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      CDK_OUTDIR: join(folder, 'out'),
      TMPDIR: folder,
    },
    encoding: 'utf8',
  });

// What was once an option, one that never was, and stages that nobody has set.
test.each([
  [{ alarmEmail: 'oncall@triport.io' }, /^There is no option "alarmEmail": [^\n]*\.\n$/],
  [{ stagge: 'production' }, /^There is no option "stagge": [^\n]*\.\n$/],
  [{ stage: 'prod' }, /^There is no stage "prod": [^\n]*\.\n$/],
  [{ stage: 'constructor' }, /^There is no stage "constructor": [^\n]*\.\n$/],
  [{ stage: '' }, /^There is no stage "": [^\n]*\.\n$/],
])('%j ends the command line with one sentence and a non-zero exit', (context, sentence) =>
  withFolder(async (folder) => {
    const { status, stdout, stderr } = synthesizeBy(context, folder);
    expect(stdout + stderr).toMatch(sentence);
    expect(status).toBe(1);
    expect(readdirSync(folder)).toEqual(['out']);
  }),
);

test('the name of a stage is all that its deployment needs', () =>
  withFolder(async (folder) => {
    const { status } = synthesizeBy({ stage: 'production' }, folder);
    expect(status).toBe(0);
    const manifest = JSON.parse(readFileSync(join(folder, 'out/manifest.json'), 'utf8'));
    const { properties: at, environment } = manifest.artifacts.ReferralPayouts;
    expect(at).toMatchObject({
      stackName: 'ReferralPayouts-production',
      terminationProtection: true,
    });
    expect(environment).toBe(`aws://${STAGES.production.account}/${STAGES.production.region}`);
  }));

test('nothing but the assembly makes an app, which would leave a temporary folder behind', () => {
  const root = join(import.meta.dirname, '../..');
  const makers = ['infra', 'test']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts'))
        .map((path) => join(folder, path)),
    )
    .filter((path) => /\bnew (App|Stage)\(/.test(readFileSync(join(root, path), 'utf8')));
  expect(makers).toEqual(['infra/assembly.ts']);
});
