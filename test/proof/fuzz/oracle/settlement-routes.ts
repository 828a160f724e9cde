/** What the contract answers to operators who decide about a payout or a user beside its steps. */
import type { Attempt, Payout, User } from '../user.ts';
import { bodyOf } from './arguments.ts';
import { decisionIn, Refused, type Success, wrong } from './expectations.ts';
import {
  type AskedByOperator,
  again,
  changed,
  held,
  noteIn,
  payoutWith,
  uuidIn,
} from './operator-routes.ts';
import type { Json, JsonObject } from './read-json.ts';
import { countOf, evmAddressOf, hashOn, isUuid, NETWORKS, positiveAmount } from './values.ts';

const ATTEMPTS_MAX = 20;
const CODE_UNITS_MAX = 128;

/** Those that may have landed, or still may. */
export const living = ({ attempts = [] }: Payout): string[] =>
  attempts.filter(({ state }) => state !== 'dead').map(({ id }) => id);

export const approve = (asked: AskedByOperator): Success => {
  uuidIn(asked.id);
  const body = bodyOf(asked.request, asked.inDoubt);
  const amount_micro = positiveAmount(body.get('amount_micro'));
  if (amount_micro === undefined) throw wrong('amount_micro');
  const address = body.get('address');
  if (typeof address !== 'string' || address === '') throw wrong('address');
  const payout = payoutWith(asked);
  if (amount_micro !== payout.amount) throw wrong('amount_micro');
  if (address !== payout.address) throw wrong('address');
  const by = asked.operator;
  if (payout.approval?.by === by) return again(payout);
  if (payout.approval || payout.status !== 'requested') throw held(payout);
  return changed(payout, (given) => ({
    approval: { by, at: decisionIn(given, 'approval'), amount_micro, address },
  }));
};

export const review = (asked: AskedByOperator): Success => {
  uuidIn(asked.id);
  const body = bodyOf(asked.request, asked.inDoubt);
  const note = noteIn(body, 'note');
  const dead = idsIn(body);
  const payout = payoutWith(asked);
  const { attempts = [], reviewed } = payout;
  const named = dead.map((id) => attempts.find((attempt) => attempt.id === id));
  if (named.includes(undefined)) throw wrong('dead');
  const dying = named.filter((attempt) => attempt?.state !== 'dead');
  const by = asked.operator;
  if (dying.length === 0) {
    if (reviewed?.by === by && reviewed.note === note) return again(payout);
    throw held(payout);
  }
  if (payout.status !== 'processing') throw held(payout);
  const claimant = payout.history.findLast(({ status }) => status === 'processing')?.by;
  if (by === claimant || named.some((attempt) => attempt?.by === by))
    throw new Refused('approval_required');
  return changed(payout, (given) => {
    const said = { by, at: decisionIn(given, 'reviewed'), note };
    const after = (attempt: Attempt): Attempt =>
      dying.includes(attempt) ? { ...attempt, state: 'dead', death: said } : attempt;
    return { reviewed: said, attempts: attempts.map(after) };
  });
};

function idsIn(body: JsonObject): string[] {
  const value = body.get('dead');
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrong('dead');
  const odd = value.findIndex((id) => typeof id !== 'string');
  if (odd >= 0) throw wrong(`dead.${odd}`);
  if (value.length > ATTEMPTS_MAX) throw wrong('dead');
  return value as string[];
}

export const recordAttempt = (asked: AskedByOperator): Success => {
  uuidIn(asked.id);
  const report = reportIn(bodyOf(asked.request, asked.inDoubt));
  const payout = payoutWith(asked);
  const told = toldBy(report, payout.network);
  const { attempts = [] } = payout;
  const by = asked.operator;
  const known = attempts.find(({ id }) => id === told.id);
  if (known) {
    // Nobody must send what is dead, or for what ended by another transaction.
    const mayPay =
      payout.status === 'processing' ? known.state !== 'dead' : known.state === 'landed';
    if (sameAs({ ...told, by }, known) && mayPay) return again(payout);
    throw held(payout);
  }
  const isHis = payout.status === 'processing' && payout.history.at(-1)?.by === by;
  if (!isHis || attempts.length >= ATTEMPTS_MAX) throw held(payout);
  const rivals = attempts
    .filter(({ state }) => state !== 'dead')
    .filter((other) => told.kind === 'solana' || PLACE.some((name) => other[name] !== told[name]))
    .map(({ id }) => id);
  if (rivals.length > 0) throw new Refused('payout_may_be_sent', { attempts: rivals });
  return changed(payout, (given) => ({
    attempts: [
      ...attempts,
      { ...told, state: 'open', by, recorded_at: decisionIn(given, 'attempts') },
    ],
  }));
};

/** Of two that have these in common only one can land. */
const PLACE = ['kind', 'sender', 'safe', 'nonce'] as const;

const TOLD = [
  ...['id', 'kind', 'sender', 'safe', 'nonce', 'hash', 'safe_tx_hash', 'signature'],
  ...['last_valid_block_height', 'by'],
] as (keyof Attempt)[];
const sameAs = (one: Partial<Attempt>, other: Attempt): boolean =>
  TOLD.every((name) => one[name] === other[name]);

const KINDS = ['evm', 'safe', 'solana'] as const;
type Kind = (typeof KINDS)[number];
const TEXTS = ['sender', 'safe', 'hash', 'safe_tx_hash', 'signature'] as const;
const ALL = [
  'sender',
  'safe',
  'nonce',
  'hash',
  'safe_tx_hash',
  'signature',
  'last_valid_block_height',
];
type Report = { kind: Kind; texts: Map<string, string>; counts: Map<string, bigint> };

/** The members by their form alone, whatever the payout is. */
function reportIn(body: JsonObject): Report {
  const kind = body.get('kind');
  if (!KINDS.includes(kind as Kind)) throw wrong('kind');
  const report: Report = { kind: kind as Kind, texts: new Map(), counts: new Map() };
  for (const name of ALL) {
    const value: Json | undefined = body.get(name);
    if (value === undefined) continue;
    const isText = (TEXTS as readonly string[]).includes(name);
    if (isText && typeof value === 'string' && value.length <= CODE_UNITS_MAX)
      report.texts.set(name, value);
    else {
      const count = isText ? undefined : countOf(value);
      if (count === undefined) throw wrong(name);
      report.counts.set(name, count);
    }
  }
  return report;
}

/** By what the chain will know it, in one spelling, as far as its kind has it. */
function toldBy({ kind, texts, counts }: Report, network: string) {
  const kinds = !NETWORKS.includes(network)
    ? []
    : network === 'solana'
      ? ['solana']
      : ['evm', 'safe'];
  if (!kinds.includes(kind)) throw wrong('kind');
  const text = (name: string, read: (given: string) => string | undefined): string => {
    const value = read(texts.get(name) ?? '');
    if (value === undefined) throw wrong(name);
    return value;
  };
  const count = (name: string): bigint => {
    const value = counts.get(name);
    if (value === undefined) throw wrong(name);
    return value;
  };
  const hash = (given: string) => hashOn(network, given);
  switch (kind) {
    case 'evm': {
      const [sender, nonce, id] = [
        text('sender', evmAddressOf),
        count('nonce'),
        text('hash', hash),
      ];
      return { id, kind, sender, nonce, hash: id };
    }
    case 'safe': {
      const [safe, nonce] = [text('safe', evmAddressOf), count('nonce')];
      const id = text('safe_tx_hash', hash);
      return { id, kind, safe, nonce, safe_tx_hash: id };
    }
    case 'solana': {
      const id = text('signature', hash);
      const last_valid_block_height = count('last_valid_block_height');
      return { id, kind, signature: id, last_valid_block_height };
    }
  }
}

export const freezeUser = (asked: AskedByOperator): Success => decide(asked, 'frozen');
export const thawUser = (asked: AskedByOperator): Success => decide(asked, 'thawed');

function decide(
  { request, operator: by, everyone, id, inDoubt }: AskedByOperator,
  name: 'frozen' | 'thawed',
): Success {
  if (!isUuid(id)) throw new Refused('invalid_user_id');
  const note = noteIn(bodyOf(request, inDoubt), 'note');
  const user = everyone.find((each) => each.id === id.toLowerCase());
  // Only a reward makes an account.
  if (user === undefined || user.rewards.length === 0) throw new Refused('user_not_found');
  const { frozen, thawed } = user;
  const last = user[name];
  const json = (decisions: Pick<User, 'frozen' | 'thawed'>) =>
    JSON.stringify({ user_id: user.id, frozen: decisions.frozen, thawed: decisions.thawed });
  if ((frozen ? 'frozen' : 'thawed') === name && last?.by === by && last.note === note)
    return { kind: 'success', status: 200, text: () => json(user), replayed: true, writes: false };
  const after = (given: string) => {
    const said = { by, at: decisionIn(given, name), note };
    return name === 'frozen' ? { frozen: said, thawed } : { frozen: undefined, thawed: said };
  };
  return {
    ...{ kind: 'success', status: 200, writes: true },
    text: (given) => json(after(given)),
    effect: (given) => void Object.assign(user, after(given)),
  };
}
