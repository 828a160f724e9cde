/** Of two rules that a request breaks, the first in the table decides, for every pair of them. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type ErrorTag, errors } from '../../lib/errors.ts';
import { refusalBody } from '../support/refusals.ts';
import { CROSS_SITE, PATHS, PAYOUT_REQUEST } from '../support/samples.ts';
import { useService } from '../support/service.ts';

type Draft<Body> = {
  headers: Record<string, string>;
  body: Body;
  user: 'rich' | 'poor' | 'frozen' | 'frozenPoor';
};
type Breaking<Body> = Partial<Record<ErrorTag, (draft: Draft<Body>) => void>>;

const LIMIT = 500_000_000;

const service = useService({
  environment: { RequestPayout: { USER_DAILY_LIMIT_MICRO: String(LIMIT) } },
});
const cookies = { rich: '', poor: '', frozen: '', frozenPoor: '' };
const USED_KEY = 'used-before';
const TOTAL = 8_000_000;

const send = (path: string, { user, ...sent }: Draft<object>) =>
  service.request('POST', path, { ...sent, cookie: cookies[user] });

/** The key is used before for a payout as for a spend, and both users have an invoice left. */
beforeAll(async () => {
  for (const [user, available_micro] of [
    ['rich', 900_000_000n],
    ['poor', 11_000_000n],
    ['frozen', 900_000_000n],
    ['frozenPoor', 11_000_000n],
  ] as const) {
    const totals = { paid: 1_000_000n, open: BigInt(TOTAL) };
    const invoices = Object.entries(totals).map(([invoice_id, total_micro]) => ({
      invoice_id,
      total_micro,
    }));
    const session = await service.newSession({ available_micro, invoices });
    cookies[user] = session.cookie;
    const headers = { 'idempotency-key': USED_KEY };
    const payout = { ...PAYOUT_REQUEST, amount_micro: 10_000_000 };
    expect((await send(PATHS.payouts, { headers, body: payout, user })).status).toBe(202);
    const spend = { invoice_id: 'paid', amount_micro: 1_000_000 };
    expect((await send(PATHS.spend, { headers, body: spend, user })).status).toBe(200);
    if (user === 'rich' || user === 'poor') continue;
    const freeze = `${PATHS.users}/${session.user_id}/frozen`;
    const frozen = await service.operator('ann')('POST', freeze, { body: { note: 'no' } });
    expect(frozen.status).toBe(200);
  }
});

/** One way to break each rule that every request has. */
const breakingAny = {
  unauthenticated: ({ headers }) => {
    headers.origin = CROSS_SITE.origin;
  },
  invalid_json: ({ headers }) => {
    headers['content-type'] = 'text/plain';
  },
  idempotency_key_reused: ({ headers }) => {
    headers['idempotency-key'] = USED_KEY;
  },
  account_frozen: (draft) => {
    draft.user = draft.user === 'poor' ? 'frozenPoor' : 'frozen';
  },
  balance_insufficient: (draft) => {
    draft.user = draft.user === 'frozen' ? 'frozenPoor' : 'poor';
  },
} satisfies Breaking<object>;

/** The ways to break a rule are chosen so that any two of them can be broken at once. */
function testPrecedence<Body extends object>(
  path: string,
  body: Body,
  accepted: number,
  breaking: Breaking<Body>,
) {
  const tags = Object.keys(breaking) as ErrorTag[];
  const pairs = tags.flatMap((first, at) =>
    tags.slice(at + 1).map((second) => [first, second] as const),
  );
  const sendBroken = (...broken: ErrorTag[]) => {
    const draft: Draft<Body> = { headers: {}, body: { ...body }, user: 'rich' };
    for (const tag of broken) breaking[tag]?.(draft);
    return send(path, draft);
  };

  test('the rules of this test stand in the order of the table', () =>
    expect(tags).toEqual(Object.keys(errors).filter((tag) => tag in breaking)));

  test.each(tags)('%s', async (tag) => {
    const { status, json } = await sendBroken(tag);
    expect([status, json]).toEqual([errors[tag].status, refusalBody(tag)]);
  });

  test.each(pairs)('%s comes before %s', async (first, second) =>
    expect((await sendBroken(second, first)).json).toMatchObject({ error: first }),
  );

  test('a request that breaks none is accepted', async () =>
    expect((await sendBroken()).status).toBe(accepted));
}

const {
  unauthenticated,
  invalid_json,
  idempotency_key_reused,
  account_frozen,
  balance_insufficient,
} = breakingAny;

describe('a payout request', () =>
  testPrecedence<{ amount_micro: number; network: string; address: string }>(
    PATHS.payouts,
    { ...PAYOUT_REQUEST, amount_micro: 11_000_000 },
    202,
    {
      unauthenticated,
      invalid_json,
      invalid_args: ({ body }) => {
        body.network = 'dogecoin';
      },
      payout_below_min: ({ body }) => {
        body.amount_micro = 9_999_999;
      },
      payout_address_invalid: ({ body }) => {
        body.address += 'x';
      },
      idempotency_key_reused,
      payout_limit_exceeded: ({ body }) => {
        if (body.amount_micro > 10_000_000) body.amount_micro = LIMIT;
      },
      account_frozen,
      balance_insufficient,
    },
  ));

describe('a spend', () =>
  testPrecedence<{ invoice_id: string; amount_micro: number }>(
    PATHS.spend,
    { invoice_id: 'open', amount_micro: TOTAL },
    200,
    {
      unauthenticated,
      invalid_json,
      invalid_args: ({ body }) => {
        body.amount_micro = 0;
      },
      idempotency_key_reused,
      invoice_not_eligible: ({ body }) => {
        body.invoice_id = 'unknown';
      },
      amount_mismatch: ({ body }) => {
        body.amount_micro = TOTAL + 1;
      },
      account_frozen,
      balance_insufficient,
    },
  ));
