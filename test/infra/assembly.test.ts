import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, test } from 'vitest';
import { buildApp } from '../../infra/assembly.ts';
import { withFolder } from '../support/synth.ts';

describe('cdk-nag', () => {
  test('AwsSolutions has nothing to object to, with every option set', async () => {
    await withFolder(async (outdir) => {
      const app = await buildApp({
        outdir,
        checks: true,
        context: { stage: 'production', alarmEmail: 'oncall@triport.io' },
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
    const app = await buildApp({ outdir, context: { stage: 'production' } });
    const stack = app.node.findChild('ReferralPayouts') as Stack;
    expect(stack.stackName).toBe('ReferralPayouts-production');
    expect(stack.terminationProtection).toBe(true);
  });
});

test('a wrong option ends the command line with one sentence and a non-zero exit', () =>
  withFolder(async (folder) => {
    const app = join(import.meta.dirname, '../../infra/app.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, [app], {
      env: {
        ...process.env,
        CDK_CONTEXT_JSON: JSON.stringify({ minPayoutMicro: '0' }),
        CDK_OUTDIR: join(folder, 'out'),
        TMPDIR: folder,
      },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stdout + stderr).toMatch(/^Context "minPayoutMicro" must [^\n]*\.\n$/);
    expect(readdirSync(folder)).toEqual(['out']);
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
