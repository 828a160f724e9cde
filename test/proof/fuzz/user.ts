/** What the fuzzer knows of its users: only items, from which every balance is worked out anew. */
import { warningsOf } from './oracle/values.ts';

export type Status = 'requested' | 'processing' | 'sent' | 'failed' | 'cancelled';
type Step = { status: Status; at: string; by: string; note?: string };

/** Who decided something, when and why. */
export type Said = { by: string; at: string; note: string };

/** A transaction that may pay a payout, in the fields of its kind. */
export type Attempt = {
  id: string;
  kind: 'evm' | 'safe' | 'solana';
  sender?: string;
  safe?: string;
  nonce?: bigint;
  hash?: string;
  safe_tx_hash?: string;
  signature?: string;
  last_valid_block_height?: bigint;
  state: 'open' | 'dead' | 'landed';
  by: string;
  recorded_at: string;
  death?: Said;
};

export type Payout = {
  id: string;
  user_id: string;
  amount: bigint;
  network: string;
  address: string;
  status: Status;
  tx_hash?: string;
  reason?: string;
  note?: string;
  requested_at: string;
  completed_at?: string;
  internal_note?: string;
  attempts?: Attempt[];
  approval?: { by: string; at: string; amount_micro: bigint; address: string };
  reviewed?: Said;
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
  /** What operators decided last; nothing leaves while it is frozen. */
  frozen?: Said | undefined;
  thawed?: Said | undefined;
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

const OWNERS = [
  ...['id', 'user_id', 'amount', 'network', 'address', 'status', 'tx_hash', 'reason', 'note'],
  ...['requested_at', 'completed_at'],
] as const;
const OPERATORS = [
  ...OWNERS,
  ...(['internal_note', 'attempts', 'approval', 'reviewed', 'history', 'warnings'] as const),
];
const ATTEMPTS = [
  ...['id', 'kind', 'sender', 'safe', 'nonce', 'hash', 'safe_tx_hash', 'signature'],
  ...['last_valid_block_height', 'state', 'by', 'recorded_at', 'death'],
];

/** As the owner sees it; operators see what was decided besides, and the history. */
export const payoutJson = (payout: Payout, forOperators: boolean): string =>
  forOperators
    ? objectJson({ ...payout, warnings: warningsOf(payout) }, OPERATORS)
    : objectJson(payout, OWNERS);

/** The members of these names that there are, in this order, integers with all their digits. */
function objectJson(object: object, names: readonly string[]): string {
  const members = names.flatMap((name) => {
    const value = (object as Record<string, unknown>)[name];
    if (value === undefined) return [];
    return [`${text(name === 'amount' ? 'amount_micro' : name)}:${valueJson(name, value)}`];
  });
  return `{${members.join(',')}}`;
}

function valueJson(name: string, value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (name === 'warnings') return text(value);
  if (Array.isArray(value)) {
    const names = name === 'attempts' ? ATTEMPTS : ['status', 'at', 'by', 'note'];
    return `[${value.map((each) => objectJson(each, names))}]`;
  }
  return typeof value === 'object' && value !== null
    ? objectJson(value, ['by', 'at', 'note', 'amount_micro', 'address'])
    : text(value);
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
