/**
 * GET /v1/admin/referrals/users/{user_id}: a user's balance and what happened last, for an operator
 * who is asked.
 */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { deadline, type Reply } from '../lib/http/event.ts';
import { type OperatorEvent, operator } from '../lib/http/operator.ts';
import { pathId } from '../lib/http/path-id.ts';
import { reply } from '../lib/http/respond.ts';
import { asListed } from '../lib/reward.ts';
import { getBalance } from '../lib/store/balance/balance.ts';
import { listRewards } from '../lib/store/balance/reward-list.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';
import { lastPayouts } from '../lib/store/payouts/find-payout.ts';

const LAST = 20;
const page = { limit: LAST, offset: 0, after: undefined, statuses: undefined };

const config = readConfig('ACCOUNTS_TABLE', 'PAYOUTS_TABLE', 'REWARDS_TABLE');
const db = createDb();

const show = async (event: OperatorEvent, context: Context): Promise<Reply> => {
  const userId = pathId(event, 'user_id', 'invalid_user_id');
  const deadlineMs = deadline(context, db.time);
  const [balance, payouts, { rewards }] = await Promise.all([
    getBalance(db, config, userId, deadlineMs),
    lastPayouts(db, config.PAYOUTS_TABLE, userId, LAST, deadlineMs),
    listRewards(db, config.REWARDS_TABLE, userId, page, deadlineMs),
  ]);
  return reply(200, { user_id: userId, balance, payouts, rewards: rewards.map(asListed) });
};

export const handler = endpoint(show).use(operator());
