import { expect, test } from 'vitest';
import { PATHS, PAYOUT_REQUEST, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const TOTAL = 8_000_000;

const service = useService();

const newUser = () =>
  service.newSession({
    available_micro: 20_000_000n,
    invoices: [{ invoice_id: 'inv-1', total_micro: BigInt(TOTAL) }],
  });

const post = (cookie: string, body: object, headers: Record<string, string> = {}) =>
  service.request('POST', PATHS.spend, { cookie, headers, body });

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
  const body = { ...PAYOUT_REQUEST, amount_micro: 10_000_000 };
  const headers = { 'idempotency-key': 'shared' };
  await service.request('POST', PATHS.payouts, { cookie, headers, body });
  expect((await post(cookie, spend, headers)).status).toBe(200);
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
  const body = { ...PAYOUT_REQUEST, amount_micro: 10_000_000 };
  const responses = await Promise.all(
    ids.flatMap((invoice_id) => [
      post(cookie, { invoice_id, amount_micro: 10_000_000 }),
      service.request('POST', PATHS.payouts, { cookie, body }),
    ]),
  );
  const refused = responses.filter(({ status }) => status === 400);
  expect(
    refused.every(({ json }) => (json as { error: string }).error === 'balance_insufficient'),
  ).toBe(true);
  expect(responses.filter(({ status }) => status < 300)).toHaveLength(9);
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

test.each([
  ['no invoice', { amount_micro: TOTAL }],
  ['an empty invoice', { invoice_id: '', amount_micro: TOTAL }],
  ['an invoice that is no text', { invoice_id: 5, amount_micro: TOTAL }],
  ['no amount', { invoice_id: 'inv-1' }],
  ['a negative amount', { invoice_id: 'inv-1', amount_micro: -TOTAL }],
  ['an amount with a fraction', { invoice_id: 'inv-1', amount_micro: 0.5 }],
])('%s is invalid_args', async (_name, body) => {
  const { cookie } = await newUser();
  expect(await post(cookie, body)).toMatchObject(refusal(400, 'invalid_args'));
});
