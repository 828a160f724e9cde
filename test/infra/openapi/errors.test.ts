/** Every error that the document has for a route does happen there, with the deployed bundles. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anvilClient, finalize, startAnvil } from '../../../infra/local/only-here/chains/anvil.ts';
import { missingEngines } from '../../../infra/local/only-here/chains/chain-engines.ts';
import { startSecretsApi } from '../../../infra/local/only-here/secrets-api.ts';
import * as examples from '../../../infra/openapi/examples.ts';
import type { RouteName } from '../../../infra/openapi/operations.ts';
import { type DocumentedRoute, documentedRoutes } from '../../../infra/openapi/routes.ts';
import { type ErrorTag, errors } from '../../../lib/errors.ts';
import type { Payout } from '../../../lib/payout.ts';
import { faults } from '../../support/fault-proxy.ts';
import { refusalBody } from '../../support/refusals.ts';
import { startRpcProxy } from '../../support/rpc-proxy.ts';
import { ADDRESSES, HASHES } from '../../support/samples.ts';
import { type Session, useFaultyService } from '../../support/service.ts';

const DATABASE = ['GetItem', 'Query', 'TransactWriteItems', 'UpdateItem'];

const payoutRequest = { ...examples.payoutRequest, amount_micro: 10_000_000 };

/** A network of its own has a budget, which no other test here needs. */
const TIGHT = 'polygon';
const BUDGETS = { OUTFLOW_BUDGETS: `${TIGHT}=1` };

/** And another one has a chain that is asked. Where no node runs nobody answers, which is not final. */
const VERIFIED = 'ethereum';
const NODE = { token: ADDRESSES.polygon, decimals: 6, senders: [ADDRESSES.polygon], chainId: 1 };
let providers = ['http://127.0.0.1:9', 'http://127.0.0.1:10'];
const secrets = await startSecretsApi(() => JSON.stringify({ [VERIFIED]: providers }));
const CHAIN = {
  CHAINS: JSON.stringify({ [VERIFIED]: NODE }),
  CHAIN_SECRET: 'providers',
  AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
};
afterAll(() => secrets[Symbol.asyncDispose]());

/** Far more than any other request here asks for, and less than the rich have. */
const LIMIT_MICRO = 800_000_000;
const LIMITED = { USER_DAILY_LIMIT_MICRO: String(LIMIT_MICRO) };

const { service, proxy } = useFaultyService({
  environment: {
    RequestPayout: LIMITED,
    ClaimPayout: BUDGETS,
    MarkPayoutSent: { ...BUDGETS, ...CHAIN },
  },
});
let rich: Session;
let poor: Session;
/** The ids of a payout that waits, and of one that is final. */
let open: string;
let final: string;

beforeAll(async () => {
  const invoices = [{ total_micro: 12_000_000n }, { total_micro: 13_000_000n }];
  rich = await service.newSession({ available_micro: 900_000_000n, invoices });
  poor = await service.newSession({ invoices });
  const made = async () => ((await send('RequestPayout')).json as { id: string }).id;
  [open, final] = [await made(), await made()];
  const failed = await send('MarkPayoutFailed', { id: final, body: { note: 'for good' } });
  expect(failed.status).toBe(200);
});

const missing = missingEngines('evm');
/** That pays nobody, as is final. */
let nothingPaid: string;
beforeAll(async () => {
  if (missing) return;
  const anvil = await startAnvil({ chainId: NODE.chainId });
  const client = anvilClient(anvil);
  const [account] = await client.getAddresses();
  const to = account as `0x${string}`;
  nothingPaid = await client.sendTransaction({ account: to, to, value: 1n, chain: null });
  await finalize(client);
  const other = await startRpcProxy(anvil.url);
  providers = [anvil.url, other.url];
  return async () => {
    await other.close();
    await anvil.stop();
  };
});

const routes = documentedRoutes();

type Draft = {
  id?: string;
  query?: string;
  body?: unknown;
  key?: string;
  user?: Session | undefined;
};

/** A request that nothing is wrong with, but for what the draft says. */
function send(
  name: RouteName,
  { id = open, query = '', body = bodyOf(name), key, ...who }: Draft = {},
) {
  const { method, path, signed } = routes.find((route) => route.name === name) as DocumentedRoute;
  const { user } = { user: rich, ...who };
  const target = path.replace('{id}', id).replace('{user_id}', id) + query;
  const options = {
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(!signed && user && { cookie: user.cookie }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
  const by = signed ? service.operator('ann') : service.request;
  return by(method.toUpperCase(), target, options);
}

function bodyOf(name: RouteName): unknown {
  if (name === 'RequestPayout') return payoutRequest;
  if (name === 'SpendOnInvoice') return { invoice_id: rich.invoices[0], amount_micro: 12_000_000 };
  if (name === 'ReviewPayout') return { note: 'looked at' };
  if (name === 'ApprovePayout')
    return { amount_micro: payoutRequest.amount_micro, address: payoutRequest.address };
  return routes.find((route) => route.name === name)?.text.example.body;
}

/** Says of a payout, on the network whose chain is asked, that it was paid so. */
async function sayPaid(name: RouteName, tx_hash: string) {
  const body = { ...payoutRequest, network: VERIFIED, address: ADDRESSES[VERIFIED] };
  const { id } = (await send('RequestPayout', { body })).json as { id: string };
  return send(name, { id, body: { tx_hash } });
}

const SIGNATURE = examples.attemptReport.signature;

/** The id of a payout that may be sent: its own claimant may not say that it was not. */
async function attempted(): Promise<string> {
  const { id } = (await send('RequestPayout')).json as { id: string };
  for (const name of ['ClaimPayout', 'RecordAttempt'] as const)
    expect((await send(name, { id })).status).toBe(200);
  return id;
}

const provoke: Record<ErrorTag, (route: DocumentedRoute) => ReturnType<typeof send>> = {
  unauthenticated: ({ name }) => send(name, { user: undefined }),
  invalid_payout_id: ({ name }) => send(name, { id: 'x' }),
  invalid_user_id: ({ name }) => send(name, { id: 'x' }),
  invalid_json: ({ name }) => send(name, { body: '{' }),
  invalid_args: ({ name, text }) => send(name, text.body ? { body: [] } : { query: '?cursor=x' }),
  tx_hash_required: ({ name }) => send(name, { body: {} }),
  payout_below_min: ({ name }) => send(name, { body: { ...payoutRequest, amount_micro: 1 } }),
  payout_address_invalid: ({ name }) => send(name, { body: { ...payoutRequest, address: 'x' } }),
  idempotency_key_reused: async ({ name }) => {
    expect((await send(name, { key: 'again' })).status).toBeLessThan(300);
    const spend = { invoice_id: rich.invoices[1], amount_micro: 13_000_000 };
    const other =
      name === 'SpendOnInvoice' ? spend : { ...payoutRequest, amount_micro: 11_000_000 };
    return send(name, { key: 'again', body: other });
  },
  payout_limit_exceeded: ({ name }) =>
    send(name, { body: { ...payoutRequest, amount_micro: LIMIT_MICRO + 1 } }),
  invoice_not_eligible: ({ name }) =>
    send(name, { body: { invoice_id: 'none', amount_micro: 12_000_000 } }),
  amount_mismatch: ({ name }) =>
    send(name, { body: { invoice_id: rich.invoices[1], amount_micro: 1 } }),
  balance_insufficient: ({ name }) => {
    const body = { ...(bodyOf(name) as object), invoice_id: poor.invoices[0] };
    return send(name, { user: poor, body });
  },
  payout_not_found: ({ name }) => send(name, { id: randomUUID() }),
  payout_not_actionable: ({ name }) => send(name, { id: final }),
  payout_not_final: ({ name }) => sayPaid(name, HASHES.ethereum),
  payout_evidence_mismatch: ({ name }) => sayPaid(name, nothingPaid),
  payout_may_be_sent: async ({ name }) => {
    if (name === 'ClaimPayout') {
      const { id, user_id } = (await send('RequestPayout')).json as Payout;
      const review = { why: 'restored', since: '2026-02-02T00:00:00.000Z' };
      await service.changePayout(user_id, id, { review, look_key: `review#${id}` });
      return send(name, { id });
    }
    const other = { ...examples.attemptReport, signature: `${SIGNATURE.slice(0, -1)}V` };
    const body = name === 'RecordAttempt' ? { body: other } : {};
    return send(name, { id: await attempted(), ...body });
  },
  approval_required: async ({ name }) => {
    if (name === 'ReviewPayout')
      return send(name, {
        id: await attempted(),
        body: { note: 'it is dead', dead: [SIGNATURE] },
      });
    const { id } = (await send('RequestPayout')).json as { id: string };
    const { amount_micro, address } = payoutRequest;
    const approval = await send('ApprovePayout', { id, body: { amount_micro, address } });
    expect(approval.status).toBe(200);
    return send(name, { id });
  },
  user_not_found: ({ name }) => send(name, { id: randomUUID() }),
  account_frozen: async ({ name }) => {
    const invoices = [{ total_micro: 12_000_000n }];
    const user = await service.newSession({ available_micro: 900_000_000n, invoices });
    const { id } = (await send('RequestPayout', { user })).json as { id: string };
    expect((await send('FreezeUser', { id: user.user_id })).status).toBe(200);
    const body = { ...(bodyOf(name) as object), invoice_id: user.invoices[0] };
    return send(name, { id, user, ...(bodyOf(name) !== undefined && { body }) });
  },
  outflow_budget_exceeded: async ({ name }) => {
    const body = { ...payoutRequest, network: TIGHT, address: ADDRESSES.polygon };
    const { id } = (await send('RequestPayout', { body })).json as { id: string };
    return send(name, {
      id,
      ...(name === 'MarkPayoutSent' && { body: { tx_hash: HASHES.ethereum } }),
    });
  },
  internal: async ({ name }) => {
    for (const operation of DATABASE) proxy.script(operation, [], faults.failBefore);
    try {
      return await send(name);
    } finally {
      for (const operation of DATABASE) proxy.script(operation, []);
    }
  },
};

describe.each(routes.map((route) => [route.name, route] as const))('%s answers', (_name, route) => {
  test.for(route.errors)('%s', async (tag, { skip }) => {
    skip(missing !== undefined && tag === 'payout_evidence_mismatch', missing);
    const { status, json } = await provoke[tag](route);
    expect([status, json]).toEqual([
      errors[tag].status,
      refusalBody(tag, route.signed ? 'operator' : 'user'),
    ]);
  });
});
