/** A payout as a restore writes it: what it may have forgotten of an attempt to pay is looked at. */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { isOpen, type PayoutStatus } from '../../payout.ts';
import { Attempt } from '../../settlement/records.ts';
import { rfc3339 } from '../../time.ts';
import type { Item } from '../dynamodb/read.ts';
import { DONE, RESTORED_BY } from '../payouts/payout-items.ts';
import { withLookKey } from './entries.ts';
import { beginsWith, PAYOUT_ENDS_WITH } from './newest-item.ts';

const WHY =
  'It was restored, and attempts to pay it may be forgotten: look on the chain for a transfer to its address.';

/**
 * The newest known state `item` in the place of the live item `was`. Its revision is above every one
 * that either had, so that no late write succeeds. One that is being paid, or that the live item
 * does not show to wait untouched, has to be reviewed before it can be given back or paid anew;
 * those attempts that only the live item tells of are open where it is being paid.
 * `restored_by` keeps the stream, which the table of payouts alone has, from publishing it again.
 */
export function restoredPayout(
  item: Item,
  was: Item | undefined,
  mark: string,
  nowMs: number,
): Item {
  const marks = listed(item.marks);
  const added = Math.max(listed(was?.marks).length - marks.length, 0) + 1;
  const restored = {
    ...item,
    marks: [...marks, ...Array(added).fill(mark)],
    [RESTORED_BY]: mark,
  };
  const review = { why: WHY, since: rfc3339(nowMs) };
  if (item.status === 'requested' && was && isDoubtful(was, item))
    return withLookKey({ ...restored, review });
  if (item.status !== 'processing') return restored;
  const known = attemptsOf(item);
  const found = attemptsOf(was).filter(({ id }) => known.every((attempt) => attempt.id !== id));
  // What it says of their deaths is as doubtful as the rest of it, and the chain is asked anew.
  const alive = found.map(({ death: _, proof: __, found: ___, ...a }) => ({ ...a, state: 'open' }));
  const attempts = [...known, ...alive];
  return withLookKey({ ...restored, ...(attempts.length > 0 && { attempts }), review });
}

/** How far a payout has come; what went further may not go back to where it is paid, or refunded. */
const PROGRESS: Record<PayoutStatus, number> = {
  requested: 0,
  processing: 1,
  cancelled: 2,
  failed: 2,
  sent: 3,
};

const progressOf = (status: unknown): number => PROGRESS[status as PayoutStatus] ?? -1;

/**
 * The attributes of the live item by which the payout had come further than the sound `item` that
 * would take its place. Each is read by itself, as any other may be what is damaged. Where the item
 * says what followed a claim that was given up, the claim and its attempts are no signs.
 */
export function signsOfMore(was: Item, item: Item): string[] {
  const status = item.status as PayoutStatus;
  const isWaiting = status === 'requested';
  const isFurther = (other: unknown) => progressOf(other) > progressOf(status);
  const { lived, known, isBehind } = compared(was, item);
  const beyond = lived.filter((_, at) => !beginsWith(known, lived.slice(0, at + 1)));
  const signs = {
    status: isFurther(was.status) && !(isBehind && lived.at(-1) === was.status),
    // What followed was a claim or an end, whether it can be read or not.
    history: beyond.some(isFurther) || (isWaiting && lived.length > known.length),
    attempts:
      (status !== 'sent' && listed(was.attempts).some((each) => stateOf(each) === 'landed')) ||
      (isWaiting && !isBehind && unknownAttempts(was, item).some((at) => stateOf(at) !== 'dead')),
    budget_day: isWaiting && !isBehind && was.budget_day !== undefined,
    queue_key: isOpen(status) && String(was.queue_key).startsWith(DONE),
    ...Object.fromEntries(
      PAYOUT_ENDS_WITH.filter((name) => name === 'tx_hash' || isOpen(status)).map((name) => [
        name,
        was[name] !== undefined && item[name] === undefined,
      ]),
    ),
  };
  return Object.entries(signs).flatMap(([name, isSign]) => (isSign ? [name] : []));
}

/**
 * Whether the live item, although it has no sign of more, does not show either that the payout had
 * not been claimed since: it was changed in a way that nobody knows, or what would say so is lost.
 */
function isDoubtful(was: Item, item: Item): boolean {
  const { lived, known, isBehind } = compared(was, item);
  if (isBehind) return false;
  const isListed = (value: unknown) => value === undefined || Array.isArray(value);
  return (
    !isDeepStrictEqual(lived, known) ||
    !isListed(was.attempts) ||
    unknownAttempts(was, item).length > 0 ||
    !isListed(was.marks) ||
    listed(was.marks).length > listed(item.marks).length ||
    was.review !== undefined
  );
}

/** Both rows of statuses, and whether the live one is what the known one began with. */
function compared(was: Item, item: Item) {
  const [lived, known] = [was, item].map(({ history }) =>
    listed(history).map((entry) => (entry as Item | null)?.status),
  ) as [unknown[], unknown[]];
  const isShorter = lived.length > 0 && lived.length < known.length;
  return { lived, known, isBehind: isShorter && beginsWith(known, lived) };
}

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const stateOf = (attempt: unknown): unknown => (attempt as Item | null)?.state;

/** Those attempts of the live item that the known one has not, be they readable or not. */
const unknownAttempts = (was: Item, item: Item): unknown[] => {
  const known = new Set(attemptsOf(item).map(({ id }) => id as unknown));
  return listed(was.attempts).filter((attempt) => !known.has((attempt as Item | null)?.id));
};

/** Those that can be read. */
const attemptsOf = (item: Item | undefined): Attempt[] =>
  listed(item?.attempts).flatMap((attempt) => {
    const { success, output } = v.safeParse(Attempt, attempt);
    return success ? [output as Attempt] : [];
  });
