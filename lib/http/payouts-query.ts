/** The query string of the user's payouts. */
import { PAYOUT_STATUSES, Payout } from '../payout.ts';
import { listQuery } from './list-args.ts';

export const PayoutsQuery = listQuery(PAYOUT_STATUSES, Payout.entries.id);
