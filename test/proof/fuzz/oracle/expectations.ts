/** The answers that the contract knows, and what only the service can know: new ids and moments. */
import { type Json, readJson } from './read-json.ts';

/** Status by tag. */
export const ERRORS = {
  unauthenticated: 401,
  invalid_payout_id: 400,
  invalid_user_id: 400,
  invalid_json: 400,
  invalid_args: 400,
  tx_hash_required: 400,
  payout_below_min: 400,
  payout_address_invalid: 400,
  idempotency_key_reused: 422,
  invoice_not_eligible: 404,
  amount_mismatch: 400,
  balance_insufficient: 400,
  user_not_found: 404,
  payout_not_found: 404,
  payout_not_actionable: 409,
  payout_may_be_sent: 409,
  approval_required: 403,
  account_frozen: 403,
} as const;
export type Tag = keyof typeof ERRORS;

/** What the gateway itself says, by status. */
export const GATEWAY = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
};

export type Success = {
  kind: 'success';
  status: 200 | 202;
  /** The JSON text that must come, given the one that came. Throws WrongAnswer. */
  text: (given: string) => string;
  /** Also the spelling must be the same, and the answer must say that it is a repetition. */
  replayed?: boolean;
  /** Whether something must have been written. */
  writes: boolean;
  /** What is true from now on. */
  effect?: (given: string) => void;
};

export type Expectation =
  | { kind: 'gateway'; status: keyof typeof GATEWAY }
  | { kind: 'preflight' }
  | { kind: 'refusal'; tag: Tag; details: Details }
  | Success;

/** What a refusal says beside its tag, its sentence and the request's id. */
export type Details = Readonly<Record<string, string | number | readonly string[]>>;

/** Thrown in the course of a prediction. */
export class Refused extends Error {
  readonly tag: Tag;
  readonly details: Details;
  constructor(tag: Tag, details: Details = {}) {
    super(tag);
    this.tag = tag;
    this.details = details;
  }
}

export const wrong = (field: string): Refused => new Refused('invalid_args', { field });

/** What the answer says cannot be. */
export class WrongAnswer extends Error {}

export const ok = (text: string): Success => ({
  kind: 'success',
  status: 200,
  text: () => text,
  writes: false,
});

/** How an answer is named in the histogram. */
export function nameOf(expectation: Expectation, method = ''): string {
  switch (expectation.kind) {
    case 'gateway':
      return `${expectation.status} ${method === 'HEAD' ? '(HEAD)' : GATEWAY[expectation.status]}`;
    case 'preflight':
      return '204 preflight';
    case 'refusal':
      return `${ERRORS[expectation.tag]} ${expectation.tag}`;
    case 'success':
      return `${expectation.status}${expectation.replayed ? ' replayed' : expectation.writes ? ' written' : ''}`;
  }
}

const CLOCK_TOLERANCE_MS = 60_000;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UUID_V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The member of the answer with this name: a time in UTC with milliseconds that is about now. */
export const momentIn = (given: string, name: string): string => moment(membersOf(given).get(name));

/** The time of the last entry of the answer's history. */
export function lastStepIn(given: string): string {
  const history = membersOf(given).get('history');
  const last = Array.isArray(history) ? history.at(-1) : undefined;
  return moment(last instanceof Map ? last.get('at') : undefined);
}

/** The time of the member of this name, or of the last in its list: of a decision just made. */
export function decisionIn(given: string, name: string): string {
  const value = membersOf(given).get(name);
  const last = Array.isArray(value) ? value.at(-1) : value;
  return moment(last instanceof Map ? (last.get('recorded_at') ?? last.get('at')) : undefined);
}

/** The new payout's id, a UUIDv7 of the moment at which it was requested. */
export function newIdIn(given: string): { id: string; at: string } {
  const id = membersOf(given).get('id');
  const at = momentIn(given, 'requested_at');
  const [, high = '', low = ''] = UUID_V7.exec(typeof id === 'string' ? id : '') ?? [];
  if (typeof id !== 'string' || Number.parseInt(high + low, 16) !== Date.parse(at))
    throw new WrongAnswer('the id is no UUIDv7 of requested_at');
  return { id, at };
}

function membersOf(given: string): Map<string, Json> {
  const value = readJson(given)?.value;
  if (value instanceof Map) return value;
  throw new WrongAnswer('the answer is no JSON object');
}

function moment(value: Json | undefined): string {
  if (typeof value === 'string' && MOMENT.test(value)) {
    if (Math.abs(Date.parse(value) - Date.now()) <= CLOCK_TOLERANCE_MS) return value;
  }
  throw new WrongAnswer('a time is not about now, in UTC with milliseconds');
}
