/** Signs users in on this machine: writes sessions and balances straight to the tables, which no deployed route can do. */
import { randomBytes, randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import { parseJson } from '../../lib/json.ts';
import { INT64_MAX } from '../../lib/money.ts';
import { tokenHash } from '../../lib/session.ts';
import type { GatewayRequest } from './event.ts';
import { Problem } from './problem.ts';
import { type GatewayReply, jsonReply } from './reply.ts';
import type { LocalStack } from './stack.ts';

export interface NewSession {
  userId: string;
  token: string;
}

/** Always there, so that the events of test/events and a first curl work without any preparation. */
export const DEMO: NewSession = {
  userId: '00000000-0000-4000-8000-000000000001',
  token: 'local-demo-session',
};
const DEMO_BALANCE_MICRO = 1_000_000_000n;

const SESSION_SECONDS = 24 * 60 * 60;

const BUCKETS = [
  'pending_micro',
  'available_micro',
  'reserved_micro',
  'paid_out_micro',
  'spent_micro',
  'lifetime_micro',
  'version',
];

const SessionRequest = v.object({
  available_micro: v.optional(
    v.pipe(
      v.bigint('available_micro must be an integer.'),
      v.minValue(0n, 'available_micro must not be negative.'),
      v.maxValue(INT64_MAX, 'available_micro must be an int64.'),
    ),
  ),
  user_id: v.optional(v.pipe(v.string('user_id must be a string.'), v.uuid('user_id must be a UUID.'))),
});

export class Sessions {
  readonly #client: DynamoDBClient;
  readonly #sessionsTable: string;
  readonly #accountsTable: string;

  constructor(client: DynamoDBClient, { tables }: Pick<LocalStack, 'tables'>) {
    const nameOf = (id: string): string => {
      const table = tables.find(({ name }) => name === id);
      if (table) return table.name;
      throw new Problem(`The template has no table ${id}, so nobody can be signed in.`);
    };
    this.#client = client;
    this.#sessionsTable = nameOf('SessionsTable');
    this.#accountsTable = nameOf('AccountsTable');
  }

  /** Signs a user in, a new one unless named; without an amount the account is left as it is, or missing. */
  async create(availableMicro?: bigint, userId: string = randomUUID()): Promise<NewSession> {
    const token = randomBytes(32).toString('base64url');
    if (availableMicro !== undefined) await this.#credit(userId, availableMicro);
    await this.#putSession({ userId, token });
    return { userId, token };
  }

  /** Signs the demo user in, with a balance the first time. */
  async createDemo(): Promise<NewSession> {
    await this.#putSession(DEMO);
    await this.#credit(DEMO.userId, DEMO_BALANCE_MICRO, 'attribute_not_exists(user_id)').catch((error) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    });
    return DEMO;
  }

  /** `POST /_local/session`. */
  readonly handle = async ({ body }: GatewayRequest): Promise<GatewayReply> => {
    const request = parse(body);
    if (typeof request === 'string') return jsonReply(400, { error: 'invalid_args', message: request });
    try {
      const { userId, token } = await this.create(request.available_micro, request.user_id?.toLowerCase());
      const cookie = `nl_session=${token}`;
      const setCookie = `${cookie}; HttpOnly; SameSite=Lax; Path=/; Max-Age=${SESSION_SECONDS}`;
      return jsonReply(201, { user_id: userId, session: token, cookie }, [setCookie]);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const message = 'available_micro would take the account beyond an int64.';
      return jsonReply(400, { error: 'invalid_args', message });
    }
  };

  async #putSession({ userId, token }: NewSession): Promise<void> {
    const expiresAt = Math.floor(Date.now() / 1000) + SESSION_SECONDS;
    const Item = {
      token_hash: { S: tokenHash(token) },
      user_id: { S: userId },
      expires_at: { N: String(expiresAt) },
    };
    await this.#client.send(new PutItemCommand({ TableName: this.#sessionsTable, Item }));
  }

  /** Refused (ConditionalCheckFailedException) when a number of the account would no longer be an int64. */
  async #credit(userId: string, amountMicro: bigint, condition?: string): Promise<void> {
    const raised: Record<string, string> = {
      available_micro: ':amount',
      lifetime_micro: ':amount',
      version: ':one',
    };
    const sets = BUCKETS.map(
      (name) => `${name} = if_not_exists(${name}, :zero) + ${raised[name] ?? ':zero'}`,
    );
    const fits = 'attribute_not_exists(user_id) OR lifetime_micro <= :room';
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#accountsTable,
        Key: { user_id: { S: userId } },
        UpdateExpression: `SET ${sets.join(', ')}`,
        ConditionExpression: condition ?? fits,
        ExpressionAttributeValues: {
          ':amount': { N: String(amountMicro) },
          ':one': { N: '1' },
          ':zero': { N: '0' },
          ...(condition === undefined && { ':room': { N: String(INT64_MAX - amountMicro) } }),
        },
      }),
    );
  }
}

/** The request, or a sentence that says what is wrong with it. */
function parse(body: Buffer): v.InferOutput<typeof SessionRequest> | string {
  try {
    const value = body.length === 0 ? {} : parseJson(body.toString('utf8'));
    const parsed = v.safeParse(SessionRequest, value);
    return parsed.success ? parsed.output : parsed.issues[0].message;
  } catch {
    return 'The body is not JSON.';
  }
}
