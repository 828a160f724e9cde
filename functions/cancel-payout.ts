/** POST /v1/referrals/payouts/{id}/cancel: the user takes a payout back before it is claimed. */
import { readConfig, readTables } from '../lib/config.ts';
import { pathId } from '../lib/http/args.ts';
import { endpoint, transitionResponse } from '../lib/http/endpoint.ts';
import { sameSite } from '../lib/http/same-site.ts';
import { type ConsoleEvent, signedIn } from '../lib/http/signed-in.ts';
import { OWNER } from '../lib/payout.ts';
import { asOwnerSeesIt } from '../lib/settlement/payout-with-history.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { connect } from '../lib/store/dynamodb/store.ts';
import { applyTransition } from '../lib/store/payouts/apply-transition.ts';

const tables = readTables('Sessions', 'Accounts', 'Payouts', 'DailyLimits');
const { CONSOLE_ORIGINS } = readConfig('CONSOLE_ORIGINS');
const connection = connect();

const cancel = async (event: ConsoleEvent<'Accounts' | 'Payouts' | 'DailyLimits'>) => {
  const key = { user_id: event.userId, id: pathId(event, 'id', 'payout_not_found') };
  const transition = { status: 'cancelled', by: OWNER } as const;
  const { payout, replayed } = await applyTransition(event.store, key, transition);
  return transitionResponse({ payout: asOwnerSeesIt(payout), replayed });
};

export const handler = endpoint(connection, tables, cancel)
  .use(sameSite(CONSOLE_ORIGINS))
  .use(signedIn());

await prewarm(connection, tables);
