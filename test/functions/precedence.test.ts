/**
 * A request that breaks two rules gets the answer of the first one in the table, for every pair of
 * rules.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ErrorTag, errors } from '../../lib/errors.ts';
import { type Service, startService } from '../support/service.ts';

const ADDRESS = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';
const USED_KEY = 'used-before';

type Draft = {
  headers: Record<string, string>;
  body: { amount_micro: number; network: string; address: string };
  user: 'rich' | 'poor';
};

/** One way to break each rule, chosen so that any two of them can be broken at once. */
const breaking = {
  unauthenticated: (draft) => {
    draft.headers.origin = 'https://evil.example';
  },
  invalid_json: (draft) => {
    draft.headers['content-type'] = 'text/plain';
  },
  invalid_args: (draft) => {
    draft.body.network = 'dogecoin';
  },
  payout_below_min: (draft) => {
    draft.body.amount_micro = 9_999_999;
  },
  payout_address_invalid: (draft) => {
    draft.body.address = `${ADDRESS}x`;
  },
  idempotency_key_reused: (draft) => {
    draft.headers['idempotency-key'] = USED_KEY;
  },
  balance_insufficient: (draft) => {
    draft.user = 'poor';
  },
} satisfies Partial<Record<ErrorTag, (draft: Draft) => void>>;

const tags = Object.keys(breaking) as (keyof typeof breaking)[];
const pairs = tags.flatMap((first, index) =>
  tags.slice(index + 1).map((second) => [first, second] as const),
);

let service: Service;
const cookies = { rich: '', poor: '' };

const send = (draft: Draft) =>
  service.request('POST', '/v1/referrals/payouts', {
    headers: { 'content-type': 'application/json', cookie: cookies[draft.user], ...draft.headers },
    body: JSON.stringify(draft.body),
  });

const good = (): Draft => ({
  headers: {},
  body: { amount_micro: 11_000_000, network: 'solana', address: ADDRESS },
  user: 'rich',
});

beforeAll(async () => {
  service = await startService();
  cookies.rich = (await service.newSession({ available_micro: 900_000_000n })).cookie;
  cookies.poor = (await service.newSession({ available_micro: 10_000_000n })).cookie;
  for (const user of ['rich', 'poor'] as const) {
    const draft = { ...good(), user, headers: { 'idempotency-key': USED_KEY } };
    draft.body.amount_micro = 10_000_000;
    expect((await send(draft)).status).toBe(202);
  }
});
afterAll(() => service.stop());

test('the rules of this test stand in the order of the table', () =>
  expect(tags).toEqual(Object.keys(errors).filter((tag) => tag in breaking)));

test('a request that breaks none is accepted', async () =>
  expect((await send(good())).status).toBe(202));

describe('one rule broken', () => {
  test.each(tags)('%s', async (tag) => {
    const draft = good();
    breaking[tag](draft);
    const { status, json } = await send(draft);
    expect([status, json]).toEqual([
      errors[tag].status,
      { error: tag, message: errors[tag].message, request_id: expect.any(String) },
    ]);
  });
});

describe('two rules broken', () => {
  test.each(pairs)('%s comes before %s', async (first, second) => {
    const draft = good();
    breaking[second](draft);
    breaking[first](draft);
    expect((await send(draft)).json).toMatchObject({ error: first });
  });
});
