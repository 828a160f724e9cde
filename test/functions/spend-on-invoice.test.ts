import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ErrorTag, errors } from '../../lib/errors.ts';
import { type Service, startService } from '../support/service.ts';

const PATH = '/v1/referrals/spend-on-invoice';
const TOTAL = 8_000_000;

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const newUser = async (available_micro = 20_000_000n, invoice_id = 'inv-1') => {
  const session = await service.newSession({ available_micro });
  await service.putInvoice({
    user_id: session.user_id,
    invoice_id,
    status: 'open',
    total_micro: TOTAL,
  });
  return session;
};

const post = (cookie: string, body: unknown, headers: Record<string, string> = {}) =>
  service.request('POST', PATH, {
    headers: { 'content-type': 'application/json', cookie, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const spend = { invoice_id: 'inv-1', amount_micro: TOTAL };

test('an open invoice is covered from the balance', async () => {
  const { cookie, user_id } = await newUser();
  const { status, text, headers } = await post(cookie, spend);
  expect([status, text]).toEqual([200, '{"ok":true}']);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(await service.account(user_id)).toMatchObject({
    available_micro: 12_000_000n,
    spent_micro: 8_000_000n,
  });
  expect((await service.invoices(user_id))[0]).toMatchObject({ status: 'covered' });
});

test('a repetition under the same key answers the same, once it is paid', async () => {
  const { cookie, user_id } = await newUser();
  await post(cookie, spend, { 'idempotency-key': 'k1' });
  const again = await post(cookie, spend, { 'idempotency-key': 'k1' });
  expect([again.status, again.text, again.headers.get('idempotency-replayed')]).toEqual([
    200,
    '{"ok":true}',
    'true',
  ]);
  expect(await service.account(user_id)).toMatchObject({ spent_micro: 8_000_000n });
});

test('a key used for a payout is free for a spend', async () => {
  const { cookie, user_id } = await newUser();
  const body = {
    amount_micro: 10_000_000,
    network: 'solana',
    address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
  };
  const headers = { 'content-type': 'application/json', cookie, 'idempotency-key': 'shared' };
  await service.request('POST', '/v1/referrals/payouts', { headers, body: JSON.stringify(body) });
  expect((await post(cookie, spend, { 'idempotency-key': 'shared' })).status).toBe(200);
  // Keys outlive a deployment, so the names of the operations in them have to as well.
  const operations = (await service.keys(user_id)).map(({ operation_key }) => operation_key);
  expect(operations).toEqual([
    expect.stringMatching(/^payout#[0-9a-f]{64}$/),
    expect.stringMatching(/^spend#[0-9a-f]{64}$/),
  ]);
});

test('twenty spends and payouts at once over one balance take no more than is there', async () => {
  const { cookie, user_id } = await service.newSession({ available_micro: 95_000_000n });
  const ids = Array.from({ length: 10 }, (_, index) => `race-${index}`);
  for (const invoice_id of ids)
    await service.putInvoice({ user_id, invoice_id, status: 'open', total_micro: 10_000_000 });
  const payout = {
    amount_micro: 10_000_000,
    network: 'solana',
    address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
  };
  const headers = { 'content-type': 'application/json', cookie };
  const answers = await Promise.all(
    ids.flatMap((invoice_id) => [
      post(cookie, { invoice_id, amount_micro: 10_000_000 }),
      service.request('POST', '/v1/referrals/payouts', { headers, body: JSON.stringify(payout) }),
    ]),
  );
  const refused = answers.filter(({ status }) => status === 400);
  expect(
    refused.every(({ json }) => (json as { error: string }).error === 'balance_insufficient'),
  ).toBe(true);
  expect(answers.filter(({ status }) => status < 300)).toHaveLength(9);
  expect(refused).toHaveLength(11);

  const covered = (await service.invoices(user_id)).filter(
    ({ status }) => status === 'covered',
  ).length;
  const paid = (await service.payouts(user_id)).length;
  expect(await service.account(user_id)).toMatchObject({
    available_micro: 5_000_000n,
    reserved_micro: BigInt(paid) * 10_000_000n,
    spent_micro: BigInt(covered) * 10_000_000n,
    lifetime_micro: 95_000_000n,
  });
  expect(paid + covered).toBe(9);
});

type Draft = {
  headers: Record<string, string>;
  body: Record<string, unknown>;
  user: 'rich' | 'poor';
};
const USED_KEY = 'used-before';

/** One way to break each rule, chosen so that any two of them can be broken at once. */
const breaking = {
  unauthenticated: (draft) => {
    draft.headers.origin = 'https://evil.example';
  },
  invalid_json: (draft) => {
    draft.headers['content-type'] = 'text/plain';
  },
  invalid_args: (draft) => {
    draft.body.amount_micro = 0;
  },
  idempotency_key_reused: (draft) => {
    draft.headers['idempotency-key'] = USED_KEY;
  },
  invoice_not_eligible: (draft) => {
    draft.body.invoice_id = 'unknown';
  },
  amount_mismatch: (draft) => {
    draft.body.amount_micro ||= TOTAL;
    if (draft.body.amount_micro === TOTAL) draft.body.amount_micro = TOTAL + 1;
  },
  balance_insufficient: (draft) => {
    draft.user = 'poor';
  },
} satisfies Partial<Record<ErrorTag, (draft: Draft) => void>>;

const tags = Object.keys(breaking) as (keyof typeof breaking)[];
const pairs = tags.flatMap((first, index) =>
  tags.slice(index + 1).map((second) => [first, second] as const),
);

describe('refusals', () => {
  const cookies = { rich: '', poor: '' };
  beforeAll(async () => {
    for (const [user, balance] of [
      ['rich', 20_000_000n],
      ['poor', 1_000_000n],
    ] as const) {
      const session = await newUser(balance);
      cookies[user] = session.cookie;
      const paid = { invoice_id: 'paid', amount_micro: 1_000_000 };
      await service.putInvoice({
        user_id: session.user_id,
        invoice_id: 'paid',
        status: 'open',
        total_micro: 1_000_000,
      });
      expect((await post(session.cookie, paid, { 'idempotency-key': USED_KEY })).status).toBe(200);
    }
  });

  const send = (...broken: (keyof typeof breaking)[]) => {
    const draft: Draft = { headers: {}, body: { ...spend }, user: 'rich' };
    for (const tag of broken) breaking[tag](draft);
    return post(cookies[draft.user], draft.body, draft.headers);
  };

  test.each(tags)('%s', async (tag) =>
    expect(await send(tag)).toMatchObject({ status: errors[tag].status, json: { error: tag } }),
  );

  test.each(pairs)('%s comes before %s', async (first, second) =>
    expect((await send(second, first)).json).toMatchObject({ error: first }),
  );
});

test.each([
  ['no invoice', { amount_micro: TOTAL }],
  ['an empty invoice', { invoice_id: '', amount_micro: TOTAL }],
  ['an invoice that is no text', { invoice_id: 5, amount_micro: TOTAL }],
  ['no amount', { invoice_id: 'inv-1' }],
  ['a negative amount', { invoice_id: 'inv-1', amount_micro: -TOTAL }],
  ['an amount with a fraction', { invoice_id: 'inv-1', amount_micro: 0.5 }],
])('%s is invalid_args', async (_name, body) => {
  const { cookie } = await newUser();
  expect(await post(cookie, body)).toMatchObject({ status: 400, json: { error: 'invalid_args' } });
});
