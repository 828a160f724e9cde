/**
 * The connection to DynamoDB. Every send is one attempt with a time-out; what to do after it is
 * `retry.ts`.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { exactInteger } from '../../money.ts';
import { systemTime, type Time } from '../../time.ts';

/**
 * The time-outs nest: an attempt (3 s) < a function's deadline (below its 15 s) < the gateway's
 * integration time-out, so that the caller hears from this code rather than from a time-out above
 * it.
 */
const ATTEMPT_TIMEOUT_MS = 3000;
const CONNECT_TIMEOUT_MS = 1000;

export type Db = { client: DynamoDBDocumentClient; time: Time; attemptTimeoutMs: number };
export type DbOptions = { attemptTimeoutMs?: number; time?: Time };

export function createDb({
  attemptTimeoutMs = ATTEMPT_TIMEOUT_MS,
  time = systemTime,
}: DbOptions = {}): Db {
  const client = new DynamoDBClient({
    // The SDK's own retries would hide an attempt whose outcome is unknown behind the next one's
    // error.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: attemptTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: attemptTimeoutMs,
    },
  });
  return {
    client: DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers } }),
    time,
    attemptTimeoutMs,
  };
}

/**
 * A stored number that is no int64 stays text, which no schema takes: the item is then reported as
 * corrupt.
 */
export const wrapNumbers = (digits: string): bigint | string => exactInteger(digits) ?? digits;

/** The options of one attempt, which never outlives the deadline (epoch milliseconds). */
export const attemptOptions = (db: Db, deadlineMs: number): { requestTimeout: number } => ({
  requestTimeout: Math.max(1, Math.min(db.attemptTimeoutMs, deadlineMs - db.time.now())),
});
