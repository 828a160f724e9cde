/** The synthesized stack to run: one that is there, or a new one in a temporary folder. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stop } from 'esbuild';
import { buildApp } from '../../assembly.ts';
import { Problem } from '../../problem.ts';
import { stageNamed } from '../../stages.ts';

export interface Assembly extends Disposable {
  directory: string;
}

/** The assembly in the folder that ASSEMBLY names, as `cdk synth` left it, or else a new one. */
export const openAssembly = async (): Promise<Assembly> =>
  process.env.ASSEMBLY
    ? { directory: resolve(process.env.ASSEMBLY), [Symbol.dispose]: () => undefined }
    : synthesize();

const PREFIX = 'referral-payouts-';

/** Removes the folders of processes that were killed and could not do it themselves. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, owner] = name.match(new RegExp(`^${PREFIX}(\\d+)-`)) ?? [];
    if (owner === undefined || isRunning(Number(owner))) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another user's; he will start it again himself.
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // There, but another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Throws Problem when the functions cannot be bundled. */
export async function synthesize(settings = stageNamed('personal')): Promise<Assembly> {
  sweep();
  const directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const clear = () => rmSync(directory, { recursive: true, force: true });
  process.on('exit', clear);
  const remove = () => {
    process.off('exit', clear);
    clear();
  };
  try {
    const app = await buildApp({ outdir: directory, settings });
    // Its service process would otherwise stay for as long as this one.
    await stop();
    app.synth();
    return { directory, [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    throw new Problem(`The stack could not be synthesized: ${(error as Error).message}`);
  }
}
