/** Runs the embedded DynamoDB engine as a child process that cannot outlive this one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { get } from 'node:http';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Problem } from '../../problem.ts';

export interface Engine {
  endpoint: string;
  /** Resolves when the engine is no more, on purpose or not. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

export interface EngineOptions {
  /** Keeps the data in this file; without it everything is in memory. */
  dataFile?: string | undefined;
  /** The address of this machine to listen at. */
  host?: string | undefined;
  /** The port to listen at; any free one when not given. */
  port?: number | undefined;
  /** The program, by default that of DYNAMODB_ENGINE, which tests set, else the packaged one. */
  binary?: string;
}

const HOST = '127.0.0.1';
/** For one that hangs; on its end nobody waits, and a busy machine may take long. */
const READY_WITHIN_MS = 60_000;
const PORT_ATTEMPTS = 5;

/**
 * An address of this machine that nobody guesses. The engine lets every web page in (its CORS is
 * `*`), and a page in a developer's browser can try all ports of 127.0.0.1, but not of 16 million
 * addresses. Only Linux has them without being asked.
 */
export const hiddenHost = (): string =>
  process.platform === 'linux'
    ? `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`
    : HOST;

/**
 * A shell keeps the engine's leash: it ends the engine when its standard input closes, as it does
 * however this process ends, SIGKILL included. So no engine is ever left behind.
 */
const LEASH = `
  exec 3<&0
  "$@" 3<&- & engine=$!
  { read -r _ <&3; kill $engine; } >/dev/null 2>&1 & leash=$!
  wait $engine; status=$?
  { kill $leash; wait $leash; } 2>/dev/null
  exit $status`;

export async function startEngine({
  dataFile,
  host = HOST,
  port: wanted,
  binary = process.env.DYNAMODB_ENGINE || findEngine(),
}: EngineOptions = {}): Promise<Engine> {
  const file = dataFile === undefined ? [] : ['--db-path', dataFile];
  for (let attempt = 1; ; attempt++) {
    // Somebody else may take the port first; then the engine ends at once, and tries another one.
    const port = wanted ?? (await freePort(host));
    const child = leash(binary, ['serve', '--host', host, '--port', String(port), ...file]);
    const output = collect(child);
    const endpoint = `http://${host}:${port}`;
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    if (await isReady(child, output, endpoint)) return { endpoint, ended, stop: () => stop(child) };
    await stop(child);
    if (attempt === PORT_ATTEMPTS || !output().includes('already in use'))
      throw new Problem(failureOf(binary, output().trim(), dataFile));
  }
}

function failureOf(binary: string, output: string, dataFile: string | undefined): string {
  if (/not a valid SQLite database/.test(output))
    return `The data file ${dataFile} is no database of this service; name another one, or one to be made, with DATA_FILE.`;
  if (/unable to open database/.test(output))
    return `The data file ${dataFile} cannot be opened: DATA_FILE must name a file in a folder that is there and may be written to.`;
  return `The DynamoDB engine (${binary}) did not start: ${output || 'it said nothing'}.`;
}

/** The packaged binary, else one on the PATH. */
export function findEngine(
  platform = `${process.platform}-${process.arch}`,
  path = process.env.PATH ?? '',
): string {
  const name = process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  try {
    const packageFile = createRequire(import.meta.url).resolve(
      `@dynoxide/${platform}/package.json`,
    );
    return join(dirname(packageFile), name);
  } catch {
    const found = findProgram(name, path);
    if (found !== undefined) return found;
  }
  throw new Problem(
    `There is no DynamoDB engine for ${platform}: put dynoxide on the PATH, or set DYNAMODB_ENDPOINT to the address of one that runs (DynamoDB Local, for instance).`,
  );
}

/** The first file of this name on the PATH. */
export const findProgram = (name: string, path = process.env.PATH ?? ''): string | undefined =>
  path
    .split(delimiter)
    .map((dir) => join(dir, name))
    .find(existsSync);

export async function freePort(host = HOST, port = 0): Promise<number> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** In a session of its own: Ctrl-C goes to a process group, and the last requests need it. */
export function leash(binary: string, args: string[], env = process.env): ChildProcess {
  const stdio = ['pipe', 'pipe', 'pipe'] as const;
  return process.platform === 'win32'
    ? spawn(binary, args, { stdio: [...stdio], env })
    : spawn('sh', ['-c', LEASH, 'sh', binary, ...args], { stdio: [...stdio], env, detached: true });
}

/** What the child has said last. */
export function collect(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: Buffer) => {
    text = (text + chunk).slice(-2000);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  child.on('error', (error) => add(Buffer.from(error.message)));
  child.stdin?.on('error', () => {});
  return () => text.replace(/\s*\n\s*/g, ' ');
}

/**
 * Asks the engine only after it has said that it listens: somebody else's engine could have taken
 * the same port. False as soon as the child ends.
 */
async function isReady(child: ChildProcess, output: () => string, url: string): Promise<boolean> {
  const ended = new AbortController();
  for (const event of ['close', 'error']) child.once(event, () => ended.abort());
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(READY_WITHIN_MS)]);
  while (!signal.aborted) {
    if (/listening|running on/i.test(output())) {
      // Not by `fetch`, which would ask a proxy of the environment.
      const request = get(url, { agent: false, signal });
      const [response] = await once(request, 'response').catch(() => []);
      response?.resume();
      if (response?.statusCode === 200) return true;
    }
    await setTimeout(5);
  }
  return false;
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = once(child, 'close');
  if (process.platform === 'win32') child.kill();
  else child.stdin?.end();
  await closed;
}
