/** A payout as a restore writes it: what it may have forgotten of an attempt to pay is looked at. */
import * as v from 'valibot';
import { Attempt } from '../../settlement/records.ts';
import { rfc3339 } from '../../time.ts';
import type { Item } from '../dynamodb/read.ts';
import { RESTORED_BY } from '../payouts/payout-items.ts';

const WHY =
  'It was restored, and attempts to pay it may be forgotten: look on the chain for a transfer to its address.';

/**
 * The newest known state `item` in the place of the live item `was`. Its revision is above every one
 * that either had, so that no late write succeeds. One that is being paid has to be reviewed before
 * it can be given back or paid anew; those attempts that only the live item tells of are open.
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
  if (item.status !== 'processing') return restored;
  const known = attemptsOf(item);
  const found = attemptsOf(was).filter(({ id }) => known.every((attempt) => attempt.id !== id));
  const attempts = [...known, ...found.map(({ death: _, ...a }) => ({ ...a, state: 'open' }))];
  return {
    ...restored,
    ...(attempts.length > 0 && { attempts }),
    review: { why: WHY, since: rfc3339(nowMs) },
  };
}

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Those that can be read. */
const attemptsOf = (item: Item | undefined): Attempt[] =>
  listed(item?.attempts).flatMap((attempt) => {
    const { success, output } = v.safeParse(Attempt, attempt);
    return success ? [output as Attempt] : [];
  });
