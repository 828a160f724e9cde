/** Programs that others wrote to judge by, found on the PATH, where .ci/run puts them. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { patience } from '../../support/patience.ts';

export const ROOT = resolve(import.meta.dirname, '../../..');

const LIMIT_MS = patience(90_000);

export interface Judgement {
  exitCode: number;
  said: string;
}

export interface Checker {
  /** Tests that need it are skipped where it is missing. */
  isMissing: boolean;
  /** Rejects when it took too long, and was ended, or could not be started. */
  run(args: string[], options?: { cwd?: string; env?: NodeJS.ProcessEnv }): Promise<Judgement>;
}

/** The program of this name; says in one line that its tests are skipped, where there is none. */
export function checker(name: string): Checker {
  const isMissing = !(process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (isMissing)
    console.warn(`SKIPPED: ${name} is not on the PATH (pip install -r .ci/requirements.txt).`);
  return {
    isMissing,
    run: (args, { cwd = ROOT, env } = {}) =>
      new Promise((done, fail) => {
        const options = { cwd, env: { ...process.env, ...env }, timeout: LIMIT_MS };
        execFile(name, args, options, (error, stdout, stderr) => {
          const said = stdout + stderr;
          if (!error) done({ exitCode: 0, said });
          else if (typeof error.code === 'number') done({ exitCode: error.code, said });
          else fail(error);
        });
      }),
  };
}
