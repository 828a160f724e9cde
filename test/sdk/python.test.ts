/** The Python SDK: its own tests, and the real service behind a proxy that loses responses. */
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { errors } from '../../lib/errors.ts';
import { networkNames } from '../../lib/networks/index.ts';
import { type Service, type Session, startService } from '../support/service.ts';
import {
  gatewayCases,
  type StandInGateway,
  seenOf,
  startStandInGateway,
} from './gateway-answers.ts';
import { type LosingProxy, startLosingProxy } from './losing-proxy.ts';
import { type UserRoute, userRoutes, wholeError } from './whole-answers.ts';

const FOLDER = join(import.meta.dirname, '../../sdk/python');
const UNIT = 1_000_000n;
const EXACT = 9_007_199_254_740_993n;

const IS_NEW_ENOUGH = ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))'];
const hasPython = spawnSync('python3', IS_NEW_ENOUGH).status === 0;
if (!hasPython) {
  console.warn(
    'SKIPPED: the tests of the Python SDK need python3 from 3.10 on (apt-get install -y python3).',
  );
}

/** Runs Python, for which every warning is an error; rejects with what it said when it fails. */
async function python(args: string[], env: NodeJS.ProcessEnv = {}) {
  const options = {
    cwd: FOLDER,
    env: { PATH: process.env.PATH, PYTHONPATH: 'src', PYTHONDONTWRITEBYTECODE: '1', ...env },
  };
  const { stdout, stderr } = await promisify(execFile)(
    'python3',
    ['-W', 'error', '-X', 'dev', ...args],
    options,
  );
  // Warnings from destructors cannot become errors, and are only printed.
  expect(stderr).not.toMatch(/warning|exception/i);
  return { stdout, stderr };
}

describe.skipIf(!hasPython)('the Python SDK', () => {
  let service: Service;
  let proxy: LosingProxy;
  let user: Session;

  beforeAll(async () => {
    service = await startService();
    proxy = await startLosingProxy(service.url);
  });
  beforeEach(async () => {
    user = await service.newSession({
      available_micro: 100n * UNIT,
      invoices: [{ total_micro: 40n * UNIT }],
    });
    proxy.script();
    proxy.requests.length = 0;
  });
  afterAll(async () => {
    await proxy.close();
    await service.stop();
  });

  const environment = () => ({ TRIPORT_URL: proxy.url, TRIPORT_SESSION: user.session });

  /** What the scenario of tests/e2e saw. */
  const scenario = async (name: string, env: NodeJS.ProcessEnv = {}): Promise<unknown> =>
    JSON.parse(
      (await python(['-m', 'tests.e2e.scenarios', name], { ...environment(), ...env })).stdout,
    );

  const payout = async (amount = 10n * UNIT): Promise<string> => {
    const { json } = await service.request('POST', '/v1/referrals/payouts', {
      headers: { 'content-type': 'application/json', cookie: user.cookie },
      body: `{"amount_micro":${amount},"network":"polygon","address":"0xde709f2102306220921060314715629080e2fb77"}`,
    });
    return (json as { id: string }).id;
  };

  const send = (id: string) =>
    service.operator()('POST', `/v1/admin/referrals/payouts/${id}/sent`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tx_hash: `0x${'ab'.repeat(32)}` }),
    });

  test('its own tests pass', async () => {
    const { stderr } = await python(['-m', 'unittest', 'discover', '-s', 'tests', '-t', '.']);
    expect(stderr).toMatch(/Ran [1-9]\d+ tests[\s\S]*\nOK/);
  });

  test('the example of the documentation requests a payout', async () => {
    const { stdout } = await python(['tests/e2e/seed_example.py'], environment());
    const [stored] = await service.payouts(user.user_id);
    expect(stdout).toBe(`${stored?.id} requested\n`);
  });

  test.each(['lose request', 'lose response', 'cut response'] as const)(
    'a call whose first two attempts %s makes one payout',
    async (loss) => {
      proxy.script(loss, loss);
      const seen = await scenario('lost_responses');
      const stored = await service.payouts(user.user_id);
      expect(seen).toEqual({ id: stored[0]?.id, status: 'requested' });
      expect(stored).toHaveLength(1);
      expect(await service.account(user.user_id)).toMatchObject({ reserved_micro: 25n * UNIT });
      expect(proxy.requests).toHaveLength(3);
      expect(new Set(proxy.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    },
  );

  test('a call without any response can be finished under the key of its error', async () => {
    proxy.script(...Array.from({ length: 5 }, () => 'lose response' as const));
    const seen = await scenario('outage');
    const stored = await service.payouts(user.user_id);
    expect(seen).toEqual({ doubt: true, id: stored[0]?.id });
    expect(stored).toHaveLength(1);
  });

  test('an amount beyond 2^53 goes out and comes back exact', async () => {
    user = await service.newSession({ available_micro: EXACT });
    expect(await scenario('exact')).toEqual(Array(3).fill(String(EXACT)));
    expect(await service.payouts(user.user_id)).toMatchObject([{ amount_micro: EXACT }]);
  });

  test('lists come page by page or whole, newest first', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.unshift(await payout());
    await send(ids[3] ?? '');
    expect(await scenario('pages')).toEqual({
      first: ids.slice(0, 2),
      second: ids.slice(2, 4),
      all: ids,
      sent: [ids[3]],
      rewards: [[String(100n * UNIT), 'available']],
    });
  });

  test('a payout is taken back, an invoice paid once, and the balance tells', async () => {
    expect(await scenario('life', { INVOICE_ID: user.invoices[0] })).toEqual({
      statuses: ['cancelled', 'cancelled'],
      completed: [true, true],
      waited: 'cancelled',
      available: String(60n * UNIT),
      spent: String(40n * UNIT),
      min: String(10n * UNIT),
      networks: networkNames,
    });
  });

  test('every refusal that a user can meet has its tag, its status and its request', async () => {
    const sent = await payout();
    await send(sent);
    const seen = await scenario('refusals', { INVOICE_ID: user.invoices[0], SENT_ID: sent });
    const expected = [
      'unauthenticated',
      'invalid_json',
      'invalid_args',
      'payout_below_min',
      'payout_address_invalid',
      'idempotency_key_reused',
      'invoice_not_eligible',
      'amount_mismatch',
      'balance_insufficient',
      'payout_not_found',
      'payout_not_actionable',
    ] as const;
    expect(seen).toEqual(expected.map((tag) => [tag, errors[tag].status, true, false]));
  });

  describe('no field that the document has for users is lost', () => {
    const requests = Object.fromEntries(userRoutes.map(({ name, request }) => [name, request]));
    const sent: Record<string, unknown> = {};

    /** What each call comes to when every one gets the whole of this answer. */
    async function seenOf(answerOf: (route: UserRoute) => [status: number, body: object]) {
      const server = createServer(async (request, response) => {
        const { method, url = '' } = request;
        const { pathname } = new URL(url, 'http://localhost');
        const route = userRoutes.find((one) => one.method === method && one.path.test(pathname));
        const body = Buffer.concat(await request.toArray()).toString();
        const [status, answer] = route ? answerOf(route) : [404, {}];
        if (route) sent[route.name] = body === '' ? undefined : JSON.parse(body);
        response.writeHead(status).end(JSON.stringify(answer));
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const { port } = server.address() as AddressInfo;
      const env = { TRIPORT_URL: `http://127.0.0.1:${port}`, REQUESTS: JSON.stringify(requests) };
      try {
        return (await scenario('fields', env)) as Record<string, Record<string, unknown>>;
      } finally {
        server.close();
      }
    }

    test('in an answer or a request', async () => {
      const seen = await seenOf(({ response }) => [200, response]);
      const expected = userRoutes.map(({ name, response }) => [
        name,
        'ok' in response ? null : response,
      ]);
      expect(seen).toEqual(Object.fromEntries(expected));
      expect(sent).toEqual(requests);
    });

    test('in an error, but for those that operators alone get', async () => {
      const { error: tag, status: payout_status, by: _, since: __, message, ...more } = wholeError;
      const seen = await seenOf(() => [409, wholeError]);
      expect(seen.getOverview).toMatchObject({ tag, payout_status, ...more });
      expect(seen.getOverview?.text).toContain(message);
    });
  });

  describe('an answer that the gateway gives by itself', () => {
    let gateway: StandInGateway;
    beforeAll(async () => {
      gateway = await startStandInGateway();
    });
    afterAll(() => gateway.close());

    test.each(gatewayCases)('$name', async (one) => {
      gateway.script(one.answers);
      const seen = await scenario('gateway', { TRIPORT_URL: gateway.url });
      expect(seen).toEqual({ ...seenOf(one), key: gateway.keys[0] });
      expect(gateway.keys).toHaveLength(one.attempts);
      expect(new Set(gateway.keys).size).toBe(1);
    });
  });

  test('its tags are those of the service, and four of the way to it', async () => {
    const own = ['network', 'timeout', 'unavailable', 'unexpected'];
    expect(await scenario('tags')).toEqual([...Object.keys(errors), ...own].sort());
  });
});
