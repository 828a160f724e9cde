/** Reconciliation: what an account must hold by its items, and where it holds something else. */
import * as v from 'valibot';
import { Account, type Balance } from '../../account.ts';
import { failingAttributes } from './entries.ts';
import { CORRUPT_NAMED_MAX, type Tally } from './tally.ts';

/** Amounts are decimal text, which every reader of a log or of JSON takes exactly. */
const Difference = v.object({ field: v.string(), stored: v.string(), expected: v.string() });

/** What is wrong with one account. Names and amounts, and nothing else that its items hold. */
export const Drift = v.object({
  user_id: v.string(),
  differences: v.array(Difference),
  corrupt: v.array(v.string()),
});
export type Drift = v.InferOutput<typeof Drift>;

/** Each micro-unit that was earned is in exactly one place; what is in no other is available. */
export const expectedBalance = (tally: Tally): Balance => ({
  pending_micro: tally.pendingMicro,
  available_micro:
    tally.earnedMicro -
    tally.pendingMicro -
    tally.reservedMicro -
    tally.paidOutMicro -
    tally.spentMicro,
  reserved_micro: tally.reservedMicro,
  paid_out_micro: tally.paidOutMicro,
  spent_micro: tally.spentMicro,
  lifetime_micro: tally.earnedMicro,
});

/**
 * What is wrong with the account, or undefined when its books balance. That its parts add up needs
 * no check of its own, since what they are compared with adds up. A user without an account has
 * nothing that must have one.
 */
export function findDrift(
  userId: string,
  account: Record<string, unknown> | undefined,
  tally: Tally,
): Drift | undefined {
  if (account === undefined && !tally.needsAccount) return undefined;
  const expected = expectedBalance(tally);
  const stored = account ?? {};
  const malformed = failingAttributes(v.object(Account.entries), stored);
  const differences = (Object.keys(expected) as (keyof Balance)[])
    .filter((field) => !malformed.includes(field) && stored[field] !== expected[field])
    .map((field) => ({
      field,
      stored: String(stored[field]),
      expected: String(expected[field]),
    }));
  // Sorted, since the kinds of items are read side by side, and two looks have to find the same.
  const named = tally.corrupt.toSorted().slice(0, CORRUPT_NAMED_MAX);
  const unnamed = tally.corruptCount - named.length;
  const corrupt = [
    ...corruptAccount(userId, account && malformed),
    ...named,
    ...(unnamed > 0 ? [`and ${unnamed} more`] : []),
  ];
  return differences.length + corrupt.length > 0
    ? { user_id: userId, differences, corrupt }
    : undefined;
}

function corruptAccount(userId: string, malformed: string[] | undefined): string[] {
  if (malformed === undefined) return ['account: missing'];
  // In any other case it is an account that no request finds.
  const failing = userId === userId.toLowerCase() ? malformed : ['user_id', ...malformed];
  return failing.length > 0 ? [`account: ${failing.join(', ')}`] : [];
}

/** One line for the log: fields with what is stored and expected, and the corrupt items. */
export const describeDrift = ({ differences, corrupt }: Drift): string =>
  [
    ...differences.map(
      ({ field, stored, expected }) => `${field} is ${stored}, expected ${expected}`,
    ),
    ...corrupt.map((item) => `corrupt ${item}`),
  ].join('; ');
