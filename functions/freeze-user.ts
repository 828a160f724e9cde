/** POST /v1/admin/referrals/users/{user_id}/frozen: all that would leave the account is held back. */
import { readTables } from '../lib/config.ts';
import { parseArgs } from '../lib/http/args.ts';
import { endpoint, writeResponse } from '../lib/http/endpoint.ts';
import { jsonBody } from '../lib/http/json-body.ts';
import { type OperatorEvent, operator, userId } from '../lib/http/operator.ts';
import { stringifyJson } from '../lib/json.ts';
import { NoteReport } from '../lib/settlement/transitions.ts';
import { decide } from '../lib/store/balance/freeze.ts';
import { connect } from '../lib/store/dynamodb/store.ts';

const tables = readTables('Accounts');
const connection = connect();

const freeze = async ({ store, userId, operator, body }: OperatorEvent<'Accounts'>) => {
  const { note } = parseArgs(NoteReport, body);
  const { freeze, replayed } = await decide(store, userId, 'frozen', { by: operator, note });
  return writeResponse(200, { body: stringifyJson({ user_id: userId, ...freeze }), replayed });
};

export const handler = endpoint(connection, tables, freeze)
  .use(operator())
  .use(userId())
  .use(jsonBody());
