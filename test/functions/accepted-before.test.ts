/** A request that was accepted, and is repeated when its stage would no longer accept it. */
import { expect, test } from 'vitest';
import { LISTED } from '../lib/networks/sanctioned-samples.ts';
import { PATHS, PAYOUT_REQUEST, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const before = useService();
/** The stage of afterwards, on the same tables. */
const later = useService({
  environment: { RequestPayout: { SANCTIONS: 'on', MIN_PAYOUT_MICRO: '50000000' } },
  databaseFor: () => before.databaseUrl,
});

const send = (service: typeof before, cookie: string, body: object, key = 'k') =>
  service.request('POST', PATHS.payouts, { cookie, body, headers: { 'idempotency-key': key } });
const balanceOf = (user_id: string) => before.account(user_id);

const SMALL = { ...PAYOUT_REQUEST, amount_micro: 25_000_000 };
const LARGE = { ...PAYOUT_REQUEST, amount_micro: 60_000_000 };
const TO_LISTED = { ...LARGE, network: 'solana', address: LISTED.solana };

test.each([
  ['the minimum was raised', SMALL, 'payout_below_min'],
  ['the address was listed', TO_LISTED, 'payout_address_invalid'],
] as const)('gets its response again where %s since', async (_, body, tag) => {
  const { cookie, user_id } = await before.newSession({ available_micro: 100_000_000n });
  const first = await send(before, cookie, body);
  expect(first.status).toBe(202);
  const again = await send(later, cookie, body);
  expect([again.status, again.text]).toEqual([202, first.text]);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  const taken = BigInt(body.amount_micro);
  expect(await balanceOf(user_id)).toMatchObject({ available_micro: 100_000_000n - taken });
  // Under another key it is a new request.
  expect(await send(later, cookie, body, 'other')).toMatchObject(refusal(400, tag));
});

test('what is wrong with a request comes before what its key says', async () => {
  const { cookie } = await before.newSession({ available_micro: 100_000_000n });
  expect((await send(before, cookie, LARGE)).status).toBe(202);
  expect(await send(later, cookie, SMALL)).toMatchObject({
    ...{ status: 400, json: { error: 'payout_below_min', min_payout_micro: 50_000_000n } },
  });
  expect(await send(later, cookie, TO_LISTED)).toMatchObject(
    refusal(400, 'payout_address_invalid'),
  );
});

test('a refusal does not use the key up', async () => {
  const { cookie, user_id } = await before.newSession({ available_micro: 100_000_000n });
  expect(await send(later, cookie, SMALL)).toMatchObject(refusal(400, 'payout_below_min'));
  expect((await send(later, cookie, LARGE)).status).toBe(202);
  expect(await balanceOf(user_id)).toMatchObject({ reserved_micro: 60_000_000n });
});
