/**
 * Functions that answer wrongly on purpose, around the real ones, to see whether the fuzzer
 * notices.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalStack } from '../../../infra/local/template/local-stack.ts';

/**
 * By function: code that may change the answer `r` to the event `e`; `n` counts the answers, `last`
 * keeps anything.
 */
type Plants = Record<string, string>;

/** The stack with these functions in the place of its own. */
export function planted(stack: LocalStack, plants: Plants): LocalStack & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-planted-'));
  const functions = stack.functions.map((lambda) => {
    const plant = plants[lambda.name];
    if (plant === undefined) return lambda;
    const dir = join(folder, lambda.name);
    mkdirSync(dir);
    copyFileSync(join(lambda.dir, 'index.mjs'), join(dir, 'real.mjs'));
    writeFileSync(
      join(dir, 'index.mjs'),
      `import { handler as real } from './real.mjs';
      let n = 0, last;
      export const handler = async (e, context) => {
        const r = await real(e, context);
        n++;
        ${plant}
        return r;
      };`,
    );
    return { ...lambda, dir };
  });
  return { ...stack, functions, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
