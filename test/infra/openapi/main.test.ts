import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openApi, printJson } from '../../../infra/openapi/document.ts';
import { run } from '../../support/processes.ts';

const MAIN = 'infra/openapi/main.ts';

test('the document is printed', async () => {
  const main = run(MAIN, []);
  expect(await main.exitCode).toBe(0);
  expect(main.output()).toBe(printJson(openApi()));
});

test('or written to a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
  const file = join(folder, 'openapi.json');
  const main = run(MAIN, ['--out', file]);
  expect(await main.exitCode).toBe(0);
  expect(main.output()).toBe('');
  expect(readFileSync(file, 'utf8')).toBe(printJson(openApi()));
  rmSync(folder, { recursive: true });
});

test.each([['--out'], ['--yaml'], ['openapi.json']])(
  '%s alone is refused with a hint',
  async (option) => {
    const main = run(MAIN, [option]);
    expect(await main.exitCode).toBe(2);
    expect(main.output()).toBe('');
    expect(main.errors()).toContain('npm run openapi -- --out FILE');
  },
);
