/** What an export is made of. */
import type { Network } from '../../../lib/networks/index.ts';
import type { PayoutToken } from '../../../lib/networks/token.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';

/** In what all payouts of an export are paid, on which network, and by which Safe if by any. */
export interface Paying extends PayoutToken {
  network: Network;
}

/** Payouts that one transaction pays, under the name of their file without its ending. */
export interface Part {
  name: string;
  payouts: readonly PayoutWithHistory[];
}
