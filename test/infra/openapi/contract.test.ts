/** A response that the document does not have would be caught: one thing wrong at a time. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openApi } from '../../../infra/openapi/document.ts';
import { errors } from '../../../lib/errors.ts';
import { type Answered, Contract } from '../../support/contract.ts';
import { type Service, startService } from '../../support/service.ts';

const contract = new Contract();
const PATH = '/v1/referrals/payouts';

const payout = {
  id: '019abdf2-8c40-7b1e-9f0a-3d6e5c4b2a19',
  user_id: '6f1c0d5e-2f0b-4a57-9a3e-5f3c1c9b7d21',
  amount_micro: 25_000_000,
  network: 'solana',
  address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
  status: 'requested',
  requested_at: '2026-03-02T09:15:00.000Z',
};
const { status: _, ...withoutStatus } = payout;
const refusal = (tag: keyof typeof errors) => ({
  error: tag,
  message: errors[tag].message,
  request_id: 'r1',
});

const OF_THE_SERVICE = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-request-id': 'r1',
};

const answered = (body: unknown, more: Partial<Answered> = {}): Answered => ({
  method: 'POST',
  path: PATH,
  status: 202,
  headers: new Headers(OF_THE_SERVICE),
  text: JSON.stringify(body),
  ...more,
});
const check = (...given: Parameters<typeof answered>) => contract.check(answered(...given));
const without = (name: string) => {
  const headers = new Headers(OF_THE_SERVICE);
  headers.delete(name);
  return headers;
};
const plus = (name: string, value: string) => new Headers({ ...OF_THE_SERVICE, [name]: value });
const gateway = new Headers({ 'content-type': 'application/json' });

describe('passes', () => {
  test('a payout', () => check(payout));
  test('a payout of the greatest amount', () =>
    check(undefined, {
      text: JSON.stringify(payout).replace('25000000', '9223372036854775807'),
    }));
  test('a payout that was answered before', () =>
    check(payout, { headers: plus('idempotency-replayed', 'true') }));
  test('a refusal', () => check(refusal('payout_below_min'), { status: 400 }));
  test('the gateway’s own words', () =>
    check({ message: 'Service Unavailable' }, { status: 503, headers: gateway }));
  test('Not Found where no route is', () =>
    check({ message: 'Not Found' }, { path: '/v1/nothing', status: 404, headers: gateway }));
  test('what is not of the API', () => {
    check({}, { path: '/_local/session', status: 201, headers: gateway });
    check(undefined, { method: 'OPTIONS', status: 204, headers: new Headers(), text: '' });
  });
});

describe('is caught:', () => {
  test.each<[string, Answered, string]>([
    [
      'a status',
      answered(payout, { status: 201 }),
      'answered 201, which the OpenAPI document does not have',
    ],
    ['another 4xx', answered(refusal('payout_not_found'), { status: 404 }), 'answered 404, which'],
    ['another error', answered(refusal('amount_mismatch'), { status: 400 }), 'another body'],
    [
      'an error of another status',
      answered(refusal('unauthenticated'), { status: 400 }),
      'another body',
    ],
    [
      'an error of no table',
      answered({ ...refusal('internal'), error: 'x' }, { status: 500 }),
      'another',
    ],
    ['a missing field', answered(withoutStatus), "required property 'status'"],
    ['a further field', answered({ ...payout, secret: 1 }), 'additional properties'],
    [
      'a further field of an error',
      answered({ ...refusal('internal'), cause: 'x' }, { status: 500 }),
      'addit',
    ],
    ['null for a missing value', answered({ ...payout, tx_hash: null }), '/tx_hash must be string'],
    ['an amount as text', answered({ ...payout, amount_micro: '25000000' }), 'must be integer'],
    ['a fraction', answered({ ...payout, amount_micro: 0.5 }), 'must be integer'],
    ['an unknown status', answered({ ...payout, status: 'done' }), 'must be equal to one of'],
    ['an id that is none', answered({ ...payout, id: '7' }), 'format "uuid"'],
    ['a time that is none', answered({ ...payout, requested_at: 'now' }), 'format "date-time"'],
    [
      'a list that is null',
      answered({ items: null }, { method: 'GET', status: 200 }),
      'must be array',
    ],
    [
      'a body that is not JSON',
      answered(payout, { headers: plus('content-type', 'text/html') }),
      'in JSON',
    ],
    [
      'no request id',
      answered(payout, { headers: without('x-request-id') }),
      'without x-request-id',
    ],
    [
      'a caching',
      answered(payout, { headers: plus('cache-control', 'public') }),
      'cache-control: public',
    ],
    [
      'a replay that cannot be',
      answered(
        { items: [] },
        { method: 'GET', status: 200, headers: plus('idempotency-replayed', 'true') },
      ),
      'with idempotency-replayed, which',
    ],
    [
      'an answer where no route is',
      answered({}, { path: '/v1/nothing', status: 200 }),
      'answered 200, which',
    ],
    [
      'an answer to another method',
      answered({}, { method: 'PUT', status: 200 }),
      'PUT /v1/referrals/payouts',
    ],
  ])('%s', (_what, wrong, message) => expect(() => contract.check(wrong)).toThrow(message));
});

describe('a test', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  test('fails by a request whose answer is wrong, also an operator’s', async () => {
    const wrong = vi.spyOn(Contract.prototype, 'check').mockImplementation(({ path, status }) => {
      throw new Error(`${path} answered ${status}`);
    });
    await expect(service.request('GET', PATH)).rejects.toThrow(`${PATH} answered 401`);
    const queue = '/v1/admin/referrals/payouts';
    await expect(service.operator()('GET', queue)).rejects.toThrow(`${queue} answered 200`);
    wrong.mockRestore();
  });

  test('fails where the document lacks what really happens', async () => {
    const real = { method: 'GET', path: PATH, ...(await service.request('GET', PATH)) };
    const document = openApi();
    delete document.paths[PATH]?.get?.responses['401'];
    expect(() => new Contract(document).check(real)).toThrow(
      'answered 401, which the OpenAPI document',
    );
  });
});
