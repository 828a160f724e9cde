/** A user's account: where each micro-unit that was ever earned is now. */
import * as v from 'valibot';
import { Micro } from './money.ts';
import { StoredTime } from './time.ts';

const parts = {
  pending_micro: Micro,
  available_micro: Micro,
  reserved_micro: Micro,
  paid_out_micro: Micro,
  spent_micro: Micro,
  lifetime_micro: Micro,
};

export const Balance = v.object(parts);
export type Balance = v.InferOutput<typeof Balance>;

const guardedParts = (Object.keys(parts) as (keyof Balance)[]).filter(
  (part) => part !== 'available_micro',
);

const addsUp = (b: Balance): boolean =>
  b.pending_micro + b.available_micro + b.reserved_micro + b.paid_out_micro + b.spent_micro ===
  b.lifetime_micro;

/** What operators decided about a user, and why. */
const Decision = v.object({
  by: v.string(),
  at: StoredTime,
  note: v.pipe(v.string(), v.maxLength(1024)),
});

/** While `frozen` is there nothing leaves the account; `thawed` tells of the last time that it went. */
export const Freeze = v.object({ frozen: v.optional(Decision), thawed: v.optional(Decision) });
export type Freeze = v.InferOutput<typeof Freeze>;

/**
 * An account as stored; `version` counts its changes. One whose parts do not add up to
 * `lifetime_micro` is corrupt. `available_micro` alone may be negative, after a reversal of money
 * that had already left; where another part is, the account is corrupt as well.
 */
export const Account = v.pipe(
  v.object({ ...parts, version: v.bigint(), ...Freeze.entries }),
  v.check((account) => addsUp(account), 'the parts of the balance do not add up to lifetime_micro'),
  v.check(
    (account) => guardedParts.every((part) => account[part] >= 0n),
    'something else than available_micro is below zero',
  ),
);
export type Account = v.InferOutput<typeof Account>;

/** What a user without any history has. */
export const EMPTY_ACCOUNT: Account = {
  pending_micro: 0n,
  available_micro: 0n,
  reserved_micro: 0n,
  paid_out_micro: 0n,
  spent_micro: 0n,
  lifetime_micro: 0n,
  version: 0n,
};

/** The balance of an account of whose pending rewards `dueMicro` have come to their time. */
export function balanceWithDue(account: Account, dueMicro: bigint): Balance {
  const { version: _, frozen: __, thawed: ___, ...stored } = account;
  return {
    ...stored,
    pending_micro: stored.pending_micro - dueMicro,
    available_micro: stored.available_micro + dueMicro,
  };
}
