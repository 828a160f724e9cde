/** What a command of this project does about the world that it is started in. */
import { readFileSync } from 'node:fs';

/**
 * To be called first. What is printed after the reader went away (`| head`) is nobody's loss, so
 * that the program goes on in silence to its own end and exit code, unless `leave` ends it sooner.
 * And no proxy of the environment comes between it and this machine.
 */
export function settleIn(leave: () => void = () => undefined): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      leave();
    });
  exemptLoopback();
}

/** This machine, as the `hostname` of a URL. */
export const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** NO_PROXY is also read by those that leave the brackets out. */
const EXEMPT = [...LOOPBACK, '::1'];

/**
 * With NODE_USE_ENV_PROXY=1 Node sends what goes to this machine to HTTP_PROXY too, unless NO_PROXY
 * names it. `fetch` looks at NO_PROXY anew for every request.
 */
export function exemptLoopback(env: NodeJS.ProcessEnv = process.env): void {
  const given = env.no_proxy ?? env.NO_PROXY ?? '';
  if (given === '*') return;
  const exempt = [...new Set([...given.split(/[\s,]+/).filter(Boolean), ...EXEMPT])].join();
  env.no_proxy = exempt;
  env.NO_PROXY = exempt;
}

const LOOK_EVERY_MS = 250;

/**
 * Calls `end` once npm, which started this program, is no more: killed, it cannot pass that on, and
 * what it passes on ends the shell in between, which does not pass it on. Started by anything else,
 * a program may outlive it.
 */
export function whenNpmEnds(end: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  // Some shells become the program that they start, and npm is the parent.
  const isShell = fileOf(parent, 'cmdline').split('\0')[1] === '-c';
  const grandparent = parentOf(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && !(isShell && parentOf(parent) !== grandparent)) return;
    clearInterval(timer);
    end();
  }, LOOK_EVERY_MS).unref();
}

/** Undefined where there is no /proc; the shells there become the program. */
const parentOf = (pid: number): string | undefined =>
  fileOf(pid, 'stat')
    .replace(/^.*\) /s, '')
    .split(' ')[1];

function fileOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return '';
  }
}
