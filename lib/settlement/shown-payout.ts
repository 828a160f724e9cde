/** A payout as operators are shown it: with what they should know of its address. */
import * as v from 'valibot';
import { ADDRESS_WARNINGS, addressWarnings } from '../networks/warnings.ts';
import { PayoutWithHistory } from './payout-with-history.ts';

/** `warnings` are worked out when it is shown, and stored nowhere. */
export const ShownPayout = v.object({
  ...PayoutWithHistory.entries,
  warnings: v.optional(v.array(v.picklist(ADDRESS_WARNINGS))),
});
export type ShownPayout = v.InferOutput<typeof ShownPayout>;

/** The payout with its warnings, where there are any; what cannot be read as it is. */
export function shown<Listed extends PayoutWithHistory | { unreadable: true }>(payout: Listed) {
  const warnings = 'unreadable' in payout ? [] : addressWarnings(payout.network, payout.address);
  return warnings.length > 0 ? { ...payout, warnings } : payout;
}
