/** A response that the document does not have would be caught: one thing wrong at a time. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openApi } from '../../../infra/openapi/document.ts';
import { requested as payout } from '../../../infra/openapi/examples.ts';
import { errors } from '../../../lib/errors.ts';
import { type Answered, Contract } from '../../support/contract.ts';
import { type Service, startService } from '../../support/service.ts';

const contract = new Contract();
const PATH = '/v1/referrals/payouts';

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

const got = (body: unknown, more: Partial<Answered> = {}): Answered => ({
  method: 'POST',
  path: PATH,
  status: 202,
  headers: new Headers(OF_THE_SERVICE),
  text: JSON.stringify(body),
  ...more,
});
const refused = (tag: keyof typeof errors, status: number, more = {}) =>
  got({ ...refusal(tag), ...more }, { status });
const headed = (headers: Headers) => got(payout, { headers });
const check = (...given: Parameters<typeof got>) => contract.check(got(...given));
const without = (name: string) => {
  const headers = new Headers(OF_THE_SERVICE);
  headers.delete(name);
  return headers;
};
const plus = (name: string, value: string) => new Headers({ ...OF_THE_SERVICE, [name]: value });
const replayed = plus('idempotency-replayed', 'true');
const gateway = new Headers({ 'content-type': 'application/json' });

describe('passes', () => {
  test('a payout', () => check(payout));
  test('a payout of the greatest amount', () =>
    check(undefined, { text: JSON.stringify(payout).replace('25000000', String(2n ** 63n - 1n)) }));
  test('a payout on a network that no request may name', () =>
    check({ ...payout, network: 'dogecoin' }));
  test('a queue with a payout that cannot be read', () =>
    contract.check(queueOf({ id: payout.id, user_id: payout.user_id, unreadable: true })));
  test('a payout that was answered before', () => check(payout, { headers: replayed }));
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

const queueOf = (item: object) =>
  got({ items: [item] }, { method: 'GET', path: '/v1/admin/referrals/payouts', status: 200 });

const replayedList = got({ items: [] }, { method: 'GET', status: 200, headers: replayed });

describe('is caught:', () => {
  test.each<[string, Answered, string]>([
    [
      'a status',
      got(payout, { status: 201 }),
      'answered 201, which the OpenAPI document does not have',
    ],
    ['another 4xx', refused('payout_not_found', 404), 'answered 404, which'],
    ['another error', refused('amount_mismatch', 400), 'another body'],
    ['an error of another status', refused('unauthenticated', 400), 'another body'],
    ['an error of no table', refused('internal', 500, { error: 'x' }), 'another'],
    ['a missing field', got(withoutStatus), "required property 'status'"],
    ['a further field', got({ ...payout, secret: 1 }), 'additional properties'],
    ['a further field of an error', refused('internal', 500, { cause: 'x' }), 'addit'],
    ['null for a missing value', got({ ...payout, tx_hash: null }), '/tx_hash must be string'],
    ['an amount as text', got({ ...payout, amount_micro: '25000000' }), 'must be integer'],
    ['a network without a name', got({ ...payout, network: '' }), '/network must NOT have fewer'],
    [
      'a payout that cannot be read, and yet has an amount',
      queueOf({ id: payout.id, user_id: 'u', unreadable: true, amount_micro: 1 }),
      'must match a schema in anyOf',
    ],
    [
      'a payout that cannot be read, to its user',
      got(
        { items: [{ id: payout.id, user_id: payout.user_id, unreadable: true }] },
        { method: 'GET', status: 200 },
      ),
      "required property 'status'",
    ],
    ['a fraction', got({ ...payout, amount_micro: 0.5 }), 'must be integer'],
    ['an unknown status', got({ ...payout, status: 'done' }), 'must be equal to one of'],
    ['an id that is none', got({ ...payout, id: '7' }), 'format "uuid"'],
    ['a time that is none', got({ ...payout, requested_at: 'now' }), 'format "date-time"'],
    ['a list that is null', got({ items: null }, { method: 'GET', status: 200 }), 'must be array'],
    ['a body that is not JSON', headed(plus('content-type', 'text/html')), 'in JSON'],
    ['no request id', headed(without('x-request-id')), 'without x-request-id'],
    ['a caching', headed(plus('cache-control', 'public')), 'cache-control: public'],
    ['a replay that cannot be', replayedList, 'with idempotency-replayed, which'],
    ['an answer at no route', got({}, { path: '/v1/nothing', status: 200 }), 'answered 200, which'],
    ['an answer to another method', got({}, { method: 'PUT', status: 200 }), `PUT ${PATH}`],
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
