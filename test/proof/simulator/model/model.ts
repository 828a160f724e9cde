/**
 * The reference model: what the contract says of one user's money, over plain values and without
 * anything that could fail. It keeps no balance, only what happened; every balance is added up
 * anew.
 */
export type Status = 'requested' | 'processing' | 'sent' | 'failed' | 'cancelled';

/** One entry of a payout's history, with what was said at that step. */
export type Step = {
  status: Status;
  at: string;
  by: string;
  tx_hash?: string;
  reason?: string;
  note?: string;
  internal_note?: string;
};

/** Who said so, when and why. */
export type Said = { by: string; at: string; note: string };

/** What a chain knows a transaction by, in the fields of its kind. */
export type Told = {
  id: string;
  kind: 'evm' | 'safe' | 'solana';
  sender?: string;
  safe?: string;
  nonce?: bigint;
  hash?: string;
  safe_tx_hash?: string;
  signature?: string;
  last_valid_block_height?: bigint;
};
export type Attempt = Told & {
  state: 'open' | 'dead' | 'landed';
  by: string;
  recorded_at: string;
  death?: Said;
  /** What the chain has said of it at last. */
  proof?: { cause: string; height: bigint; at: string };
  /** What it has done instead of paying. */
  found?: string;
};

/** Which transfer of the transaction it was sent by a payout rests on. */
export type Evidence = { position: bigint; block: bigint; at: string };

export type Payout = {
  id: string;
  amountMicro: bigint;
  network: string;
  address: string;
  history: Step[];
  attempts?: Attempt[];
  approval?: { by: string; at: string; amount_micro: bigint; address: string };
  /** The UTC day on whose budget it counts. */
  budget_day?: string;
  /** The UTC day on whose limit of its owner it counts. */
  limit_day?: string;
  evidence?: Evidence;
  /** Why somebody has to look at it, and since when. */
  review?: { why: string; since: string };
  reviewed?: Said;
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
  /** There from the first grant on, with what operators decided last. */
  account?: { frozen?: Said; thawed?: Said };
  /**
   * What was told of a payout as of a later moment than that of the change that was asked for. It
   * must come to be true: whoever looks for a lost reply reads the payout again.
   */
  owed?: { payout: string; json: unknown }[];
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

/** What counts on the user's limit of that day. */
export const requestedOn = (user: User, day: string): bigint =>
  sum(
    Object.values(user.payouts).flatMap((one) => (one.limit_day === day ? [one.amountMicro] : [])),
  );

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
export function mayFollow(payout: Payout, status: Status, byOwner: boolean): boolean {
  if (status === 'requested') return statusOf(payout) === 'processing';
  return byOwner || status === 'processing' ? statusOf(payout) === 'requested' : isOpen(payout);
}

/** Whether the payout stands where this step leads already, with the same content. */
export function isRepetition(payout: Payout, step: Omit<Step, 'at'>): boolean {
  const last = payout.history.at(-1);
  if (last?.status !== step.status) return false;
  if (isOpen(payout)) return last.by === step.by && last.note === step.note;
  return (['tx_hash', 'reason', 'note', 'internal_note'] as const).every(
    (name) => last[name] === step[name],
  );
}

/** The payout as its owner sees it. */
export function ownersView(userId: string, payout: Payout) {
  const { id, amountMicro, network, address, history } = payout;
  const last = history.at(-1);
  const said = isOpen(payout) ? undefined : last;
  return {
    id,
    user_id: userId,
    amount_micro: amountMicro,
    network,
    address,
    status: last?.status,
    ...(said?.tx_hash !== undefined && { tx_hash: said.tx_hash }),
    ...(said?.reason !== undefined && { reason: said.reason }),
    ...(said?.note !== undefined && { note: said.note }),
    requested_at: history[0]?.at,
    ...(said && { completed_at: said.at }),
  };
}

/** The payout as operators see it. */
export function operatorsView(userId: string, payout: Payout) {
  const { attempts, approval, evidence, budget_day, limit_day, review, reviewed, history } = payout;
  const { internal_note } = history.at(-1) ?? {};
  return {
    ...ownersView(userId, payout),
    ...(internal_note !== undefined && { internal_note }),
    ...(attempts && { attempts }),
    ...(approval && { approval }),
    ...(evidence && { evidence }),
    ...(budget_day !== undefined && { budget_day }),
    ...(limit_day !== undefined && { limit_day }),
    ...(review && { review }),
    ...(reviewed && { reviewed }),
    // Why a claim was given up stands there; what is said at the end is the payout's.
    history: history.map(({ status, at, by, note }) => ({
      ...{ status, at, by },
      ...(status === 'requested' && note !== undefined && { note }),
    })),
  };
}

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
