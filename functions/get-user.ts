/** GET /v1/admin/referrals/users/{user_id}: a user's balance and what happened last. */
import { readTables } from '../lib/config.ts';
import { pathId } from '../lib/http/args.ts';
import { endpoint, jsonResponse } from '../lib/http/endpoint.ts';
import { type OperatorEvent, operator } from '../lib/http/operator.ts';
import { asListed } from '../lib/reward.ts';
import { shown } from '../lib/settlement/shown-payout.ts';
import { getBalance } from '../lib/store/balance/balance.ts';
import { findFreeze } from '../lib/store/balance/freeze.ts';
import { lastRewards } from '../lib/store/balance/reward-items.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { lastPayouts } from '../lib/store/payouts/payout-items.ts';

const LAST = 20;

const tables = readTables('Accounts', 'Payouts', 'Rewards');
const connection = connect();

const show = async (event: OperatorEvent<'Accounts' | 'Payouts' | 'Rewards'>) => {
  const userId = pathId(event, 'user_id', 'invalid_user_id');
  const [balanceAsOf, freeze, payouts, rewards] = await Promise.all([
    getBalance(event.store, userId),
    findFreeze(event.store, userId),
    lastPayouts(event.store, userId, LAST),
    lastRewards(event.store, userId, LAST),
  ]);
  const shownPayouts = payouts.map(shown);
  const listed = rewards.map((reward) => ('unreadable' in reward ? reward : asListed(reward)));
  return jsonResponse(200, {
    user_id: userId,
    ...freeze,
    ...balanceAsOf,
    payouts: shownPayouts,
    rewards: listed,
  });
};

export const handler = endpoint(connection, tables, show).use(operator());
