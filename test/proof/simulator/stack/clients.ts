/** The clients: sends operations over HTTP, and tells what was seen of them. */
import http from 'node:http';
import { parseJson } from '../../../../lib/json.ts';
import { signedHeaders } from '../../../support/requests.ts';
import type { BillingMessage, Operation } from '../history/steps.ts';
import type { Observation, Seen } from '../model/observation.ts';
import { operatorRequest } from './operator-requests.ts';
import type { PageAsked } from './pages.ts';
import type { SimulatedStack } from './simulated-stack.ts';
import { spelled } from './spelling.ts';
import type { Users } from './users.ts';

type Request = {
  method: string;
  path: string;
  cookie?: string | undefined;
  headers?: Record<string, string>;
  body?: string | undefined;
};

/** The operation as a request, if it is one; `nth` says how ids are spelled. */
function requestOf(
  operation: Operation,
  users: Users,
  payoutId: string,
  { nth, cursor = '' }: PageAsked,
): Request | undefined {
  const cookie = 'user' in operation ? users.cookie(operation.user) : undefined;
  const payouts = '/v1/referrals/payouts';
  switch (operation.kind) {
    case 'payout': {
      const { network, address, key } = operation;
      const rest = JSON.stringify({ network, address }).slice(1);
      const body = `{"amount_micro":${operation.spelling ?? operation.amount},${rest}`;
      return { method: 'POST', path: payouts, cookie, headers: withKey(key), body };
    }
    case 'spend': {
      const body = `{"invoice_id":${JSON.stringify(operation.invoice)},"amount_micro":${operation.amount}}`;
      return {
        method: 'POST',
        path: '/v1/referrals/spend-on-invoice',
        cookie,
        headers: withKey(operation.key),
        body,
      };
    }
    case 'cancel':
      return { method: 'POST', path: `${payouts}/${payoutId}/cancel`, cookie };
    case 'get':
      return { method: 'GET', path: `${payouts}/${payoutId}`, cookie };
    case 'list': {
      const status = operation.statuses ? `&status=${operation.statuses.join(',')}` : '';
      return {
        method: 'GET',
        path: `${payouts}?limit=${operation.limit}${status}${cursor}`,
        cookie,
      };
    }
    case 'rewards':
      return {
        method: 'GET',
        path: `/v1/referrals/rewards?limit=${operation.limit}${cursor}`,
        cookie,
      };
    case 'me':
      return { method: 'GET', path: '/v1/referrals/me', cookie };
    case 'stranger':
      return {
        method: 'GET',
        path: '/v1/referrals/me',
        cookie: users.cookie(operation.user, operation.session),
      };
    default:
      break;
  }
  const userId = 'user' in operation ? spelled(users.userId(operation.user), nth) : '';
  const asked = operatorRequest(operation, { payoutId, userId, cursor });
  return asked && { ...asked, path: `/v1/admin/referrals${asked.path}` };
}

const withKey = (key: string | undefined) => (key === undefined ? {} : { 'idempotency-key': key });

export class Clients {
  readonly #stack: SimulatedStack;
  readonly #agent = new http.Agent({ keepAlive: true });

  constructor(stack: SimulatedStack) {
    this.#stack = stack;
  }

  /** Sends it; the answer, or undefined when there was none that is definite. */
  async send(
    operation: Operation,
    users: Users,
    traceId: string,
    page: PageAsked,
  ): Promise<Seen | undefined> {
    const named = 'payout' in operation ? users.payoutId(operation.payout.operation) : '';
    const request = requestOf(operation, users, spelled(named ?? '', page.nth), page);
    if (!request) throw new Error(`${operation.kind} is no request`);
    const { method, path, cookie, body } = request;
    const headers: Record<string, string> = {
      ...request.headers,
      ...(cookie !== undefined && { cookie }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const url = this.#stack.url + path;
    const signed =
      'operator' in operation
        ? await signedHeaders({ method, url, headers, body }, operation.operator)
        : headers;
    return this.#exchange(url, method, { ...signed, 'x-amzn-trace-id': traceId }, body);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #exchange(
    url: string,
    method: string,
    headers: Record<string, string>,
    body: string | undefined,
  ): Promise<Seen | undefined> {
    const { promise, resolve } = Promise.withResolvers<Seen | undefined>();
    const request = http.request(url, { agent: this.#agent, method, headers }, async (response) => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of response) chunks.push(chunk);
      } catch {
        return resolve(undefined);
      }
      const { statusCode = 0 } = response;
      if (statusCode >= 500) return resolve(undefined);
      const text = Buffer.concat(chunks).toString();
      const json = parseJson(text);
      const { error } = json as { error?: string };
      const replayed = response.headers['idempotency-replayed'] === 'true';
      resolve({ status: statusCode, tag: error, text, json, replayed });
    });
    request.on('error', () => resolve(undefined)).end(body);
    return promise;
  }
}

const DETAIL_TYPES = {
  granted: 'referral.reward.granted',
  reversed: 'referral.reward.reversed',
  opened: 'billing.invoice.opened',
  closed: 'billing.invoice.closed',
  malformed: 'referral.reward.granted',
};

/** The message as the queue hands it on. */
export function record(messageId: string, message: BillingMessage, users: Users, nth: number) {
  const user = JSON.stringify(spelled(users.userId(message.user), nth));
  const detail = {
    granted: (m: Extract<BillingMessage, { type: 'granted' }>) =>
      `"reward_id":"${m.reward}","amount_micro":${m.amount},"unlocks_at":"${m.unlocksAt}","source":"${m.source}"`,
    reversed: (m: Extract<BillingMessage, { type: 'reversed' }>) => `"reward_id":"${m.reward}"`,
    opened: (m: Extract<BillingMessage, { type: 'opened' }>) =>
      `"invoice_id":"${m.invoice}","total_micro":${m.total}`,
    closed: (m: Extract<BillingMessage, { type: 'closed' }>) => `"invoice_id":"${m.invoice}"`,
    malformed: () => '"reward_id":"r","amount_micro":-1,"unlocks_at":"soon","source":""',
  }[message.type] as (message: BillingMessage) => string;
  const time = message.type === 'granted' ? message.time : '2040-01-01T00:00:00Z';
  const body = `{"detail-type":"${DETAIL_TYPES[message.type]}","time":"${time}","detail":{"user_id":${user},${detail(message)}}}`;
  return { messageId, body };
}

/** What an operator's look at a user shows, an observation for each of its reads. */
export const userParts = (user: number, of: Omit<Observation, 'action'>): Observation[] =>
  (['balance', 'payouts', 'rewards', 'decisions'] as const).map((part) => ({
    ...of,
    action: { kind: 'user', user, part },
  }));
