/** The whole life of the money on the deployed stack, as users, operators and billing see it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ADDRESSES, FUTURE, HASHES, PAST, PATHS, PAYOUT_REQUEST } from '../../support/samples.ts';
import { type Aws, seen } from './calls.ts';
import type { Log } from './log.ts';
import { disarm, type Operator } from './rights.ts';
import { settleThrough } from './settlement.ts';
import type { Answer, Asked, Stack } from './stack.ts';

export const UNIT = 1_000_000n;
/** What the stage lets a user request in a day; more than all that is asked for here. */
export const DAILY_LIMIT = 1000n * UNIT;
const ME = `GET ${PATHS.overview}`;
const LIST = `GET ${PATHS.payouts}`;
const REWARDS = `GET ${PATHS.rewards}`;
const REQUEST = `POST ${PATHS.payouts}`;
const QUEUE = `GET ${PATHS.queue}?status=requested`;

export interface Life {
  userId: string;
  /** Each payout's steps, in order. */
  payouts: Record<string, string[]>;
  /** Waits until the user's balance has these parts, and gives them. */
  balance: (parts: object) => Promise<object>;
}

/** A reward as billing grants it. */
export const granted = (
  user_id: string,
  reward_id: string,
  amount_micro: bigint,
  unlocks_at: string,
): [type: string, detail: object] => [
  'referral.reward.granted',
  { user_id, reward_id, amount_micro, unlocks_at, source: 'trial' },
];

/** Ends with 90 less than nothing available, and 50 pending. */
export async function liveThrough(
  stack: Stack,
  aws: Aws,
  log: Log,
  as: Operator,
  second: Operator,
): Promise<Life> {
  const userId = randomUUID();
  const payouts: Life['payouts'] = {};
  const signIn = () => stack.signIn(userId);
  const cookie = await log.step('a session, as the login writes it', signIn, () => userId);
  const user = { cookie };

  /** A request, and of its answer the status and a part. */
  const step = (name: string, request: string, asked: Asked, status: number, part: object = {}) =>
    log.step(name, () => answered(stack.ask(request, asked), status, part), shown);
  const balance = (parts: object) =>
    seen('the balance', async () => {
      const { json } = await answered(stack.ask(ME, user), 200);
      const { balance } = json as { balance: Record<string, bigint> };
      return Object.entries(parts).every(([name, micro]) => balance[name] === micro) && balance;
    });
  const request = async (name: string, asked: Asked): Promise<string> => {
    const { json } = await step(name, REQUEST, { ...user, ...asked }, 202, { status: 'requested' });
    const { id } = json as { id: string };
    payouts[id] = ['requested'];
    return id;
  };
  const mark = async (id: string, status: string, body: object = {}) => {
    const path = `POST ${PATHS.queue}/${id}/${status}`;
    await step(`an operator's ${status}`, path, { as, body }, 200, {
      status,
      history: [{ status, by: as.arn }],
    });
    payouts[id]?.push(status);
  };

  await log.step("two rewards, on billing's bus", async () => {
    await stack.bill(
      granted(userId, 'due', 100n * UNIT, PAST),
      granted(userId, 'later', 50n * UNIT, FUTURE),
    );
    return balance({ available_micro: 100n * UNIT, pending_micro: 50n * UNIT });
  });

  const of = (units: bigint) => ({ ...PAYOUT_REQUEST, amount_micro: units * UNIT });
  await step('no session', ME, {}, 401, { error: 'unauthenticated' });
  await step('no signature', QUEUE, {}, 403);
  await step('an operator without rights', QUEUE, { as }, 403);
  await as.permit();
  await second.permit();
  const tooMuch = { ...user, body: of(101n) };
  const limit = { error: 'payout_limit_exceeded', remaining_micro: DAILY_LIMIT };
  const overLimit = { ...user, body: of(DAILY_LIMIT / UNIT + 1n) };
  await step('more than a day allows', REQUEST, overLimit, 400, limit);
  await step('more than there is', REQUEST, tooMuch, 400, { error: 'balance_insufficient' });

  const keyed = { ...user, headers: { 'idempotency-key': 'key-1' } };
  const paid = await request('a request under a key', { ...keyed, body: of(25n) });
  const again = await step('the same again', REQUEST, { ...keyed, body: of(25n) }, 202, {
    id: paid,
  });
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  const reused = { error: 'idempotency_key_reused' };
  await step('another under the key', REQUEST, { ...keyed, body: of(26n) }, 422, reused);
  await step('the list', LIST, user, 200, { items: [{ id: paid }] });
  await step('the queue', QUEUE, { as }, 200, { items: [{ id: paid }] });
  await mark(paid, 'processing');
  await mark(paid, 'sent', { tx_hash: HASHES.solana });

  const ethereum = { network: 'ethereum', address: ADDRESSES.ethereum };
  const failed = await request('a request', { body: { ...of(20n), ...ethereum } });
  await mark(failed, 'failed', { note: 'The address bounced.' });
  const cancelled = await request('a request', { body: { ...of(10n), ...ethereum } });
  const cancel = `POST ${PATHS.payouts}/${cancelled}/cancel`;
  await step("the user's cancel", cancel, user, 200, { status: 'cancelled' });
  payouts[cancelled]?.push('cancelled');
  await log.step('the balance', () =>
    balance({ available_micro: 75n * UNIT, reserved_micro: 0n, paid_out_micro: 25n * UNIT }),
  );

  const [settled, steps] = await settleThrough({
    ...{ userId, cookie, payer: as, second, step },
    request: (name, amount_micro) => request(name, { body: { ...PAYOUT_REQUEST, amount_micro } }),
  });
  payouts[settled] = steps;

  const invoice = { user_id: userId, invoice_id: 'invoice-1' };
  await stack.bill(['billing.invoice.opened', { ...invoice, total_micro: 40n * UNIT }]);
  await log.step('a spend on an invoice', () =>
    seen('the invoice', async () => {
      const body = { invoice_id: 'invoice-1', amount_micro: 40n * UNIT };
      const answer = stack.ask(`POST ${PATHS.spend}`, { ...user, body });
      return (await answer).status !== 404 && shown(await answered(answer, 200, { ok: true }));
    }),
  );
  await log.step('the reversal of what was spent', async () => {
    await stack.bill(['referral.reward.reversed', { user_id: userId, reward_id: 'due' }]);
    return balance({ available_micro: -90n * UNIT, spent_micro: 40n * UNIT });
  });
  await step('the rewards', REWARDS, user, 200, { items: [{ id: 'due', status: 'reversed' }] });
  await disarm('ListRewards', aws);
  await step('the same without rights', REWARDS, user, 500, { error: 'internal' });
  return { userId, payouts, balance };
}

async function answered(
  asked: Promise<Answer>,
  status: number,
  part: object = {},
): Promise<Answer> {
  const answer = await asked;
  assert.equal(answer.status, status, answer.text);
  assert.partialDeepStrictEqual(answer.json, part);
  return answer;
}

const shown = ({ status, text }: Answer): string => `${status} ${text}`;
