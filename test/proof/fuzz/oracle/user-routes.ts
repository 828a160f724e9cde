/** What the contract answers on the users' routes. */
import {
  balanceJson,
  balanceOf,
  type Payout,
  payoutJson,
  rewardJson,
  shownStatus,
  type User,
} from '../user.ts';
import { bodyOf, type InDoubt, keyOf, page, textOf } from './arguments.ts';
import { momentIn, newIdIn, ok, Refused, type Success, wrong } from './expectations.ts';
import type { Request } from './http-message.ts';
import type { Json } from './read-json.ts';
import {
  isBillingId,
  isPayable,
  isStoredUuid,
  isUuid,
  NETWORKS,
  positiveAmount,
} from './values.ts';

export type Asked = { request: Request; user: User; id: string; inDoubt: InDoubt };

const MIN_PAYOUT = 10_000_000n;

export function requestPayout({ request, user, inDoubt }: Asked): Success {
  const body = bodyOf(request, inDoubt);
  const amount = amountIn(body.get('amount_micro'));
  const network = textOf(body, 'network');
  if (!NETWORKS.includes(network)) throw wrong('network');
  const address = textOf(body, 'address');
  const key = keyOf(request);
  if (amount < MIN_PAYOUT)
    throw new Refused('payout_below_min', { min_payout_micro: Number(MIN_PAYOUT) });
  if (!isPayable(network, address)) throw new Refused('payout_address_invalid');

  const asked = JSON.stringify([`${amount}`, network, address]);
  const earlier = repetition(user, `payout ${key}`, asked, 202);
  if (earlier) return earlier;
  if (user.frozen) throw new Refused('account_frozen');
  if (amount > balanceOf(user).available) throw new Refused('balance_insufficient');
  const made = (given: string): Payout => {
    const { id, at } = newIdIn(given);
    const history = [{ status: 'requested' as const, at, by: 'user' }];
    return {
      id,
      user_id: user.id,
      amount,
      network,
      address,
      status: 'requested',
      requested_at: at,
      history,
    };
  };
  return {
    ...ok(''),
    status: 202,
    writes: true,
    text: (given) => payoutJson(made(given), false),
    effect: (given) => {
      user.payouts.push(made(given));
      if (key !== undefined) user.keys.set(`payout ${key}`, { asked, text: given });
    },
  };
}

export function spendOnInvoice({ request, user, inDoubt }: Asked): Success {
  const body = bodyOf(request, inDoubt);
  const id = body.get('invoice_id');
  if (!isBillingId(id)) throw wrong('invoice_id');
  const amount = amountIn(body.get('amount_micro'));
  const key = keyOf(request);

  const asked = JSON.stringify([id, `${amount}`]);
  const earlier = repetition(user, `spend ${key}`, asked, 200);
  if (earlier) return earlier;
  const invoice = user.invoices.find((each) => each.id === id);
  if (invoice?.status !== 'open') throw new Refused('invoice_not_eligible');
  if (invoice.total !== amount) throw new Refused('amount_mismatch');
  if (user.frozen) throw new Refused('account_frozen');
  if (amount > balanceOf(user).available) throw new Refused('balance_insufficient');
  return {
    ...ok('{"ok":true}'),
    writes: true,
    effect: (given) => {
      invoice.status = 'covered';
      if (key !== undefined) user.keys.set(`spend ${key}`, { asked, text: given });
    },
  };
}

function amountIn(value: Json | undefined): bigint {
  const amount = positiveAmount(value);
  if (amount === undefined) throw wrong('amount_micro');
  return amount;
}

function repetition(
  user: User,
  key: string,
  asked: string,
  status: 200 | 202,
): Success | undefined {
  const used = user.keys.get(key);
  if (used === undefined) return undefined;
  if (used.asked !== asked) throw new Refused('idempotency_key_reused');
  return { ...ok(used.text), status, replayed: true };
}

export function listPayouts({ request, user, inDoubt }: Asked): Success {
  const rows = newestFirst(user.payouts).map((payout) => ({
    key: payout.id,
    status: payout.status,
    json: payoutJson(payout, false),
  }));
  return page(request, rows, isStoredUuid, inDoubt);
}

export const newestFirst = (payouts: Payout[]): Payout[] =>
  payouts.toSorted((one, other) => (one.id < other.id ? 1 : -1));

const REWARD_KEY = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[!-~]{1,128}$/;

export const listRewards = ({ request, user, inDoubt }: Asked): Success =>
  page(request, newestRewards(user), (key) => REWARD_KEY.test(key), inDoubt);

export const newestRewards = ({ rewards }: User) =>
  rewards
    .map((reward) => ({
      key: `${reward.granted_at}#${reward.id}`,
      status: shownStatus(reward.status),
      json: rewardJson(reward),
    }))
    .sort((one, other) => (one.key < other.key ? 1 : -1));

export const getPayout = (asked: Asked): Success => ok(payoutJson(payoutOf(asked), false));

export function cancelPayout(asked: Asked): Success {
  const payout = payoutOf(asked);
  const isOwn = payout.status === 'cancelled' && payout.note === undefined;
  if (isOwn) return { ...ok(payoutJson(payout, false)), replayed: true };
  if (payout.status !== 'requested')
    throw new Refused('payout_not_actionable', { status: payout.status });
  const cancelled = (given: string): Payout => {
    const at = momentIn(given, 'completed_at');
    const history = [...payout.history, { status: 'cancelled' as const, at, by: 'user' }];
    return { ...payout, status: 'cancelled', completed_at: at, history };
  };
  return {
    ...ok(''),
    writes: true,
    text: (given) => payoutJson(cancelled(given), false),
    effect: (given) => void Object.assign(payout, cancelled(given)),
  };
}

function payoutOf({ user, id }: Asked): Payout {
  const payout = isUuid(id) ? user.payouts.find((each) => each.id === id.toLowerCase()) : undefined;
  if (payout === undefined) throw new Refused('payout_not_found');
  return payout;
}

export const getOverview = ({ user }: Asked): Success =>
  ok(
    `{"balance":${balanceJson(balanceOf(user))},"min_payout_micro":${MIN_PAYOUT},"networks":${JSON.stringify(NETWORKS)}}`,
  );
