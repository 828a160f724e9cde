/** Synthesizes the stack into a temporary folder that is gone when this process is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stop } from 'esbuild';
import { buildApp } from '../assembly.ts';
import { Problem } from './problem.ts';

export interface Assembly extends Disposable {
  directory: string;
}

/** Throws Problem when the functions cannot be bundled. */
export async function synthesize(context: Record<string, unknown> = {}): Promise<Assembly> {
  const { directory, remove } = temporaryFolder();
  try {
    const app = await buildApp({ outdir: directory, context });
    // Its service process would otherwise stay for as long as this one.
    await stop();
    app.synth();
    return { directory, [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    throw new Problem(`The stack could not be synthesized: ${(error as Error).message}`);
  }
}

function temporaryFolder() {
  const directory = mkdtempSync(join(tmpdir(), 'referral-payouts-'));
  const clear = () => rmSync(directory, { recursive: true, force: true });
  process.on('exit', clear);
  const remove = () => {
    process.off('exit', clear);
    clear();
  };
  return { directory, remove };
}
