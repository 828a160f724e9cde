/** The query string of the user's rewards. */
import * as v from 'valibot';
import { REWARD_STATUSES } from '../reward.ts';
import { listQuery } from './list-args.ts';

/** The sort key of the list: when the reward was granted, and its id. */
const GrantedKey = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[\x21-\x7E]{1,128}$/),
);

export const RewardsQuery = listQuery(REWARD_STATUSES, GrantedKey);
