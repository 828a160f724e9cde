/** The command lines of the proofs: what they can do, and why they do nothing. */
import { describe, expect, test } from 'vitest';
import { run } from '../support/processes.ts';

const PROGRAMS = ['fuzz', 'bench', 'mutation', 'simulator'];

const runWith = async (program: string, ...args: string[]) => {
  const { exitCode, output, errors } = run(`test/proof/${program}/main.ts`, args);
  return { exitCode: await exitCode, output: output(), errors: errors() };
};

describe.each(PROGRAMS)('%s', (program) => {
  test.each(['--help', '-h'])('%s says what it can do, and nothing else', async (option) => {
    const { exitCode, output, errors } = await runWith(program, option);
    expect([exitCode, errors]).toEqual([0, '']);
    expect(output).toMatch(/^Usage: npm run (fuzz|bench|mutate|simulate) -- \[/);
  });

  test('says what it does not know, without a stack', async () => {
    const { exitCode, output, errors } = await runWith(program, '--frobnicate');
    expect([exitCode, output]).toEqual([2, '']);
    expect(errors).toMatch(/^[^\n]*frobnicate[^\n]*\n\nUsage: npm run /);
    expect(errors).not.toMatch(/^ +at /m);
  });
});

test.each([
  ['fuzz', '--seed', 'x'],
  ['fuzz', '--requests', '0'],
  ['fuzz', '--only', '1.5'],
  ['simulator', '--seeds', '0'],
  ['bench', '--only', 'everything'],
  ['mutation', 'lib/nowhere'],
])('%s refuses %s %s', async (...command) => {
  const [program = '', ...args] = command;
  const { exitCode, errors } = await runWith(program, ...args.filter(Boolean));
  expect(exitCode).toBe(2);
  expect(errors).toContain('\n\nUsage: ');
});
