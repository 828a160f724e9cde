/** A store client whose every call passes the fault-injecting proxy, with a clock that does not wait. */
import { onTestFinished, vi } from 'vitest';
import { createDb, type Db } from '../../lib/store/db.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type TestTime, testTime } from './time.ts';

export type Wire = { proxy: FaultProxy; time: TestTime; db: Db };

/** For one test; closed when it ends. The time-out is short for tests of hanging, and long enough for a busy machine. */
export async function openWire(databaseUrl: string, attemptTimeoutMs = 300): Promise<Wire> {
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
