/**
 * A store client whose every call passes the fault-injecting proxy, with a clock that does not
 * wait.
 */
import { onTestFinished, vi } from 'vitest';
import { createDb, type Db } from '../../lib/store/dynamodb/store.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type TestTime, testTime } from './time.ts';

const PATIENCE_MS = 3000;

export type Wire = { proxy: FaultProxy; time: TestTime; db: Db };

/**
 * How long to wait for the answer to a call on which this fault falls: nobody wants to wait long
 * for one that hangs.
 */
export const patienceMs = (fault: string): number =>
  /^(hang|stall)/.test(fault) ? 300 : PATIENCE_MS;

/** For one test; closed when it ends. The time-out is long enough for a busy machine. */
export async function openWire(databaseUrl: string, attemptTimeoutMs = PATIENCE_MS): Promise<Wire> {
  const proxy = await startFaultProxy(databaseUrl);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', proxy.url);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.spyOn(console, 'warn').mockReturnValue();
  const time = testTime();
  const db = createDb({ attemptTimeoutMs, time });
  onTestFinished(async () => {
    db.client.destroy();
    await proxy.close();
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  return { proxy, time, db };
}
