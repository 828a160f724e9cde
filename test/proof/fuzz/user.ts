/** What the fuzzer knows of its users: only items, from which every balance is worked out anew. */
export type Status = 'requested' | 'processing' | 'sent' | 'failed' | 'cancelled';
type Step = { status: Status; at: string; by: string };

export type Payout = {
  id: string;
  user_id: string;
  amount: bigint;
  network: string;
  address: string;
  status: Status;
  tx_hash?: string;
  note?: string;
  requested_at: string;
  completed_at?: string;
  history: Step[];
};

/** `due` is stored as pending although its time has come: nobody outside can tell. */
export type Reward = {
  id: string;
  amount: bigint;
  status: 'pending' | 'due' | 'available' | 'reversed';
  unlocks_at: string;
  granted_at: string;
  source: string;
};

export type Invoice = { id: string; total: bigint; status: 'open' | 'covered' | 'closed' };

/** What an idempotency key was used for, and the answer it got. */
type KeyUse = { asked: string; text: string };

export type User = {
  name: string;
  id: string;
  /** Two live sessions, an expired and a revoked one. */
  tokens: { live: [string, string]; expired: string; revoked: string };
  payouts: Payout[];
  /** Stored so that no list can read them, although their amounts count. Nobody asks for their ids. */
  unreadable: Payout[];
  rewards: Reward[];
  invoices: Invoice[];
  keys: Map<string, KeyUse>;
};

type Balance = {
  pending: bigint;
  available: bigint;
  reserved: bigint;
  paidOut: bigint;
  spent: bigint;
  lifetime: bigint;
};

export function balanceOf({ payouts, unreadable, rewards, invoices }: User): Balance {
  const sum = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
  const ofRewards = (...statuses: Reward['status'][]) =>
    sum(rewards.filter(({ status }) => statuses.includes(status)).map(({ amount }) => amount));
  const ofPayouts = (...statuses: Status[]) =>
    sum(
      [...payouts, ...unreadable]
        .filter(({ status }) => statuses.includes(status))
        .map(({ amount }) => amount),
    );
  const pending = ofRewards('pending');
  const lifetime = ofRewards('pending', 'due', 'available');
  const reserved = ofPayouts('requested', 'processing');
  const paidOut = ofPayouts('sent');
  const spent = sum(
    invoices.filter(({ status }) => status === 'covered').map(({ total }) => total),
  );
  return {
    pending,
    available: lifetime - pending - reserved - paidOut - spent,
    reserved,
    paidOut,
    spent,
    lifetime,
  };
}

const text = JSON.stringify;

export const balanceJson = (balance: Balance): string =>
  `{"pending_micro":${balance.pending},"available_micro":${balance.available},"reserved_micro":${balance.reserved},` +
  `"paid_out_micro":${balance.paidOut},"spent_micro":${balance.spent},"lifetime_micro":${balance.lifetime}}`;

/** As the owner sees it; operators see the history too. */
export function payoutJson(payout: Payout, withHistory: boolean): string {
  const { id, user_id, amount, network, address, status, tx_hash, note, requested_at } = payout;
  const { completed_at, history } = payout;
  return [
    `{"id":${text(id)},"user_id":${text(user_id)},"amount_micro":${amount},"network":${text(network)}`,
    `,"address":${text(address)},"status":${text(status)}`,
    tx_hash === undefined ? '' : `,"tx_hash":${text(tx_hash)}`,
    note === undefined ? '' : `,"note":${text(note)}`,
    `,"requested_at":${text(requested_at)}`,
    completed_at === undefined ? '' : `,"completed_at":${text(completed_at)}`,
    withHistory
      ? `,"history":${text(history.map(({ status, at, by }) => ({ status, at, by })))}`
      : '',
    '}',
  ].join('');
}

/** In the place of a payout that cannot be read, for operators. */
export const unreadableJson = ({ id, user_id }: Payout): string =>
  `{"id":${text(id)},"user_id":${text(user_id)},"unreadable":true}`;

export const rewardJson = ({
  id,
  amount,
  status,
  unlocks_at,
  granted_at,
  source,
}: Reward): string =>
  `{"id":${text(id)},"amount_micro":${amount},"status":${text(shownStatus(status))},` +
  `"unlocks_at":${text(unlocks_at)},"granted_at":${text(granted_at)},"source":${text(source)}}`;

export const shownStatus = (status: Reward['status']): string =>
  status === 'due' ? 'available' : status;
