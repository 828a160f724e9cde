/** The query string of the operators' queue. */
import * as v from 'valibot';
import { Payout } from '../payout.ts';
import { cursorOf, integerOr } from './args.ts';

export const QueueQuery = v.object({
  status: v.optional(v.picklist(['requested', 'processing']), 'requested'),
  limit: integerOr(50, 1, 200),
  cursor: v.optional(cursorOf(Payout.entries.id)),
});
