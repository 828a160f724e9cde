/** Starts MiniStack, an AWS that others wrote, as a process of this machine alone. */
import { mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  collect,
  findProgram,
  freePort,
  leash,
  stop,
} from '../../../infra/local/database/engine.ts';
import { LOCAL_CREDENTIALS } from '../../../infra/local/template/intrinsics.ts';
import { Problem } from '../../../infra/problem.ts';

export interface Ministack extends AsyncDisposable {
  url: string;
  version: string;
  /** What it said last. */
  output: () => string;
}

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 20_000;

/** Undefined where it is not installed; `.ci/run` installs it. */
export const findMinistack = (): string | undefined => findProgram('ministack');

/** What it writes beside its memory goes into the folder. */
export async function startMinistack(
  program: string,
  folder: string,
  signal: AbortSignal,
): Promise<Ministack> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort(HOST);
  const child = leash(program, [], {
    // Its functions run on the `node` that it finds first.
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: folder,
    TMPDIR: folder,
    STATE_DIR: join(folder, 'state'),
    BIND_HOST: HOST,
    GATEWAY_PORT: String(port),
    LAMBDA_EXECUTOR: 'local',
    // Whoever has this key may do everything; everybody else, what a policy says.
    AUTH: 'true',
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    // Its other servers would listen at every address of the machine, and it asks Docker for more.
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    DOCKER_HOST: `unix://${join(folder, 'no-docker')}`,
    NO_PROXY: '*',
  });
  const output = collect(child);
  const url = `http://${HOST}:${port}`;
  const close = async () => {
    // All that it started is in its process group.
    const late = setTimeout(() => process.kill(-Number(child.pid), 'SIGKILL'), STOP_WITHIN_MS);
    await stop(child);
    clearTimeout(late);
  };
  const soon = AbortSignal.any([signal, AbortSignal.timeout(READY_WITHIN_MS)]);
  while (child.exitCode === null && !soon.aborted) {
    // Only after it has said that it listens: somebody else could have taken the port.
    const health = /Running on/.test(output()) ? await answer(url, soon) : undefined;
    if (health?.ok) {
      const { version } = (await health.json()) as { version: string };
      return { url, version, output, [Symbol.asyncDispose]: close };
    }
    await pause(50);
  }
  await close();
  throw new Problem(`MiniStack (${program}) did not start: ${output() || 'it said nothing'}.`);
}

const answer = (url: string, signal: AbortSignal) =>
  fetch(`${url}/_ministack/health`, { signal }).catch(() => undefined);
