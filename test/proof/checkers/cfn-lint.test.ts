/** The templates as CloudFormation's own schemas have it, by a linter of others. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildApp } from '../../../infra/assembly.ts';
import { STAGES, stageNamed } from '../../../infra/stages.ts';
import { withFolder } from '../../support/synth.ts';
import { checker } from './checker.ts';

/** One of each partition, since not every one has every resource. */
const REGIONS = ['us-east-1', 'us-gov-west-1', 'cn-north-1'];

/** Rules that are not applied, each for its reason. */
const IGNORED = {
  W3005: 'the CDK has every function wait for its role and for its policy, and its ARN does so too',
};

const linter = checker('cfn-lint');
const lint = (template: string) =>
  linter.run([
    ...['--ignore-checks', ...Object.keys(IGNORED)],
    ...['--regions', ...REGIONS],
    ...['--template', template],
  ]);

describe.skipIf(linter.isMissing)('cfn-lint', { tags: 'heavy' }, () => {
  test.each(Object.keys(STAGES))(
    'has nothing to object to in the template of the stage %s',
    (stage) =>
      withFolder(async (outdir) => {
        const [stack] = (await buildApp({ outdir, settings: stageNamed(stage) })).synth().stacks;
        expect(await lint(stack?.templateFullPath ?? '')).toEqual({ exitCode: 0, said: '' });
      }),
  );

  test('objects to what CloudFormation does not have, and to what is only unwise', () =>
    withFolder(async (folder) => {
      const template = join(folder, 'template.json');
      const Properties = { KeySchema: [], Colour: 'red' };
      writeFileSync(
        template,
        JSON.stringify({
          Parameters: { Unused: { Type: 'String' } },
          Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties } },
        }),
      );
      const { exitCode, said } = await lint(template);
      expect(exitCode).not.toBe(0);
      expect(said).toMatch(/E3002.*Colour/);
      expect(said).toMatch(/W2001.*Unused/);
    }));
});
