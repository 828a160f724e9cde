/** The store's connection, every call of which passes the proxy that injects faults. */
import { beforeEach, onTestFinished, vi } from 'vitest';
import type { TableName } from '../../lib/config.ts';
import { type Connection, connect, type Store } from '../../lib/store/dynamodb/store.ts';
import { tables } from './backdoor.ts';
import { stubAws } from './environment.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { ATTEMPT_TIMEOUT_MS, BUDGET_MS, type TestTime, testTime } from './samples.ts';

/** With a clock that does not wait; `store` gives a store with so much time from now on. */
export type Wire = {
  proxy: FaultProxy;
  time: TestTime;
  connection: Connection;
  store: (budgetMs?: number) => Store<TableName>;
};

/** For one test; closed when it ends. */
export async function openWire(
  databaseUrl: string,
  attemptTimeoutMs = ATTEMPT_TIMEOUT_MS,
): Promise<Wire> {
  const proxy = await startFaultProxy(databaseUrl);
  stubAws('DYNAMODB', proxy.url);
  vi.spyOn(console, 'warn').mockReturnValue();
  const time = testTime();
  const connection = connect({ attemptTimeoutMs, time });
  const store = (budgetMs = BUDGET_MS) => {
    const nowMs = time.now();
    return { ...connection, tables, nowMs, deadlineMs: nowMs + budgetMs };
  };
  onTestFinished(async () => {
    connection.client.destroy();
    await proxy.close();
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  return { proxy, time, connection, store };
}

/** A wire for each test of a file, which may open it `again` with another time-out. */
export function useWire(database: { url: string }) {
  const wire = {
    again: async (attemptTimeoutMs?: number) => {
      Object.assign(wire, await openWire(database.url, attemptTimeoutMs));
    },
  } as Wire & { again: (attemptTimeoutMs?: number) => Promise<void> };
  beforeEach(() => wire.again());
  return wire;
}
