/** GET /v1/referrals/payouts: the user's payouts, newest first. */
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { readConfig } from '../lib/config.ts';
import { cursorOf, encodeCursor, integerOr, parseArgs } from '../lib/http/args.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { type ConsoleEvent, deadline, type Reply } from '../lib/http/event.ts';
import { reply } from '../lib/http/respond.ts';
import { signedIn } from '../lib/http/signed-in.ts';
import { PAYOUT_STATUSES, Payout } from '../lib/payouts.ts';
import { createDb } from '../lib/store/db.ts';
import { listPayouts } from '../lib/store/payouts.ts';
import { prewarm } from '../lib/store/prewarm.ts';

const StatusList = v.pipe(
  v.string(),
  v.transform((list) => new Set(PAYOUT_STATUSES.filter((status) => list.split(',').includes(status)))),
);

const Query = v.object({
  limit: integerOr(50, 1, 200),
  offset: integerOr(0, 0, Number.MAX_SAFE_INTEGER),
  status: v.optional(StatusList),
  cursor: v.optional(cursorOf(Payout.entries.id)),
});

const config = readConfig('SESSIONS_TABLE', 'PAYOUTS_TABLE');
const db = createDb();

const list = async (event: ConsoleEvent, context: Context): Promise<Reply> => {
  const { limit, offset, status, cursor } = parseArgs(Query, event.queryStringParameters ?? {});
  const page = { limit, offset: cursor === undefined ? offset : 0, after: cursor, statuses: status };
  const { payouts, next } = await listPayouts(
    db,
    config.PAYOUTS_TABLE,
    event.userId,
    page,
    deadline(context, db.time),
  );
  return reply(200, { items: payouts, next_cursor: next && encodeCursor(next) });
};

export const handler = endpoint(list).use(signedIn(db, config.SESSIONS_TABLE));

await prewarm(db, config.SESSIONS_TABLE);
