/** GET /v1/referrals/payouts/{id}: one of the user's payouts. */
import { readTables } from '../lib/config.ts';
import { ApiError } from '../lib/errors.ts';
import { pathId } from '../lib/http/args.ts';
import { endpoint, jsonResponse } from '../lib/http/endpoint.ts';
import { type ConsoleEvent, signedIn } from '../lib/http/signed-in.ts';
import { asOwnerSeesIt } from '../lib/settlement/payout-with-history.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { findPayout } from '../lib/store/payouts/payout-items.ts';

const tables = readTables('Sessions', 'Payouts');
const connection = connect();

const show = async (event: ConsoleEvent<'Payouts'>) => {
  const key = { user_id: event.userId, id: pathId(event, 'id', 'payout_not_found') };
  const payout = await findPayout(event.store, key);
  if (!payout) throw new ApiError('payout_not_found');
  return jsonResponse(200, asOwnerSeesIt(payout));
};

export const handler = endpoint(connection, tables, show).use(signedIn());

await prewarm(connection, tables);
