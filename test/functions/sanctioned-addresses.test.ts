/** Addresses under sanctions: refused when a payout is requested, and again when it is claimed. */
import { expect, test } from 'vitest';
import { LISTED } from '../lib/networks/sanctioned-samples.ts';
import { ADDRESSES, JSON_TYPE, PATHS, PAYOUT_REQUEST, refusal } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { useOpenPayout } from './open-payout.ts';

const ON = { SANCTIONS: 'on' };
const service = useService({ environment: { RequestPayout: ON } });
const claiming = useService({ environment: { ClaimPayout: ON } });

const request = async (network: string, address: string) => {
  const { cookie, user_id } = await service.newSession({ available_micro: 30_000_000n });
  const body = JSON.stringify({ ...PAYOUT_REQUEST, amount_micro: 25_000_000, network, address });
  const answer = await service.request('POST', PATHS.payouts, {
    cookie,
    headers: JSON_TYPE,
    body,
  });
  return { user_id, answer };
};

const linesOf = ({ logs }: { logs: string[] }) =>
  logs.filter((line) => line.includes('sanctioned_address')).map((line) => JSON.parse(line));

test.each([
  ['ethereum', LISTED.ethereum],
  ['polygon', LISTED.ethereum.toLowerCase()],
  ['solana', LISTED.solana],
])(
  'a request to one on %s looks like any wrong address, and is logged by its user alone',
  async (network, address) => {
    service.logs.length = 0;
    const { user_id, answer } = await request(network, address);
    const wrong = await request(network, 'x');
    const said = ({ status, json }: typeof answer) => [
      status,
      { ...(json as object), request_id: '' },
    ];
    expect(said(answer)).toEqual(said(wrong.answer));
    expect(answer).toMatchObject(refusal(400, 'payout_address_invalid'));
    expect(linesOf(service)).toMatchObject([
      { level: 'WARN', message: { event: 'sanctioned_address', user_id } },
    ]);
    expect(service.logs.join('\n')).not.toContain(address);
    expect(await service.account(user_id)).toMatchObject({ available_micro: 30_000_000n });
  },
);

test('others are paid as ever', async () => {
  for (const [network, address] of Object.entries(ADDRESSES))
    expect((await request(network, address)).answer.status).toBe(202);
});

const given = useOpenPayout(claiming);

test('a claim is refused that would pay one, without saying why, however often it is repeated', async () => {
  claiming.logs.length = 0;
  const { id, user_id } = given.payout;
  await claiming.changePayout(user_id, id, { address: LISTED.solana });
  for (const by of ['ann', 'ann', 'bob'] as const) {
    const { status, json, text } = await given.operate('processing', undefined, by);
    expect([status, json]).toMatchObject([
      409,
      { error: 'payout_not_actionable', status: 'requested', by: 'user' },
    ]);
    expect(text).not.toMatch(/sanction|list|compliance/i);
  }
  expect(linesOf(claiming)).toMatchObject(
    Array(3).fill({ message: { event: 'sanctioned_address', payout_id: id } }),
  );
  expect(claiming.logs.join('\n')).not.toContain(LISTED.solana);
  // Compliance may let it go back.
  const ended = await given.operate('cancelled', { reason: 'compliance', note: 'Ask us.' });
  expect(ended).toMatchObject({ status: 200, json: { status: 'cancelled' } });
  expect(await given.balance()).toMatchObject({ available_micro: 40_000_000n });
});

test('one that was claimed before its address was listed is not claimed again by a repetition', async () => {
  const { id, user_id } = given.payout;
  expect((await given.operate('processing')).status).toBe(200);
  await claiming.changePayout(user_id, id, { address: LISTED.solana });
  expect(await given.operate('processing')).toMatchObject(refusal(409, 'payout_not_actionable'));
  expect((await given.view()).history).toHaveLength(2);
});

test('what ended says how, as ever', async () => {
  const { id, user_id } = given.payout;
  await given.operate('failed', { note: 'bounced' });
  await claiming.changePayout(user_id, id, { address: LISTED.solana });
  claiming.logs.length = 0;
  const { json } = await given.operate('processing');
  expect(json).toMatchObject({ error: 'payout_not_actionable', status: 'failed' });
  expect(linesOf(claiming)).toEqual([]);
});

test('where the list is off, it is not looked at', async () => {
  const { cookie } = await claiming.newSession({ available_micro: 30_000_000n });
  const { id } = await claiming.requestPayout(cookie, {
    network: 'solana',
    address: LISTED.solana,
  });
  expect(id).toMatch(/./);
});
