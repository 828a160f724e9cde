/** `npm run -s sanctions` as a process: a list becomes the module that bundles have. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { fingerprint } from '../../../lib/networks/sanctions.ts';
import { LISTED } from '../../lib/networks/sanctioned-samples.ts';
import { run } from '../../support/processes.ts';

async function sanctions(lines: string, ...args: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'sanctions-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [list, out] = [join(folder, 'list.txt'), join(folder, 'made.ts')];
  await writeFile(list, lines);
  const { exitCode, output, errors } = run('infra/tools/sanctions-main.ts', [
    ...[list, '--out', out],
    ...args,
  ]);
  return { exitCode: await exitCode, output: output(), errors: errors(), out };
}

const told = ['--date', '2026-10-01', '--source', "OFAC's list"];

test('each address of a network here is there once, in order; others are left out', async () => {
  const bitcoin = '16iWn2J1McqjToYLHSsAyS6En3QA8YQ91H';
  const lines = [LISTED.solana, '', LISTED.ethereum, LISTED.ethereum.toLowerCase(), bitcoin];
  const { exitCode, output, errors, out } = await sanctions(lines.join('\r\n'), ...told);
  expect({ exitCode, output, errors }).toEqual({
    exitCode: 0,
    output: 'Addresses: 2. Lines left out: 1.\n',
    errors: '',
  });
  const made = await import(pathToFileURL(out).href);
  expect(made.SANCTIONS_LIST).toEqual({ date: '2026-10-01', source: "OFAC's list" });
  const prints = [LISTED.solana, LISTED.ethereum].map(fingerprint).sort();
  expect(made.SANCTIONED).toBe(Buffer.from(prints.join(''), 'hex').toString('base64'));
  const text = await readFile(out, 'utf8');
  for (const address of [LISTED.solana, LISTED.ethereum.slice(2).toLowerCase()])
    expect(text).not.toContain(address);
  // `npm run check` takes it as it is.
  const biome = [
    'node_modules/.bin/biome',
    'format',
    '--stdin-file-path=lib/networks/sanctioned.ts',
  ];
  expect(execFileSync(process.execPath, biome, { input: text, encoding: 'utf8' })).toBe(text);
});

test.each([
  ['a list without any', 'hello\n', told, 1, 'has no address of a network here'],
  ['no date', LISTED.solana, told.slice(2), 2, '--date must be a day'],
  ['a date that is none', LISTED.solana, ['--date', '2026-13-01', ...told.slice(2)], 2, '--date'],
  ['a day of no month', LISTED.solana, ['--date', '2026-02-31', ...told.slice(2)], 2, '--date'],
  ['no source', LISTED.solana, told.slice(0, 2), 2, '--source is missing'],
  ['an option that is unknown', LISTED.solana, ['--dates'], 2, "Unknown option '--dates'"],
])('%s is refused, and nothing is written', async (_what, lines, args, code, said) => {
  const { exitCode, errors, out } = await sanctions(lines, ...args);
  expect([exitCode, errors]).toEqual([code, expect.stringContaining(said)]);
  await expect(readFile(out)).rejects.toThrow('ENOENT');
});
