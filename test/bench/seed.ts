/** A user with a session and more money than a benchmark can spend, and the event of a payout request. */
import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { tokenHash } from '../../lib/session.ts';

const BALANCE_MICRO = 10n ** 18n;

export async function seed(client: DynamoDBDocumentClient) {
  const [userId, token] = [randomUUID(), randomUUID()];
  const session = {
    token_hash: tokenHash(token),
    user_id: userId,
    expires_at: Math.floor(Date.now() / 1000) + 86_400,
  };
  await client.send(new PutCommand({ TableName: 'SessionsTable', Item: session }));
  const account = {
    user_id: userId,
    available_micro: BALANCE_MICRO,
    pending_micro: 0,
    reserved_micro: 0,
    paid_out_micro: 0,
    spent_micro: 0,
    lifetime_micro: BALANCE_MICRO,
    version: 1,
  };
  await client.send(new PutCommand({ TableName: 'AccountsTable', Item: account }));
  return { userId, token, event: payoutEvent(token) };
}

const payoutEvent = (token: string) => ({
  version: '2.0',
  routeKey: 'POST /v1/referrals/payouts',
  rawPath: '/v1/referrals/payouts',
  rawQueryString: '',
  cookies: [`nl_session=${token}`],
  headers: { 'content-type': 'application/json' } as Record<string, string>,
  requestContext: { requestId: 'bench' },
  body: '{"amount_micro":25000000,"network":"solana","address":"9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"}',
  isBase64Encoded: false,
});
