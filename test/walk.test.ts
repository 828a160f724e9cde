/** The whole life of the money from an empty store, over HTTP and the operators' command line. */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { ADDRESSES, HASHES, PATHS } from './support/samples.ts';
import { type Session, useService } from './support/service.ts';

const ROOT = resolve(import.meta.dirname, '..');
const UNIT = 1_000_000n;

type Balance = Record<string, bigint>;

let user: Session;

const service = useService({ publish: true });
beforeAll(async () => {
  user = await service.newSession();
});

const send = async (method: string, path: string, body?: object) => {
  const { status, json } = await service.request(method, path, { cookie: user.cookie, body });
  return { status, json: json as Record<string, unknown> };
};

const requestPayout = async (amount_micro: bigint): Promise<string> => {
  const to = { network: 'ethereum', address: ADDRESSES.ethereum };
  return (await service.requestPayout(user.cookie, { amount_micro, ...to })).id;
};

const operator = async (...args: string[]): Promise<Record<string, unknown>> => {
  const script = join(ROOT, 'infra/tools/operator-main.ts');
  const line = [script, ...args, '--url', service.url, '--json', '--yes'];
  const { stdout } = await promisify(execFile)(process.execPath, line);
  return JSON.parse(stdout);
};

/** After every step the parts add up, and the books are the sum of their items. */
const expectBalance = async (parts: Partial<Balance>) => {
  const { json } = await send('GET', PATHS.overview);
  const { lifetime_micro: lifetime, ...rest } = json.balance as Balance;
  expect(json.balance).toMatchObject(parts);
  expect(Object.values(rest).reduce((sum, part) => sum + part, 0n)).toBe(lifetime);
  expect(await service.run('Reconcile')).toMatchObject({ drifted: 0n, skipped: 0n });
};

const granted = (reward_id: string, amount_micro: bigint, unlocksInMs: number) => ({
  'detail-type': 'referral.reward.granted',
  detail: {
    reward_id,
    user_id: user.user_id,
    amount_micro,
    unlocks_at: new Date(Date.now() + unlocksInMs).toISOString(),
    source: 'walk',
  },
});

test('the whole life of the money adds up at every step', async () => {
  await expectBalance({ lifetime_micro: 0n });

  await service.events([
    granted('due', 100n * UNIT, 1000),
    granted('later', 50n * UNIT, 3_600_000),
  ]);
  await expectBalance({ lifetime_micro: 150n * UNIT });

  // The first reward unlocks by itself, without any job, once its second has passed.
  const available = async () =>
    ((await send('GET', PATHS.overview)).json.balance as Balance).available_micro;
  while ((await available()) === 0n) await setTimeout(50);
  await expectBalance({ available_micro: 100n * UNIT, pending_micro: 50n * UNIT });

  const paid = await requestPayout(30n * UNIT);
  await expectBalance({ available_micro: 70n * UNIT, reserved_micro: 30n * UNIT });
  expect(await operator('claim', paid)).toMatchObject({ id: paid, status: 'processing' });
  const hash = HASHES.ethereum;
  expect(await operator('sent', paid, '--tx', hash)).toMatchObject({
    status: 'sent',
    tx_hash: hash,
  });
  await expectBalance({
    available_micro: 70n * UNIT,
    reserved_micro: 0n,
    paid_out_micro: 30n * UNIT,
  });

  const failed = await requestPayout(20n * UNIT);
  expect(await operator('fail', failed, '--note', 'the address bounced')).toMatchObject({
    status: 'failed',
  });
  await expectBalance({ available_micro: 70n * UNIT, reserved_micro: 0n });

  const cancelled = await requestPayout(10n * UNIT);
  expect(await send('POST', `${PATHS.payouts}/${cancelled}/cancel`)).toMatchObject({
    status: 200,
    json: { status: 'cancelled' },
  });
  await expectBalance({ available_micro: 70n * UNIT, reserved_micro: 0n });

  const invoice = { invoice_id: 'inv-1', user_id: user.user_id };
  await service.events([
    { 'detail-type': 'billing.invoice.opened', detail: { ...invoice, total_micro: 40n * UNIT } },
  ]);
  const spend = { invoice_id: 'inv-1', amount_micro: Number(40n * UNIT) };
  expect(await send('POST', PATHS.spend, spend)).toMatchObject({
    status: 200,
  });
  await expectBalance({ available_micro: 30n * UNIT, spent_micro: 40n * UNIT });

  const reversal = { reward_id: 'due', user_id: user.user_id };
  await service.events([{ 'detail-type': 'referral.reward.reversed', detail: reversal }]);
  await expectBalance({ available_micro: -70n * UNIT, lifetime_micro: 50n * UNIT });

  const rewards = (await send('GET', PATHS.rewards)).json.items as {
    id: string;
    status: string;
  }[];
  expect(Object.fromEntries(rewards.map(({ id, status }) => [id, status]))).toEqual({
    due: 'reversed',
    later: 'pending',
  });
  expect(await operator('show', paid)).toMatchObject({ history: { length: 3 } });

  const published = (await service.published(7)).map((event) => [
    event['detail-type'],
    (event.detail.payout as { id: string }).id,
  ]);
  expect(published).toEqual([
    ['referral.payout.requested', paid],
    ['referral.payout.processing', paid],
    ['referral.payout.sent', paid],
    ['referral.payout.requested', failed],
    ['referral.payout.failed', failed],
    ['referral.payout.requested', cancelled],
    ['referral.payout.cancelled', cancelled],
  ]);
});
