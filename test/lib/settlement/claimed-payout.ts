/** A payout that is being paid, for the rules of its settlement. */
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import { ADDRESSES, USER_ID } from '../../support/samples.ts';

export const ANN = 'arn:aws:iam::000000000000:user/ann';
export const BOB = 'arn:aws:iam::000000000000:user/bob';
export const AT = '2026-11-22T10:00:00.000Z';

export const claimedOn = (network: string): PayoutWithHistory => ({
  id: '01a204d3-28e0-7285-b278-86bb311f921e',
  user_id: USER_ID,
  amount_micro: 25_000_000n,
  network,
  address: ADDRESSES.ethereum,
  status: 'processing',
  requested_at: '2026-11-22T09:00:00.000Z',
  history: [
    { status: 'requested', at: '2026-11-22T09:00:00.000Z', by: 'user' },
    { status: 'processing', at: '2026-11-22T09:30:00.000Z', by: ANN },
  ],
});
