/** The Python SDK by the strictest of Python's type checkers, and a linter, of others. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withFolder } from '../../support/synth.ts';
import { checker, ROOT } from './checker.ts';

const SDK = join(ROOT, 'sdk/python');
const SETTINGS = join(SDK, 'pyproject.toml');
/** The package, its tests and examples; the linter also reads what else is Python here. */
const SOURCES = [join(SDK, 'src'), join(SDK, 'tests')];
const PYTHON = [...SOURCES, join(import.meta.dirname, 'schemathesis_hooks.py')];

/** What the examples of the README take for given. */
const GIVEN = `from typing import TypedDict
from triport import TriportClient, TriportError
class Request(TypedDict):
    amount_micro: int
    network: str
    address: str
TRIPORT_SESSION: str
request: Request
client = TriportClient()
`;

const mypy = checker('mypy');
const ruff = checker('ruff');

/** Neither leaves a trace of what it saw. */
const types = (...files: string[]) =>
  mypy.run(['--config-file', SETTINGS, '--cache-dir', '/dev/null', ...files], {
    env: { MYPYPATH: join(SDK, 'src') },
  });
const lint = (command: string[], ...files: string[]) =>
  ruff.run([...command, '--no-cache', '--quiet', '--config', SETTINGS, ...files]);

const CLEAN = { exitCode: 0, said: '' };

describe.skipIf(mypy.isMissing)('mypy --strict', { tags: 'heavy' }, () => {
  test('finds nothing in the package and its tests', async () =>
    expect(await types(...SOURCES)).toEqual({
      exitCode: 0,
      said: expect.stringMatching(/^Success: no issues found in \d\d source files\n$/),
    }));

  test('finds nothing in the examples of the README', () =>
    withFolder(async (folder) => {
      const readme = readFileSync(join(SDK, 'README.md'), 'utf8');
      const examples = [...readme.matchAll(/^```python\n([\s\S]*?)^```/gm)];
      const files = examples.map(([, code = ''], at) => {
        const file = join(folder, `example_${at}.py`);
        // One of them shows a signature, which is no program.
        writeFileSync(file, code.includes('(*, ') ? '' : GIVEN + code);
        return file;
      });
      expect(files).toHaveLength(4);
      expect(await types(...files)).toMatchObject({ exitCode: 0 });
    }));

  test('finds an amount that is text, and a function without types', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'wrong.py');
      const call = 'client.referrals.create_payout(amount_micro="1", network="", address="")';
      writeFileSync(file, `${GIVEN}${call}\ndef untyped(x): ...\n`);
      const { exitCode, said } = await types(file);
      expect(exitCode).toBe(1);
      expect(said).toMatch(/\[arg-type\][\s\S]*\[no-untyped-def\]/);
    }));
});

describe.skipIf(ruff.isMissing)('ruff', { tags: 'heavy' }, () => {
  test('finds nothing', async () => expect(await lint(['check'], ...PYTHON)).toEqual(CLEAN));

  test('would format nothing in another way', async () =>
    expect(await lint(['format', '--check'], ...PYTHON)).toEqual(CLEAN));

  test('finds what is not used, and what is not formatted', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'wrong.py');
      writeFileSync(file, "import os\nx = 'y'\n");
      expect((await lint(['check'], file)).said).toContain('F401');
      expect(await lint(['format', '--check'], file)).toMatchObject({ exitCode: 1 });
    }));
});
