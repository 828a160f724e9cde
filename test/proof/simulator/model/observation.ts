/** What a client saw of an operation: what was asked, the answer, and when. */
import { isDeepStrictEqual } from 'node:util';
import type { BillingMessage, Operation, PayersOperation, PayoutRef } from '../history/steps.ts';
import type { Attempt, Evidence, User } from './model.ts';
import type { Sighted } from './sent-by-hand.ts';

/** An answer that a client got; `json` has integers as bigint. */
export type Seen = {
  status: number;
  tag?: string | undefined;
  text: string;
  json: unknown;
  replayed: boolean;
};

/** What is several requests, or none that the model judges. */
type NotOne =
  | 'events'
  | 'sweep'
  | 'settle'
  | 'queue'
  | 'user'
  | 'list'
  | 'rewards'
  | PayersOperation['kind'];

/**
 * A request of a user or an operator, or one message of a batch of events. An operator's look at a
 * user is three reads, which do not promise to be of one moment.
 */
export type Action =
  | Exclude<Operation, { kind: NotOne | 'sent' | 'claim' }>
  /** Nobody has asked for it by itself: it may be the first part of something else. */
  | (Extract<Operation, { kind: 'claim' }> & { isPart?: true })
  /** With what its chain shows, where the service looks for itself. */
  | (Extract<Operation, { kind: 'sent' }> & { sighted?: Sighted })
  /** The scheduled settling has found this of an attempt, which is stored, or that it takes long. */
  | {
      kind: 'looked';
      payout: PayoutRef;
      attempt: Attempt;
      /** One of which has to be the reason. */
      transactions: string[];
      evidence?: Evidence;
      /** The times that anybody was told of. */
      moments: string[];
    }
  | { kind: 'lasted'; payout: PayoutRef; attempt: string; moments: string[] }
  | Page<Extract<Operation, { kind: 'list' | 'rewards' }>>
  | { kind: 'user'; user: number; part: 'balance' | 'payouts' | 'rewards' | 'decisions' }
  /** What `me` says of the day, which is a read of its own. */
  | { kind: 'limit'; user: number }
  | { kind: 'event'; message: BillingMessage }
  /** Some operation moved this reward to what is available, for clocks too that are behind. */
  | { kind: 'unlocked'; user: number; reward: string };

/** One page of a list: what comes after the row with this sort key. */
type Page<List> = List & { after?: string | undefined };

export type Observation = {
  /** The number of its operation. */
  id: number;
  action: Action;
  /** Undefined when the client got no definite answer. */
  seen: Seen | undefined;
  /** Simulated time of its beginning and of its end. */
  fromMs: number;
  toMs: number;
  /** How far the clock was off of the instance that served it. */
  skewMs: number;
};

/**
 * Who it is about, and what is stored of them after everything that is to be explained; when that
 * was read, where it was later than the last of it.
 */
export type Stored = { userId: string; user: User; readMs?: number };
/**
 * The moment at which it took place: by the gateway's clock, which is right and judges keys, and by
 * the instance's, which judges everything else.
 */
export type Context = Stored & { observation: Observation; nowMs: number; clockMs: number };

export const arn = (operator: string): string => `arn:aws:iam::000000000000:user/${operator}`;

export const isRefusal = (seen: Seen | undefined, status: number, tag: string): boolean =>
  seen?.status === status && seen.tag === tag;

/** A payout's steps are its owner's business, whoever asks. */
export function isAbout({ action }: Observation, user: number): boolean {
  if (action.kind === 'event') return action.message.user === user;
  return 'payout' in action ? action.payout.user === user : action.user === user;
}

/** The state as it was, if this refusal was seen; nothing that was not seen needs a refusal. */
export const refused = (
  before: User,
  { observation: { seen } }: Context,
  status: number,
  tag: string,
): User[] => (isRefusal(seen, status, tag) ? [before] : []);

export const isAnswer = (seen: Seen, status: number, json: unknown, replayed = false): boolean =>
  seen.status === status && seen.replayed === replayed && isDeepStrictEqual(seen.json, json);

/** Whether it may have been this time by the instance's clock. */
export function isWithin(at: string | undefined, { observation }: Context): boolean {
  const { fromMs, toMs, skewMs } = observation;
  return at !== undefined && Date.parse(at) >= fromMs + skewMs && Date.parse(at) <= toMs + skewMs;
}
