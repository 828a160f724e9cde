/**
 * Events that this service published, read back from an archive: what became of payouts. They say
 * the newest state that was known of a payout when its item, and every backup of it, is older.
 */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { parseJson } from '../../json.ts';
import {
  isOpen,
  OWNER,
  PAYOUT_STATUSES,
  Payout,
  type PayoutChange,
  type PayoutStatus,
} from '../../payout.ts';
import { Attempt } from '../../settlement/records.ts';
import { landedBy } from '../../settlement/transitions.ts';
import { StoredTime } from '../../time.ts';
import type { Item } from '../dynamodb/read.ts';
import { DONE, OPEN, payoutItem } from '../payouts/payout-items.ts';
import { withLookKey } from './entries.ts';
import { agree, PAYOUT_IS_ABOUT } from './newest-item.ts';

const TYPE = /^referral\.payout\./;

const Event = v.object({
  'detail-type': v.string(),
  detail: v.pipe(
    v.object({
      payout: Payout,
      previous_status: v.nullable(v.picklist(PAYOUT_STATUSES)),
      sequence: v.pipe(v.bigint(), v.minValue(1n), v.maxValue(10_000n), v.transform(Number)),
      changed_at: StoredTime,
    }),
    v.transform(
      ({ payout, previous_status, sequence, changed_at }): PayoutChange => ({
        payout,
        previousStatus: previous_status,
        at: changed_at,
        sequence,
      }),
    ),
  ),
});

const Listed = v.object({ items: v.array(v.unknown()) });
const Typed = v.object({ 'detail-type': v.string() });

/** A text that is not what the archive holds. The message names the line, not what it says. */
export class MalformedEventError extends Error {
  override readonly name = 'MalformedEventError';
}

/**
 * The changes of payouts in this text, by the user: JSON in lines, each an event in the envelope of
 * the bus, a list of them, or `{ items: [...] }` with one. Events of other kinds are passed over.
 * Throws MalformedEventError.
 */
export function readArchive(text: string): Map<string, PayoutChange[]> {
  const changes = text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    try {
      return eventsIn(parseJson(line)).flatMap(changeIn);
    } catch (error) {
      throw new MalformedEventError(`line ${at + 1}: ${faultOf(error)}`);
    }
  });
  return Map.groupBy(changes, ({ payout }) => payout.user_id);
}

function faultOf(error: unknown): string {
  if (!v.isValiError(error)) return 'not JSON';
  const fields = error.issues.map((issue) => v.getDotPath(issue) ?? 'the event');
  return `malformed: ${[...new Set(fields)].join(', ')}`;
}

const eventsIn = (json: unknown): unknown[] =>
  v.is(Listed, json) ? json.items : Array.isArray(json) ? json : [json];

const changeIn = (event: unknown): PayoutChange[] =>
  TYPE.test(v.parse(Typed, event)['detail-type']) ? [v.parse(Event, event).detail] : [];

/** Who made a step that only its event tells of: events do not say it. */
export const FROM_EVENT = 'restored';

/**
 * The item brought to the last of these changes of the same payout, as the transitions themselves
 * would have left it; or the attributes in which they contradict each other or the item.
 */
export function advance(
  item: Item | undefined,
  changes: readonly PayoutChange[],
): { item: Item } | { failing: string[] } {
  const [last, ...earlier] = changes.toSorted((a, b) => b.sequence - a.sequence) as [PayoutChange];
  const history: { status: string }[] = Array.isArray(item?.history) ? [...item.history] : [];
  const about: Item[] = [item ?? {}, ...earlier.map(({ payout }) => payout)];
  const failing = [
    ...PAYOUT_IS_ABOUT.filter((name) => !about.every((other) => agree(last.payout, other, [name]))),
    ...(changes.some((change) => isContradicted(change, changes, history)) ? ['history'] : []),
  ];
  if (failing.length > 0) return { failing };
  if (last.sequence <= history.length && item) return { item };

  const wasJustSent = last.payout.status === 'sent' && last.sequence === history.length + 1;
  for (let sequence = history.length + 1; sequence <= last.sequence; sequence++)
    history.push(entryOf(sequence, changes));
  const { payout } = last;
  const queue_key = (isOpen(payout.status) ? OPEN : DONE) + payout.id;
  const isUnpaid = payout.status === 'failed' || payout.status === 'cancelled';
  const { budget_day, limit_day, review, ...known } = item ?? {};
  return {
    item: withLookKey({
      ...known,
      // What is given back counts on no budget and was looked at; a new claim has a day of its own.
      ...(wasJustSent && {
        ...(budget_day !== undefined && { budget_day }),
        ...(review !== undefined && { review }),
      }),
      // Its owner's day has back what ended unpaid, and nothing else.
      ...(limit_day !== undefined && !isUnpaid && { limit_day }),
      ...payoutItem(payout),
      ...{ queue_key, history, ...attemptsAfter(item, last) },
    }),
  };
}

/**
 * What became of the attempts that the item knows: none was alive where nothing is being paid any
 * more, or not yet again. Of a payout that is being paid, or was, there may be others.
 */
function attemptsAfter(item: Item | undefined, { payout, at }: PayoutChange): Item {
  const parsed = v.safeParse(v.array(Attempt), item?.attempts);
  if (!parsed.success) return {};
  const { output: attempts } = parsed;
  if (payout.status === 'processing') return {};
  if (payout.status === 'sent') return { ...landedBy({ attempts }, String(payout.tx_hash)) };
  const death = { by: FROM_EVENT, at, note: `The payout was ${payout.status} afterwards.` };
  return {
    attempts: attempts.map((attempt) =>
      attempt.state === 'dead' ? attempt : { ...attempt, state: 'dead', death },
    ),
  };
}

/** The open status at this place of a history: those of claims and of what comes back alternate. */
const openAt = (sequence: number): PayoutStatus =>
  sequence % 2 === 1 ? 'requested' : 'processing';

/**
 * Whether the history, or another event, says something else of this change or of the one that it
 * follows. A first change follows none, no other follows an end, and what is open alternates.
 */
function isContradicted(
  change: PayoutChange,
  changes: readonly PayoutChange[],
  history: { status: string }[],
): boolean {
  const { payout, previousStatus, sequence } = change;
  const eventsOf = (number: number) => changes.filter((other) => other.sequence === number);
  const statusAt = (number: number, otherwise: string | null) =>
    history[number - 1]?.status ?? eventsOf(number)[0]?.payout.status ?? otherwise;
  return (
    statusAt(sequence, null) !== payout.status ||
    statusAt(sequence - 1, previousStatus) !== previousStatus ||
    // Stryker disable next-line ArithmeticOperator: what is open alternates, both ways
    previousStatus !== (sequence === 1 ? null : openAt(sequence - 1)) ||
    (isOpen(payout.status) && payout.status !== openAt(sequence)) ||
    eventsOf(sequence).some((other) => !isDeepStrictEqual(other, change))
  );
}

/**
 * Where the event of a change is missing, the next one tells that it was: what comes before another
 * was open.
 */
function entryOf(sequence: number, changes: readonly PayoutChange[]) {
  const by = sequence === 1 ? OWNER : FROM_EVENT;
  const [next] = changes
    .filter((change) => change.sequence >= sequence)
    .sort((one, other) => one.sequence - other.sequence) as [PayoutChange];
  const { payout, at } = next;
  if (next.sequence === sequence) return { status: payout.status, at, by };
  return { status: openAt(sequence), at: sequence === 1 ? payout.requested_at : at, by };
}
