import { describe, expect, test } from 'vitest';
import type { ErrorTag } from '../../lib/errors.ts';
import { INT64_MAX } from '../../lib/money.ts';
import { networkNames } from '../../lib/networks/index.ts';
import {
  ADDRESSES,
  addressOn,
  JSON_TYPE,
  PATHS,
  PAYOUT_REQUEST,
  refusal,
} from '../support/samples.ts';
import { useService } from '../support/service.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const service = useService();

/** `amount` goes into the text as it is written. */
const body = (amount: string | number = 25_000_000, more: object = {}) =>
  JSON.stringify({ ...PAYOUT_REQUEST, amount_micro: '#', ...more }).replace('"#"', String(amount));

const post = (cookie: string, text: string | Buffer, headers: Record<string, string> = {}) =>
  service.request('POST', PATHS.payouts, {
    cookie,
    headers: { ...JSON_TYPE, ...headers },
    body: text,
  });

const rich = () => service.newSession({ available_micro: 1_000_000_000n });

const expectRefusal = async (tag: ErrorTag, text: string | Buffer, headers = {}) => {
  const { cookie } = await rich();
  expect(await post(cookie, text, headers)).toMatchObject(refusal(400, tag));
};

describe('an accepted request', () => {
  test('answers 202 with the payout and nothing that has no value yet', async () => {
    const { cookie, user_id } = await rich();
    const { status, headers, json } = await post(cookie, body());
    expect(status).toBe(202);
    expect(json).toEqual({
      id: expect.stringMatching(UUID_V7),
      user_id,
      amount_micro: 25_000_000n,
      network: 'solana',
      address: ADDRESSES.solana,
      status: 'requested',
      requested_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-request-id')).toMatch(/./);
    expect(headers.get('idempotency-replayed')).toBeNull();
  });

  test('moves the amount from available to reserved, and nothing else', async () => {
    const { cookie, user_id } = await service.newSession({ available_micro: 30_000_000n });
    await post(cookie, body());
    expect(await service.account(user_id)).toEqual({
      user_id,
      pending_micro: 0n,
      available_micro: 5_000_000n,
      reserved_micro: 25_000_000n,
      paid_out_micro: 0n,
      spent_micro: 0n,
      lifetime_micro: 30_000_000n,
      version: expect.any(BigInt),
    });
  });

  test('stores the payout, open in the operators’ queue and with its history', async () => {
    const { cookie, user_id } = await rich();
    const { json } = await post(cookie, body());
    const { id, requested_at } = json as { id: string; requested_at: string };
    expect(await service.payouts(user_id)).toEqual([
      {
        ...(json as object),
        shard: id.slice(-1),
        queue_key: `open#${id}`,
        history: [{ status: 'requested', at: requested_at, by: 'user' }],
      },
    ]);
  });

  test('may take the last micro-unit', async () => {
    const { cookie, user_id } = await service.newSession({ available_micro: 25_000_000n });
    expect((await post(cookie, body())).status).toBe(202);
    expect(await service.account(user_id)).toMatchObject({
      available_micro: 0n,
      reserved_micro: 25_000_000n,
    });
  });

  test("serves the API document's JavaScript example as it stands", async () => {
    const { cookie } = await rich();
    // A browser adds the session cookie by itself; here the stand-in for its fetch does.
    const fetch = (url: string, init: RequestInit) =>
      globalThis.fetch(url.replace('https://api.triport.io', service.url), {
        ...init,
        headers: { ...init.headers, cookie },
      });
    const res = await fetch('https://api.triport.io/v1/referrals/payouts', {
      method: 'POST',
      credentials: 'include',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        amount_micro: 25_000_000,
        network: 'solana',
        address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
      }),
    });
    if (!res.ok) {
      const { error } = (await res.json()) as { error: string };
      throw new Error(`payout failed: ${error}`);
    }
    const payout = (await res.json()) as { id: string; status: string };
    expect([payout.id, payout.status]).toEqual([expect.stringMatching(UUID_V7), 'requested']);
  });

  test.each(networkNames)('goes to %s', async (network) => {
    const { cookie } = await rich();
    const address = addressOn(network);
    expect((await post(cookie, body(25_000_000, { network, address }))).json).toMatchObject({
      network,
      address,
    });
  });

  test('ignores unknown fields, also those that would name another user or status', async () => {
    const { cookie, user_id } = await rich();
    const text = body(25_000_000, {
      user_id: 'someone',
      status: 'sent',
      id: 'x',
      constructor: 1,
      toString: null,
    });
    expect((await post(cookie, text)).json).toMatchObject({ user_id, status: 'requested' });
  });
});

describe('amounts', () => {
  test.each(['9007199254740993', '9223372036854775807', '25e6', '25000000.0', '2.5E+7'])(
    '%s is taken to the micro-unit',
    async (literal) => {
      const { cookie, user_id } = await service.newSession({ available_micro: INT64_MAX });
      const { status, text } = await post(cookie, body(literal));
      const exact =
        { '25e6': '25000000', '25000000.0': '25000000', '2.5E+7': '25000000' }[literal] ?? literal;
      expect(status).toBe(202);
      expect(text).toContain(`"amount_micro":${exact},`);
      expect(await service.account(user_id)).toMatchObject({
        available_micro: INT64_MAX - BigInt(exact),
        reserved_micro: BigInt(exact),
      });
    },
  );

  test.each([
    '0',
    '-1',
    '-25000000',
    '1.5',
    '25000000.5',
    '9007199254740991.4',
    '9223372036854775808',
    '-9223372036854775809',
    '1e400',
    '1e19',
    '"25000000"',
    'null',
    'true',
    '[25000000]',
    '{}',
  ])('%s is invalid_args', (literal) => expectRefusal('invalid_args', body(literal)));
});

describe('fields', () => {
  test.each([
    ['an empty object', '{}'],
    ['null', 'null'],
    ['an array', '[]'],
    ['a string', '"payout"'],
    ['no amount', JSON.stringify({ network: 'solana', address: ADDRESSES.solana })],
    ['no network', JSON.stringify({ amount_micro: 25_000_000, address: ADDRESSES.solana })],
    ['no address', JSON.stringify({ amount_micro: 25_000_000, network: 'solana' })],
    ['an empty network', body(25_000_000, { network: '' })],
    ['an unknown network', body(25_000_000, { network: 'bitcoin' })],
    ['a network of another case', body(25_000_000, { network: 'Solana' })],
    ['a network that every object has', body(25_000_000, { network: 'constructor' })],
    ['an empty address', body(25_000_000, { address: '' })],
    ['an address that is a number', body(25_000_000, { address: 5 })],
  ])('%s is invalid_args', (_name, text) => expectRefusal('invalid_args', text));

  test.each([
    ['white space around', ` ${ADDRESSES.solana} `],
    ["another network's form", ADDRESSES.ethereum],
    ['the system program', '11111111111111111111111111111111'],
    ['white space alone', ' '],
  ])('an address with %s is payout_address_invalid', (_name, address) =>
    expectRefusal('payout_address_invalid', body(25_000_000, { address })),
  );

  test('the minimum is 10.00', async () => {
    const { cookie } = await rich();
    await expectRefusal('payout_below_min', body(9_999_999));
    expect((await post(cookie, body(10_000_000))).status).toBe(202);
  });
});

describe('bodies', () => {
  test.each([
    ['nothing', ''],
    ['broken JSON', '{"amount_micro":'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['a byte order mark', `\ufeff${body()}`],
    ['a lone surrogate', '{"note":"\\udc00"}'],
    ['4097 bytes', `${body()}${' '.repeat(4097)}`.slice(0, 4097)],
    ['100 KB', body(25_000_000, { note: 'x'.repeat(100_000) })],
  ])('%s is invalid_json', (_name, text) => expectRefusal('invalid_json', text));

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/octet-stream',
    'application/json; charset=utf-16',
  ])('%s is invalid_json', (type) =>
    expectRefusal('invalid_json', body(), { 'content-type': type }),
  );

  test('4096 bytes are read', async () => {
    const { cookie } = await rich();
    expect((await post(cookie, body().padEnd(4096))).status).toBe(202);
  });
});

describe('refusals and faults', () => {
  test('more than is available is refused and changes nothing', async () => {
    const { cookie, user_id } = await service.newSession({ available_micro: 24_999_999n });
    const before = await service.account(user_id);
    expect(await post(cookie, body())).toMatchObject(refusal(400, 'balance_insufficient'));
    expect(await service.account(user_id)).toEqual(before);
    expect(await service.payouts(user_id)).toEqual([]);
  });

  test('a user without an account has nothing to pay out', async () => {
    const { cookie } = await service.newSession({});
    expect(await post(cookie, body())).toMatchObject(refusal(400, 'balance_insufficient'));
  });

  test('a corrupt account is a blank 500 that leaves the data whole', async () => {
    const { cookie, user_id } = await rich();
    await service.changeAccount(user_id, { reserved_micro: 'a lot' });
    const { status, json } = await post(cookie, body());
    expect([status, json]).toEqual([
      500,
      { error: 'internal', message: expect.any(String), request_id: expect.any(String) },
    ]);
    expect(await service.account(user_id)).toMatchObject({ available_micro: 1_000_000_000n });
    expect(await service.payouts(user_id)).toEqual([]);
  });

  test('a corrupt session is a 500, not a definite no, and is logged for the alarm without its values', async () => {
    const { cookie, session } = await rich();
    await service.changeSession(session, { user_id: 'not-a-uuid' });
    expect(await post(cookie, body())).toMatchObject(refusal(500, 'internal'));
    const line = service.logs.find((entry) => entry.includes('corrupt_item'));
    expect(line).toContain('user_id');
    expect(line).not.toContain('not-a-uuid');
  });

  test('logs hold neither cookies nor bodies nor addresses', async () => {
    const { cookie, session } = await rich();
    await post(cookie, body());
    await post(cookie, '{"secret":');
    const logs = service.logs.join('\n');
    expect(logs).toContain('request_refused');
    for (const secret of [session, ADDRESSES.solana, 'secret']) expect(logs).not.toContain(secret);
  });
});
