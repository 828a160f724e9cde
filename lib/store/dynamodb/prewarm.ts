/** Moves the first use of SDK and TLS into the function's start, which has a full CPU. */
import { startedByLambda } from '../../config.ts';
import { getItemOnce } from './read.ts';
import type { Connection } from './store.ts';

const PREWARM_TIMEOUT_MS = 1000;

/**
 * One harmless read of a session that does not exist. A failure is ignored: the first request finds
 * out by itself, and says so properly. Outside Lambda (a test, a benchmark) there is nothing to
 * warm.
 */
export async function prewarm(
  connection: Connection,
  tables: Record<'Sessions', string>,
): Promise<void> {
  if (!startedByLambda) return;
  const nowMs = connection.time.now();
  const deadlineMs = nowMs + PREWARM_TIMEOUT_MS;
  const key = { token_hash: 'prewarm' };
  await getItemOnce({ ...connection, tables, nowMs, deadlineMs }, 'Sessions', key).catch(
    () => undefined,
  );
}
