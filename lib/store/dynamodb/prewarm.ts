/**
 * Moves the first use of the SDK and the TLS handshake into the function's start, which has a full
 * CPU.
 */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { startedByLambda } from '../../config.ts';
import { attemptOptions, type Db } from './store.ts';

const PREWARM_TIMEOUT_MS = 1000;

/**
 * One harmless read of a key that does not exist. A failure is ignored: the first request finds out
 * by itself, and says so properly. Outside Lambda (a test, a benchmark of the import) there is
 * nothing to warm.
 */
export async function prewarm(db: Db, table: string): Promise<void> {
  if (!startedByLambda) return;
  const get = new GetCommand({
    TableName: table,
    Key: { token_hash: 'prewarm' },
    ConsistentRead: true,
  });
  await db.client
    .send(get, attemptOptions(db, db.time.now() + PREWARM_TIMEOUT_MS))
    .catch(() => undefined);
}
