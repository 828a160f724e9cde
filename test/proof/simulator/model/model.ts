/**
 * The reference model: what the contract says of one user's money, over plain values and without
 * anything that could fail. It keeps no balance, only what happened; every balance is added up
 * anew.
 */
export type Status = 'requested' | 'processing' | 'sent' | 'failed' | 'cancelled';

/** One entry of a payout's history, with what was said at that step. */
export type Step = { status: Status; at: string; by: string; tx_hash?: string; note?: string };

export type Payout = {
  id: string;
  amountMicro: bigint;
  network: string;
  address: string;
  history: Step[];
  /** The operation of the simulation that asked for it. */
  madeBy?: number;
};

/** Without an amount while only its reversal has come. */
export type Reward = {
  amountMicro?: bigint;
  unlocksAt?: string;
  grantedAt?: string;
  source?: string;
  reversed: boolean;
  /** Whether it was moved to what is available, and so counts whatever an instance's clock says. */
  unlocked?: boolean;
};

/** Without a total while only its closing has come. */
export type Invoice = { totalMicro?: bigint; status: 'open' | 'covered' | 'closed' };

/** What a key was used to ask for, and the answer that it stands for until it expires. */
type Key = { asks?: string; answer: string; expiresAtMs: number };

export type User = {
  payouts: Record<string, Payout>;
  rewards: Record<string, Reward>;
  invoices: Record<string, Invoice>;
  keys: Record<string, Key>;
};

export const newUser = (): User => ({ payouts: {}, rewards: {}, invoices: {}, keys: {} });

type Balance = Record<
  | 'pending_micro'
  | 'available_micro'
  | 'reserved_micro'
  | 'paid_out_micro'
  | 'spent_micro'
  | 'lifetime_micro',
  bigint
>;

export function balance(user: User, nowMs: number): Balance {
  const earned = Object.values(user.rewards).filter((reward) => !reward.reversed);
  const lifetime = sum(earned.map(amountOf));
  const pending = sum(earned.filter((reward) => !isUnlocked(reward, nowMs)).map(amountOf));
  const payouts = Object.values(user.payouts);
  const reserved = sum(payouts.filter((payout) => isOpen(payout)).map(amountOf));
  const paidOut = sum(payouts.filter((payout) => statusOf(payout) === 'sent').map(amountOf));
  const covered = Object.values(user.invoices).filter(({ status }) => status === 'covered');
  const spent = sum(covered.map(({ totalMicro = 0n }) => totalMicro));
  return {
    pending_micro: pending,
    available_micro: lifetime - pending - reserved - paidOut - spent,
    reserved_micro: reserved,
    paid_out_micro: paidOut,
    spent_micro: spent,
    lifetime_micro: lifetime,
  };
}

export const isDue = ({ unlocksAt = '' }: Reward, nowMs: number): boolean =>
  Date.parse(unlocksAt) <= nowMs;
export const isUnlocked = (reward: Reward, nowMs: number): boolean =>
  reward.unlocked === true || isDue(reward, nowMs);

const amountOf = ({ amountMicro = 0n }: { amountMicro?: bigint }): bigint => amountMicro;
const sum = (amounts: bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

export const statusOf = ({ history }: Payout): Status => history.at(-1)?.status ?? 'requested';
export const isOpen = (payout: Payout): boolean =>
  ['requested', 'processing'].includes(statusOf(payout));

/** The steps that may be taken from here, by an operator and by the owner. */
export const mayFollow = (payout: Payout, status: Status, byOwner: boolean): boolean =>
  byOwner || status === 'processing' ? statusOf(payout) === 'requested' : isOpen(payout);

/** Whether the payout stands where this step leads already, with the same content. */
export function isRepetition(
  payout: Payout,
  { status, by, tx_hash, note }: Omit<Step, 'at'>,
): boolean {
  const last = payout.history.at(-1);
  if (last?.status !== status) return false;
  return status === 'processing' ? last.by === by : last.tx_hash === tx_hash && last.note === note;
}

/** The payout as its owner sees it. */
export function ownersView(userId: string, { id, amountMicro, network, address, history }: Payout) {
  const last = history.at(-1);
  const isDone = last !== undefined && !['requested', 'processing'].includes(last.status);
  return {
    id,
    user_id: userId,
    amount_micro: amountMicro,
    network,
    address,
    status: last?.status,
    ...(last?.tx_hash !== undefined && { tx_hash: last.tx_hash }),
    ...(last?.note !== undefined && { note: last.note }),
    requested_at: history[0]?.at,
    ...(isDone && { completed_at: last.at }),
  };
}

/** The payout as operators see it. */
export const operatorsView = (userId: string, payout: Payout) => ({
  ...ownersView(userId, payout),
  history: payout.history.map(({ status, at, by }) => ({ status, at, by })),
});

/** A reward as the lists show it. */
const rewardView = (id: string, reward: Reward, nowMs: number) => ({
  id,
  amount_micro: reward.amountMicro,
  status: reward.reversed ? 'reversed' : isUnlocked(reward, nowMs) ? 'available' : 'pending',
  unlocks_at: reward.unlocksAt,
  granted_at: reward.grantedAt,
  source: reward.source,
});

export const newestFirst = ({ payouts }: User): Payout[] =>
  Object.values(payouts).sort((one, other) => (one.id < other.id ? 1 : -1));

/** As the lists show them; one of which only the reversal has come is not in them. */
export const rewardsNewestFirst = ({ rewards }: User, nowMs: number) =>
  Object.entries(rewards)
    .filter(([, { grantedAt }]) => grantedAt !== undefined)
    .sort(([oneId, one], [otherId, other]) =>
      `${one.grantedAt}#${oneId}` < `${other.grantedAt}#${otherId}` ? 1 : -1,
    )
    .map(([id, reward]) => rewardView(id, reward, nowMs));
