/** A user's account: where each micro-unit that was ever earned is now. */
import * as v from 'valibot';
import { Micro } from './money.ts';

/** The parts add up to `lifetime_micro`; one that does not add up is corrupt. */
export const Balance = v.pipe(
  v.object({
    pending_micro: Micro,
    available_micro: Micro,
    reserved_micro: Micro,
    paid_out_micro: Micro,
    spent_micro: Micro,
    lifetime_micro: Micro,
  }),
  v.check(
    (b) =>
      b.pending_micro + b.available_micro + b.reserved_micro + b.paid_out_micro + b.spent_micro ===
      b.lifetime_micro,
    'the parts of the balance do not add up to lifetime_micro',
  ),
);
export type Balance = v.InferOutput<typeof Balance>;

/** What a user without any history has. */
export const EMPTY_BALANCE: Balance = {
  pending_micro: 0n,
  available_micro: 0n,
  reserved_micro: 0n,
  paid_out_micro: 0n,
  spent_micro: 0n,
  lifetime_micro: 0n,
};
