/**
 * What only the service can know, new ids and moments, taken from its answers if it can be true.
 */
import { type Json, readJson } from './json.ts';
import { WrongAnswer } from './verdicts.ts';

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
