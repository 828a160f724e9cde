/** The synthesized stack to run: one that is there, or a new one in a temporary folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stop } from 'esbuild';
import { buildApp } from '../../assembly.ts';
import { Problem } from '../../problem.ts';

export interface Assembly extends Disposable {
  directory: string;
}

/** The assembly in the folder that ASSEMBLY names, as `cdk synth` left it, or else a new one. */
export const openAssembly = async (context: Record<string, unknown> = {}): Promise<Assembly> =>
  process.env.ASSEMBLY
    ? { directory: resolve(process.env.ASSEMBLY), [Symbol.dispose]: () => undefined }
    : synthesize(context);

/** Throws Problem when the functions cannot be bundled. */
export async function synthesize(context: Record<string, unknown> = {}): Promise<Assembly> {
  const directory = mkdtempSync(join(tmpdir(), 'referral-payouts-'));
  const clear = () => rmSync(directory, { recursive: true, force: true });
  process.on('exit', clear);
  const remove = () => {
    process.off('exit', clear);
    clear();
  };
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
