/** The connection to DynamoDB, and the store that an invocation makes of it. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { TableName } from '../../config.ts';
import { exactInteger } from '../../money.ts';
import { deadlineOf, systemTime, type Time, type TimeLeft } from '../../time.ts';

/**
 * The time-outs nest: an attempt (3 s) < a function's deadline (below its 15 s) < the gateway's
 * integration time-out, so that the caller hears from this code rather than from a time-out above.
 */
export const ATTEMPT_TIMEOUT_MS = 3000;
const CONNECT_TIMEOUT_MS = 1000;

/** After so long a pause a function may have been frozen, and all its sockets have been closed. */
const SOCKETS_REST_MS = 20_000;

export type Connection = {
  client: DynamoDBDocumentClient;
  time: Time;
  attemptTimeoutMs: number;
  /** Called with the moment of each invocation, so that none begins on sockets that rested long. */
  wake: (nowMs: number) => void;
};
export type ConnectOptions = { attemptTimeoutMs?: number; time?: Time };

/** Every send is one attempt with a time-out; what to do after it is `retry.ts`. */
export function connect(options: ConnectOptions = {}): Connection {
  const { attemptTimeoutMs = ATTEMPT_TIMEOUT_MS, time = systemTime } = options;
  const { agents, closeIdle } = pooledSockets();
  const client = new DynamoDBClient(clientOptions(attemptTimeoutMs, agents));
  // It copies every item that is written and read, for a log that nobody keeps.
  client.middlewareStack.remove('loggerMiddleware');
  // What kept one socket from an answer has probably closed the others too. The next attempt opens
  // a new one instead of finding that out one by one.
  client.middlewareStack.add((next) => async (args) => {
    try {
      return await next(args);
    } catch (error) {
      if (!(error as { $response?: unknown }).$response) closeIdle();
      throw error;
    }
  });
  let awakeMs = time.now();
  return {
    client: DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers } }),
    time,
    attemptTimeoutMs,
    wake: (nowMs) => {
      if (nowMs - awakeMs >= SOCKETS_REST_MS) closeIdle();
      awakeMs = nowMs;
    },
  };
}

function pooledSockets() {
  const agents = { httpAgent: new HttpAgent(POOL), httpsAgent: new HttpsAgent(POOL) };
  const closeIdle = () => {
    const idle = Object.values(agents).flatMap(({ freeSockets }) => Object.values(freeSockets));
    // Stryker disable next-line OptionalChaining: none is undefined but by its type
    for (const socket of idle.flat()) socket?.destroy();
  };
  return { agents, closeIdle };
}

const POOL = { keepAlive: true, maxSockets: 50 };

/** Of every client here. */
export const clientOptions = (attemptTimeoutMs: number, agents: object = {}) => ({
  // The SDK's own retries would hide an attempt of unknown outcome behind the next one's error.
  maxAttempts: 1,
  requestHandler: {
    ...agents,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: attemptTimeoutMs,
    throwOnRequestTimeout: true,
    socketTimeout: attemptTimeoutMs,
  },
});

/** What an invocation may read and write: these tables, until its deadline. */
export type Store<Table extends TableName = never> = Connection & {
  tables: Readonly<Record<Table, string>>;
  /** The moment of the invocation, by which everything in it judges time; epoch milliseconds. */
  nowMs: number;
  /** When it must stop talking to the database, in epoch milliseconds. */
  deadlineMs: number;
};

export const openStore = <Table extends TableName>(
  connection: Connection,
  tables: Readonly<Record<Table, string>>,
  context: TimeLeft,
): Store<Table> => {
  const nowMs = connection.time.now();
  connection.wake(nowMs);
  return { ...connection, tables, nowMs, deadlineMs: deadlineOf(context, nowMs) };
};

/** A stored number that is no int64 stays text, which no schema takes: the item is corrupt then. */
export const wrapNumbers = (digits: string): bigint | string => exactInteger(digits) ?? digits;

/** The options of one attempt, which never outlives the deadline. */
export const attemptOptions = ({
  attemptTimeoutMs,
  deadlineMs,
  time,
}: Pick<Store, 'attemptTimeoutMs' | 'deadlineMs' | 'time'>): { requestTimeout: number } => ({
  requestTimeout: Math.max(1, Math.min(attemptTimeoutMs, deadlineMs - time.now())),
});
