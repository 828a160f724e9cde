import { describe, expect, test } from 'vitest';
import { ADDRESSES, JSON_TYPE, PATHS, PAYOUT_REQUEST, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const service = useService();

const post = (cookie: string, key: string | undefined, body: object | string = PAYOUT_REQUEST) =>
  service.request('POST', PATHS.payouts, {
    cookie,
    headers: { ...JSON_TYPE, ...(key !== undefined && { 'idempotency-key': key }) },
    body,
  });

describe('the same key and body', () => {
  test('answer the same 202 again, marked as replayed, and move money once', async () => {
    const { cookie, user_id } = await service.newSession({ available_micro: 100_000_000n });
    const first = await post(cookie, 'k1');
    const second = await post(cookie, 'k1');
    expect([second.status, second.text]).toEqual([202, first.text]);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(await service.payouts(user_id)).toHaveLength(1);
    expect(await service.account(user_id)).toMatchObject({ available_micro: 75_000_000n });
  });

  test('answer it also when the balance has gone since', async () => {
    const { cookie } = await service.newSession({ available_micro: 25_000_000n });
    const first = await post(cookie, 'k1');
    const second = await post(cookie, 'k1');
    expect([second.status, second.text]).toEqual([202, first.text]);
  });

  test('answer it also when the payout has been settled since', async () => {
    const { cookie, user_id } = await service.newSession({ available_micro: 25_000_000n });
    const first = await post(cookie, 'k1');
    await service.changePayout(user_id, (first.json as { id: string }).id, {
      status: 'sent',
      tx_hash: 'abc',
    });
    expect((await post(cookie, 'k1')).text).toBe(first.text);
  });

  test('are the same also when the body is only spelt differently', async () => {
    const { cookie } = await service.newSession({ available_micro: 100_000_000n });
    const first = await post(cookie, 'k1');
    const { address, network } = PAYOUT_REQUEST;
    const respelt = ` {"address":"${address}", "note":1, "network":"${network}", "amount_micro":25e6}`;
    expect((await post(cookie, 'k1', respelt)).text).toBe(first.text);
  });

  test('make one payout when twenty arrive at once, with twenty equal bodies', async () => {
    const { cookie, user_id } = await service.newSession({ available_micro: 30_000_000n });
    const responses = await Promise.all(Array.from({ length: 20 }, () => post(cookie, 'k1')));
    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(202));
    expect(new Set(responses.map(({ text }) => text)).size).toBe(1);
    expect(
      responses.filter(({ headers }) => headers.get('idempotency-replayed') === null),
    ).toHaveLength(1);
    expect(await service.payouts(user_id)).toHaveLength(1);
    expect(await service.account(user_id)).toMatchObject({
      available_micro: 5_000_000n,
      reserved_micro: 25_000_000n,
    });
  });
});

describe('another body under the same key', () => {
  test.each([
    ['amount', { ...PAYOUT_REQUEST, amount_micro: 25_000_001 }],
    ['network and address', { ...PAYOUT_REQUEST, network: 'polygon', address: ADDRESSES.polygon }],
  ])('with another %s is refused and changes nothing', async (_name, other) => {
    const { cookie, user_id } = await service.newSession({ available_micro: 100_000_000n });
    await post(cookie, 'k1');
    expect(await post(cookie, 'k1', other)).toMatchObject(refusal(422, 'idempotency_key_reused'));
    expect(await service.payouts(user_id)).toHaveLength(1);
  });
});

describe('a key', () => {
  test('belongs to one user', async () => {
    const [one, two] = [
      await service.newSession({ available_micro: 25_000_000n }),
      await service.newSession({ available_micro: 25_000_000n }),
    ];
    const first = await post(one.cookie, 'shared');
    const second = await post(two.cookie, 'shared', {
      ...PAYOUT_REQUEST,
      amount_micro: 24_000_000,
    });
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.headers.get('idempotency-replayed')).toBeNull();
  });

  test('is not used up by a refused request', async () => {
    const { cookie, user_id } = await service.newSession({ available_micro: 20_000_000n });
    expect((await post(cookie, 'k1')).json).toMatchObject({ error: 'balance_insufficient' });
    await service.newSession({ user_id, available_micro: 5_000_000n });
    const accepted = await post(cookie, 'k1');
    expect(accepted.status).toBe(202);
    expect(accepted.headers.get('idempotency-replayed')).toBeNull();
  });

  test('is free again a day later, before DynamoDB has deleted it', async () => {
    const { cookie, user_id } = await service.newSession({ available_micro: 100_000_000n });
    await post(cookie, 'k1');
    const [record] = await service.keys(user_id);
    expect(Number(record?.expires_at)).toBeCloseTo(Date.now() / 1000 + 86_400 + 900, -1);
    await service.changeKey(user_id, String(record?.operation_key), {
      expires_at: Math.floor(Date.now() / 1000),
    });
    const later = await post(cookie, 'k1', { ...PAYOUT_REQUEST, amount_micro: 30_000_000 });
    expect(later.status).toBe(202);
    expect(await service.payouts(user_id)).toHaveLength(2);
  });

  test.each(['a b', 'é', 'x'.repeat(256)])('%j is invalid_args', async (key) => {
    const { cookie } = await service.newSession({ available_micro: 100_000_000n });
    expect(await post(cookie, Buffer.from(key).toString('latin1'))).toMatchObject(
      refusal(400, 'invalid_args'),
    );
  });

  test('is optional: without it two requests are two payouts', async () => {
    const { cookie, user_id } = await service.newSession({ available_micro: 100_000_000n });
    await post(cookie, undefined);
    await post(cookie, undefined);
    expect(await service.payouts(user_id)).toHaveLength(2);
    expect(await service.keys(user_id)).toEqual([]);
  });
});

test('200 requests of 10.00 at once over 900.00: 90 payouts, 110 refusals, to the micro-unit', async () => {
  const { cookie, user_id } = await service.newSession({ available_micro: 900_000_000n });
  const responses = await Promise.all(
    Array.from({ length: 200 }, () =>
      post(cookie, undefined, { ...PAYOUT_REQUEST, amount_micro: 10_000_000 }),
    ),
  );
  const outcomes = responses.map(({ status, json }) =>
    status === 202 ? 'accepted' : (json as { error: string }).error,
  );
  expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(90);
  expect(outcomes.filter((outcome) => outcome === 'balance_insufficient')).toHaveLength(110);
  expect(await service.account(user_id)).toMatchObject({
    available_micro: 0n,
    reserved_micro: 900_000_000n,
    lifetime_micro: 900_000_000n,
  });
  const payouts = await service.payouts(user_id);
  expect(new Set(payouts.map(({ id }) => id)).size).toBe(90);
  expect(payouts.every(({ amount_micro }) => amount_micro === 10_000_000n)).toBe(true);
});
