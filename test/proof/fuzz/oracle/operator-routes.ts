/** What the contract answers on the operators' routes. */
import {
  type Attempt,
  balanceJson,
  balanceOf,
  type Payout,
  payoutJson,
  type Status,
  type User,
  unreadableJson,
} from '../user.ts';
import { bodyOf, cursorOf, type InDoubt, itemsJson, limitOf } from './arguments.ts';
import { lastStepIn, ok, Refused, type Success, WrongAnswer, wrong } from './expectations.ts';
import type { Request } from './http-message.ts';
import type { JsonObject } from './read-json.ts';
import { readJson } from './read-json.ts';
import { living } from './settlement-routes.ts';
import { newestFirst, newestRewards } from './user-routes.ts';
import { hashOn, isSeen, isStoredUuid, isUuid } from './values.ts';

/** `everyone` are the users of all groups, `operator` is the ARN of the caller. */
export type AskedByOperator = {
  request: Request;
  operator: string;
  everyone: User[];
  id: string;
  inDoubt: InDoubt;
};

export function getUser({ everyone, id }: AskedByOperator): Success {
  if (!isUuid(id)) throw new Refused('invalid_user_id');
  const wanted = id.toLowerCase();
  const nobody: User = {
    name: '',
    id: wanted,
    tokens: { live: ['', ''], expired: '', revoked: '' },
    payouts: [],
    unreadable: [],
    rewards: [],
    invoices: [],
    keys: new Map(),
  };
  const user = everyone.find((each) => each.id === wanted) ?? nobody;
  const payouts = newestFirst([...user.payouts, ...user.unreadable])
    .slice(0, 20)
    .map((payout) =>
      user.unreadable.includes(payout) ? unreadableJson(payout) : payoutJson(payout, true),
    );
  const rewards = newestRewards(user)
    .slice(0, 20)
    .map(({ json }) => json);
  const { frozen, thawed } = user;
  const decisions = JSON.stringify({ frozen, thawed }).slice(1, -1);
  return ok(
    `{"user_id":${JSON.stringify(wanted)},${decisions}${decisions === '' ? '' : ','}"balance":${balanceJson(balanceOf(user))},"payouts":[${payouts}],"rewards":[${rewards}]}`,
  );
}

export const getPayoutAsOperator = (asked: AskedByOperator): Success => {
  uuidIn(asked.id);
  return ok(payoutJson(payoutWith(asked), true));
};

/**
 * The open payouts of a status, and those that cannot be read, oldest first. A page may end early,
 * with a cursor.
 */
export function listQueue({ request, everyone }: AskedByOperator): Success {
  const status = request.parameters.get('status') ?? 'requested';
  if (status !== 'requested' && status !== 'processing') throw wrong('status');
  const cursor = cursorOf(request, isStoredUuid) ?? '';
  const limit = limitOf(request);
  const readable = everyone
    .flatMap(({ payouts }) => payouts)
    .filter((payout) => payout.status === status)
    .map((payout) => ({ key: payout.id, status, json: payoutJson(payout, true) }));
  const unreadable = everyone
    .flatMap((user) => user.unreadable)
    .filter((payout) => payout.status === 'requested' || payout.status === 'processing')
    .map((payout) => ({ key: payout.id, status, json: unreadableJson(payout) }));
  const queue = [...readable, ...unreadable]
    .filter(({ key }) => key > cursor)
    .sort((one, other) => (one.key < other.key ? -1 : 1));
  return {
    ...ok(''),
    text: (given) => {
      const answer = readJson(given)?.value;
      const members: JsonObject = answer instanceof Map ? answer : new Map();
      const [items, next] = [members.get('items'), members.get('next_cursor')];
      const shown = queue.slice(0, Math.min(limit, Array.isArray(items) ? items.length : 0));
      const further = queue[shown.length];
      if (further === undefined && next === undefined) return itemsJson(shown);
      const key = typeof next === 'string' ? Buffer.from(next, 'base64url').toString() : '';
      if (
        typeof next === 'string' &&
        isStoredUuid(key) &&
        key >= (shown.at(-1)?.key ?? '') &&
        (further === undefined || key < further.key)
      )
        return itemsJson(shown, next);
      throw new WrongAnswer('the page ends early, without a cursor that leads on');
    },
  };
}

export const claim = (asked: AskedByOperator): Success => {
  uuidIn(asked.id);
  const payout = payoutWith(asked);
  if (payout.status === 'processing' && payout.history.at(-1)?.by === asked.operator)
    return again(payout);
  if (payout.status !== 'requested') throw held(payout);
  mustBePayable(payout, asked);
  return moved(payout, 'processing', asked.operator, {});
};

export const release = (asked: AskedByOperator): Success => {
  uuidIn(asked.id);
  const note = noteIn(bodyOf(asked.request, asked.inDoubt), 'note');
  const payout = payoutWith(asked);
  const last = payout.history.at(-1);
  if (payout.status === 'requested' && last?.by === asked.operator && last.note === note)
    return again(payout);
  if (payout.status !== 'processing') throw held(payout);
  mustNotBeSent(payout);
  return moved(payout, 'requested', asked.operator, { note });
};

/** Who approved it, or an attempt's death, never pays it, and from a frozen account nothing leaves that nobody has claimed. */
function mustBePayable(payout: Payout, { operator, everyone }: AskedByOperator): void {
  const vouched = payout.attempts?.some(({ death }) => death?.by === operator);
  if (vouched || payout.approval?.by === operator) throw new Refused('approval_required');
  const owner = everyone.find(({ id }) => id === payout.user_id);
  if (payout.status === 'requested' && owner?.frozen) throw new Refused('account_frozen');
}

function mustNotBeSent(payout: Payout): void {
  const attempts = living(payout);
  if (attempts.length > 0) throw new Refused('payout_may_be_sent', { attempts });
}

export const markSent = (asked: AskedByOperator): Success => {
  uuidIn(asked.id);
  const text = bodyOf(asked.request, asked.inDoubt).get('tx_hash');
  if (text !== undefined && typeof text !== 'string') throw wrong('tx_hash');
  if (text === undefined || text === '') throw new Refused('tx_hash_required');
  const payout = payoutWith(asked);
  const tx_hash = hashOn(payout.network, text);
  if (tx_hash === undefined) throw wrong('tx_hash');
  return settled(payout, 'sent', asked, { tx_hash });
};

export const markFailed = (asked: AskedByOperator): Success => ended(asked, 'failed');
export const cancelAsOperator = (asked: AskedByOperator): Success => ended(asked, 'cancelled');

function ended(asked: AskedByOperator, status: 'failed' | 'cancelled'): Success {
  uuidIn(asked.id);
  const body = bodyOf(asked.request, asked.inDoubt);
  const reason = body.get('reason');
  if (reason !== undefined && !REASONS.includes(String(reason))) throw wrong('reason');
  const note = noteIn(body, 'note');
  const internal = body.has('internal_note') ? noteIn(body, 'internal_note') : undefined;
  return settled(payoutWith(asked), status, asked, {
    note,
    ...(typeof reason === 'string' && { reason }),
    ...(internal !== undefined && { internal_note: internal }),
  });
}

const REASONS = [
  ...['address_rejected', 'user_request', 'compliance', 'insufficient_liquidity', 'duplicate'],
  'other',
];

/** A text of which people see at least one character, and of at most 500. */
export function noteIn(body: JsonObject, name: string): string {
  const value = body.get(name);
  const note = typeof value === 'string' ? value.trim() : '';
  if (!isSeen(note) || Array.from(note).length > 500) throw wrong(name);
  return note;
}

export const held = ({ status, history }: Payout): Refused => {
  const { at = '', by = '' } = history.at(-1) ?? {};
  return new Refused('payout_not_actionable', { status, by, since: at });
};

export const again = (payout: Payout): Success => ({
  ...ok(payoutJson(payout, true)),
  replayed: true,
});

type Content = { tx_hash?: string; reason?: string; note?: string; internal_note?: string };
const CONTENT = ['tx_hash', 'reason', 'note', 'internal_note'] as const;

function settled(
  payout: Payout,
  status: 'sent' | 'failed' | 'cancelled',
  asked: AskedByOperator,
  content: Content,
): Success {
  if (payout.status === status && CONTENT.every((name) => payout[name] === content[name]))
    return again(payout);
  if (payout.status !== 'requested' && payout.status !== 'processing') throw held(payout);
  if (status === 'sent') mustBePayable(payout, asked);
  else mustNotBeSent(payout);
  return moved(payout, status, asked.operator, content);
}

function moved(payout: Payout, status: Status, by: string, content: Content): Success {
  const isOpen = status === 'requested' || status === 'processing';
  const { attempts } = payout;
  return changed(payout, (given) => {
    const at = lastStepIn(given);
    const landed = (attempt: Attempt): Attempt =>
      attempt.id === content.tx_hash ? { ...attempt, state: 'landed' } : attempt;
    return {
      ...(!isOpen && { ...content, completed_at: at }),
      ...(attempts && { attempts: attempts.map(landed) }),
      status,
      history: [...payout.history, { status, at, by, ...(isOpen && content) }],
    };
  });
}

/** The payout with what the answer says that it was given. */
export function changed(payout: Payout, change: (given: string) => Partial<Payout>): Success {
  const after = (given: string): Payout => ({ ...payout, ...change(given) });
  return {
    ...ok(''),
    writes: true,
    text: (given) => payoutJson(after(given), true),
    effect: (given) => void Object.assign(payout, after(given)),
  };
}

export function uuidIn(id: string): void {
  if (!isUuid(id)) throw new Refused('invalid_payout_id');
}

export function payoutWith({ everyone, id }: AskedByOperator): Payout {
  const wanted = id.toLowerCase();
  const payout = everyone.flatMap(({ payouts }) => payouts).find((each) => each.id === wanted);
  if (payout === undefined) throw new Refused('payout_not_found');
  return payout;
}
