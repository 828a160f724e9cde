/** The users whom a worker acts for, each with a history that the seed and a name decide. */

import { networkNames } from '../../../lib/networks/index.ts';
import { operatorArn } from '../../support/requests.ts';
import { addressOf, tokenOf, txHashOf, uuidOf } from './derived.ts';
import type { Attempt, Invoice, Payout, Reward, Status, User } from './user.ts';

export type UserGroup = {
  name: string;
  rich: User;
  poor: User;
  /** Has more than a JavaScript number can say. */
  whale: User;
  /** Owes: a reward that had been paid out was taken back. */
  debtor: User;
  /** Without any history. */
  newcomer: User;
  /** Somebody of another worker, who must never be seen or moved. */
  stranger: { userId: string; payoutId: string; invoiceId: string; token: string };
};

export const usersOf = ({ rich, poor, whale, debtor, newcomer }: UserGroup): User[] => [
  rich,
  poor,
  whale,
  debtor,
  newcomer,
];

/** The last is not offered any more. */
const NETWORKS = [...networkNames, 'dogecoin'];
const ANN = operatorArn('ann');
const BEN = operatorArn('ben');
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);
const LONG_AGO = '2026-01-02T00:00:00.000Z';
const FAR_AWAY = '2999-01-01T00:00:00.000Z';

export function makeUserGroup(
  seed: number,
  worker: number,
  name: string,
  workers: number,
): UserGroup {
  const id = `${seed}/${worker}/${name}`;
  const user = (kind: string) => newUser(id, kind);
  const group: UserGroup = {
    name: id,
    rich: user('rich'),
    poor: user('poor'),
    whale: user('whale'),
    debtor: user('debtor'),
    newcomer: user('newcomer'),
    stranger: strangerOf(`${seed}/${(worker + 1) % workers}/0`),
  };
  const { rich, poor, whale, debtor } = group;
  rich.payouts = payouts(rich, { requested: 24, processing: 8, sent: 3, failed: 2, cancelled: 3 });
  settle(rich.payouts);
  // Between the others in every list: their ids have the same milliseconds.
  const twins = payouts(rich, { requested: 3, processing: 1, sent: 1 });
  rich.unreadable = twins.map((payout, n) => ({
    ...payout,
    id: payoutId(`${rich.id} twin`, 7 * n),
  }));
  rich.rewards = rewards(rich, {
    available: [9, 2_000_000_000n],
    due: [4, 25_000_001n],
    pending: [3, 7n],
    reversed: [2, 5n],
  });
  rich.invoices = invoices(rich, 24, ['open', 'open', 'open', 'open', 'covered', 'closed']);
  poor.payouts = payouts(poor, { requested: 3, sent: 1 });
  poor.rewards = rewards(poor, {
    available: [1, 95_000_000n],
    due: [2, 10_000_000n],
    pending: [1, 90_000_000n],
  });
  poor.invoices = invoices(poor, 4, ['open']);
  whale.rewards = rewards(whale, { available: [1, 2n ** 63n - 1_000n], pending: [1, 999n] });
  whale.invoices = [
    { id: `whale:${tokenOf(whale.id)}`, total: 9_007_199_254_740_993n, status: 'open' },
  ];
  debtor.payouts = payouts(debtor, { sent: 2, requested: 2 });
  debtor.rewards = rewards(debtor, {
    reversed: [1, 40_000_000n],
    available: [1, 20_000_000n],
    pending: [1, 3n],
  });
  debtor.invoices = invoices(debtor, 2, ['open']);
  return group;
}

function newUser(group: string, name: string): User {
  const of = (what: string) => `${group}/${name}/${what}`;
  return {
    name,
    id: uuidOf(of('user')),
    tokens: {
      live: [tokenOf(of('live 1')), tokenOf(of('live 2'))],
      expired: tokenOf(of('expired')),
      revoked: tokenOf(of('revoked')),
    },
    payouts: [],
    unreadable: [],
    rewards: [],
    invoices: [],
    keys: new Map(),
  };
}

/** The rich user of another worker's first group, without making that group. */
function strangerOf(group: string): UserGroup['stranger'] {
  const { id, tokens } = newUser(group, 'rich');
  return {
    userId: id,
    payoutId: payoutId(id, 0),
    invoiceId: invoiceId(id, 0),
    token: tokens.live[0],
  };
}

const payoutId = (userId: string, n: number): string =>
  uuidOf(`${userId} payout ${n}`, '7', START_MS + n * 1000);
const invoiceId = (userId: string, n: number): string =>
  `inv-${n}-${tokenOf(`${userId} invoice ${n}`)}`;

function payouts({ id: user_id }: User, counts: Partial<Record<Status, number>>): Payout[] {
  const statuses = Object.entries(counts).flatMap(([status, count]) =>
    Array<Status>(count).fill(status as Status),
  );
  return statuses.map((status, n) => {
    const name = `${user_id} payout ${n}`;
    const network = NETWORKS[n % NETWORKS.length] ?? '';
    const at = (days: number) => new Date(START_MS + n * 1000 + days * DAY_MS).toISOString();
    const isSettled = status !== 'requested' && status !== 'processing';
    const steps: Payout['history'] = [{ status: 'requested', at: at(0), by: 'user' }];
    if (status !== 'requested') steps.push({ status, at: at(1), by: ANN });
    return {
      id: payoutId(user_id, n),
      user_id,
      amount: 20_000_000n + BigInt(n),
      network,
      address: addressOf(name, network),
      status,
      requested_at: at(0),
      ...(status === 'sent' && { tx_hash: txHashOf(name, network) }),
      ...(status === 'failed' && { note: `bounced ${tokenOf(name)}` }),
      ...(isSettled && { completed_at: at(1) }),
      history: steps,
    };
  });
}

/** Some of those that are claimed may have been sent, and some of those that wait are approved. */
function settle(all: Payout[]): void {
  const claimed = all.filter(({ status }) => status === 'processing');
  for (const payout of claimed.filter(({ network }) => network !== 'dogecoin').slice(1, 5))
    payout.attempts = [attemptOf(payout)];
  for (const payout of all.filter(({ status }) => status === 'requested').slice(0, 3)) {
    const { amount: amount_micro, address, requested_at: at } = payout;
    payout.approval = { by: BEN, at, amount_micro, address };
  }
}

/** The first of those few that the grammar knows of each payout. */
function attemptOf({ id: payout, network, requested_at: recorded_at }: Payout): Attempt {
  const id = txHashOf(`${payout} 0`, network);
  const rest = { state: 'open', by: ANN, recorded_at } as const;
  return network === 'solana'
    ? { id, kind: 'solana', signature: id, last_valid_block_height: 7n, ...rest }
    : { id, kind: 'evm', sender: `0x${'1a'.repeat(20)}`, nonce: 7n, hash: id, ...rest };
}

function rewards(
  { id }: User,
  kinds: Partial<Record<Reward['status'], [count: number, amount: bigint]>>,
): Reward[] {
  return Object.entries(kinds).flatMap(([kind, [count, amount]]) =>
    Array.from({ length: count }, (_, n): Reward => {
      const status = kind as Reward['status'];
      return {
        id: `reward:${kind}:${tokenOf(`${id} ${kind} ${n}`)}`,
        amount,
        status,
        unlocks_at: status === 'pending' ? FAR_AWAY : LONG_AGO,
        // Several in the same millisecond, so that the id decides their order.
        granted_at: new Date(START_MS + Math.floor(n / 3)).toISOString(),
        source: `referral "${n}" \u00e9\u{1f600}`,
      };
    }),
  );
}

const invoices = ({ id }: User, count: number, statuses: Invoice['status'][]): Invoice[] =>
  Array.from({ length: count }, (_, n) => ({
    id: invoiceId(id, n),
    total: 1_000_000n + BigInt(n),
    status: statuses[n % statuses.length] ?? 'open',
  }));
