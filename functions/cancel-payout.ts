/**
 * POST /v1/referrals/payouts/{id}/cancel: the user takes a payout back before an operator has
 * claimed it.
 */
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { type ConsoleEvent, deadline, type Reply } from '../lib/http/event.ts';
import { payoutIdInPath } from '../lib/http/path-id.ts';
import { reply } from '../lib/http/respond.ts';
import { sameSite } from '../lib/http/same-site.ts';
import { signedIn } from '../lib/http/signed-in.ts';
import { asOwnerSeesIt, OWNER } from '../lib/payout.ts';
import { prewarm } from '../lib/store/dynamodb/prewarm.ts';
import { createDb } from '../lib/store/dynamodb/store.ts';
import { moveOn } from '../lib/store/payouts/apply-transition.ts';

const config = readConfig('SESSIONS_TABLE', 'ACCOUNTS_TABLE', 'PAYOUTS_TABLE', 'CONSOLE_ORIGINS');
const db = createDb();

const cancel = async (event: ConsoleEvent, context: Context): Promise<Reply> => {
  const key = { user_id: event.userId, id: payoutIdInPath(event, 'payout_not_found') };
  const transition = { status: 'cancelled', by: OWNER } as const;
  const payout = await moveOn(db, config, key, transition, deadline(context, db.time));
  return reply(200, asOwnerSeesIt(payout));
};

export const handler = endpoint(cancel)
  .use(sameSite(config.CONSOLE_ORIGINS))
  .use(signedIn(db, config.SESSIONS_TABLE));

await prewarm(db, config.SESSIONS_TABLE);
