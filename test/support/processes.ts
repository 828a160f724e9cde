/** Runs the project's commands as child processes, and watches what they leave behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '../..');

export interface Run {
  child: ChildProcess;
  output: () => string;
  errors: () => string;
  /** Everything printed, once it matches; rejects if the process ends before. */
  until(pattern: RegExp): Promise<string>;
  exitCode: Promise<number | null>;
}

/** One of the project's programs. */
export const run = (file: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): Run =>
  spawnRun(process.execPath, [join(ROOT, file), ...args], env);

export function spawnRun(program: string, args: string[], env: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, DYNAMODB_ENDPOINT: '', DATA_FILE: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const exitCode = once(child, 'close').then(() => child.exitCode);
  const until = async (pattern: RegExp): Promise<string> => {
    let ended = false;
    void exitCode.then(() => {
      ended = true;
    });
    while (!pattern.test(output)) {
      if (ended) throw new Error(`It ended without ${pattern}:\n${output}${errors}`);
      await Promise.race([once(child.stdout, 'data'), exitCode]);
    }
    return output;
  };
  return { child, output: () => output, errors: () => errors, until, exitCode };
}

/** Waits until nothing listens at the address any more. */
export async function gone(url: string): Promise<void> {
  while (
    await fetch(url).then(
      () => true,
      () => false,
    )
  )
    await setTimeout(10);
}

/** The running processes that this one started, however indirectly (Linux only). */
export function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        return [[Number(name), Number(fields[1])] as const];
      } catch {
        return [];
      }
    });
  const children = (of: number): number[] =>
    parents.filter(([, parent]) => parent === of).flatMap(([child]) => [child, ...children(child)]);
  return children(pid);
}

/** The words of a process's command line, with a NUL after each (Linux only). */
export const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
