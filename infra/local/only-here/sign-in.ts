/** Signs users in, and gives them earnings, by writing to the tables: `POST /_local/session`. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { tokenHash } from '../../../lib/store/dynamodb/sessions.ts';
import { Problem } from '../../problem.ts';
import type { GatewayRequest } from '../gateway/payload.ts';
import { type GatewayResponse, jsonResponse } from '../gateway/response.ts';
import type { LocalStack } from '../template/local-stack.ts';
import { parseSessionRequest, RefusedError, type SessionRequest } from './session-request.ts';
import { HistoryWriter } from './write-history.ts';

export interface NewSession {
  userId: string;
  token: string;
  /** The ids of the rewards: the available one, then the pending ones as they were given. */
  rewards: string[];
  /** The ids of the open invoices, as they were given. */
  invoices: string[];
}

/** Always there, so that the events of test/events and a first curl need no preparation. */
export const DEMO = {
  userId: '00000000-0000-4000-8000-000000000001',
  token: 'local-demo-session',
};
const DEMO_REQUEST: SessionRequest = {
  available_micro: 1_000_000_000n,
  invoices: [{ invoice_id: 'demo-invoice', total_micro: 12_000_000n }],
};

const SESSION_SECONDS = 24 * 60 * 60;

export class Sessions {
  readonly #client: DynamoDBDocumentClient;
  readonly #history: HistoryWriter;
  readonly #sessionsTable: string;
  readonly #accountsTable: string;

  constructor(client: DynamoDBClient, { tables }: Pick<LocalStack, 'tables'>) {
    const nameOf = (id: string): string => {
      const table = tables.find(({ name }) => name === id);
      if (table) return table.name;
      throw new Problem(`The template has no table ${id}, so nobody can be signed in.`);
    };
    this.#client = DynamoDBDocumentClient.from(client);
    this.#sessionsTable = nameOf('SessionsTable');
    this.#accountsTable = nameOf('AccountsTable');
    this.#history = new HistoryWriter(this.#client, {
      accounts: this.#accountsTable,
      rewards: nameOf('RewardsTable'),
      invoices: nameOf('InvoicesTable'),
    });
  }

  /** Signs a user in, a new one unless named; without any reward the account is left alone. */
  async create(request: SessionRequest = {}): Promise<NewSession> {
    const userId = request.user_id ?? randomUUID();
    const token = randomBytes(32).toString('base64url');
    // First, since an open invoice changes no balance: what follows may still be refused.
    const invoices = await this.#history.addInvoices(userId, request.invoices ?? []);
    const rewards = await this.#history.addRewards(userId, request);
    await this.#putSession(userId, token);
    return { userId, token, rewards, invoices };
  }

  /** Signs the demo user in, with a balance and an invoice the first time. */
  async createDemo(): Promise<void> {
    const { userId, token } = DEMO;
    const get = { TableName: this.#accountsTable, Key: { user_id: userId }, ConsistentRead: true };
    const { Item } = await this.#client.send(new GetCommand(get));
    if (Item === undefined) {
      await this.#history.addRewards(userId, DEMO_REQUEST);
      await this.#history.addInvoices(userId, DEMO_REQUEST.invoices ?? []);
    }
    await this.#putSession(userId, token);
  }

  readonly handle = async ({ body }: GatewayRequest): Promise<GatewayResponse> => {
    try {
      const request = parseSessionRequest(body);
      const { userId, token, rewards, invoices } = await this.create(request);
      const cookie = `nl_session=${token}`;
      const setCookie = `${cookie}; HttpOnly; SameSite=Lax; Path=/; Max-Age=${SESSION_SECONDS}`;
      const session = { user_id: userId, session: token, cookie, rewards, invoices };
      return jsonResponse(201, session, [setCookie]);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      return jsonResponse(400, { error: 'invalid_args', message: error.message });
    }
  };

  async #putSession(userId: string, token: string): Promise<void> {
    // No earlier than the cookie, to which a whole number of seconds is given from now on.
    const expires_at = Math.ceil(Date.now() / 1000) + SESSION_SECONDS;
    const Item = { token_hash: tokenHash(token), user_id: userId, expires_at };
    await this.#client.send(new PutCommand({ TableName: this.#sessionsTable, Item }));
  }
}
