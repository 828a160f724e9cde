/** The trial itself is a command of its own; these are the parts that need no MiniStack. */
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../support/processes.ts';
import { type Aws, seen } from './calls.ts';
import { resourcesNamed } from './left.ts';

const trial = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  run('test/proof/aws/main.ts', args, env);

const HEAVY = { tags: 'heavy' } as const;

test('where there is no ministack, one line says that nothing was tried', HEAVY, async () => {
  const { output, errors, exitCode } = trial([], { PATH: dirname(process.execPath) });
  expect(await exitCode).toBe(0);
  expect(output()).toMatch(/^SKIPPED: there is no ministack on the PATH, .*\n$/);
  expect(errors()).toBe('');
});

test('an option that it does not have is refused, with what it has', HEAVY, async () => {
  const { errors, exitCode } = trial(['--stage', 'production']);
  expect(await exitCode).toBe(2);
  expect(errors()).toMatch(/--stage[\s\S]*Usage: npm run trial/);
});

test('what is left is named, whatever its kind and in whichever protocol it is listed', async () => {
  const answers: Record<string, string> = {
    dynamodb: '{"TableNames":["Other","Payouts-one-AccountsTable-1"]}',
    sqs: '{"QueueUrls":["http://localhost/0/Payouts-one-Queue-2"]}',
    iam: '<Role><RoleName>Payouts-one-Role-3</RoleName><Arn>arn:role/Payouts-one-Role-3</Arn></Role>',
  };
  const aws: Aws = async (service) => answers[service] ?? '{"names":["Payouts-two-Thing"]}';
  const left = await resourcesNamed('Payouts-one', aws);
  expect(Object.entries(left).filter(([, names]) => names.length > 0)).toEqual([
    ['tables', ['Payouts-one-AccountsTable-1']],
    ['queues', ['Payouts-one-Queue-2']],
    ['roles', ['Payouts-one-Role-3']],
  ]);
});

test('a look is repeated until there is something to see, and its failure is told', async () => {
  let looks = 0;
  expect(await seen('it', async () => ++looks === 3 && 'there')).toBe('there');
  await expect(seen('it', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
