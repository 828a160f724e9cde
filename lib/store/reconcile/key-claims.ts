/** What the records under idempotency keys say was written, to be found among the user's items. */
import * as v from 'valibot';
import type { Item } from '../dynamodb/read.ts';

/** A claim's first part is the operation, as the key's record begins with it. */
type Claim = `payout#${string}` | `spend#${string}`;

/** The keys of the records whose payout or spend has not been found yet, by what each claims. */
export type Claims = Map<Claim, string>;

const Claimant = v.object({ answer: v.string(), written_by: v.string() });

/** JSON of what has this id. */
const jsonWith = (id: string) => v.pipe(v.string(), v.parseJson(), v.object({ id: v.literal(id) }));

/**
 * What the record claims to have been written, or the attributes that are wrong. Undefined for a
 * refusal, which wrote nothing, and for an operation that this code does not know.
 */
export function claimOf(item: Item): { claim: Claim } | { failing: string[] } | undefined {
  const operation = String(item.operation_key).split('#', 1).join();
  if ('refused_at' in item || (operation !== 'payout' && operation !== 'spend')) return undefined;
  const record = v.safeParse(Claimant, item);
  if (!record.success)
    return { failing: record.issues.map((issue) => String(v.getDotPath(issue))) };
  const { answer, written_by } = record.output;
  // A payout's response has the payout; a repetition must not be told of another one.
  if (operation === 'payout' && !v.is(jsonWith(written_by), answer)) return { failing: ['answer'] };
  return { claim: `${operation}#${written_by}` };
}
