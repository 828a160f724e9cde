/** A database with one rich user, and measurements of bundles that serve that user's payouts. */
import { randomUUID } from 'node:crypto';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openDatabase } from '../../../infra/local/service.ts';
import { tokenHash } from '../../../lib/store/dynamodb/sessions.ts';
import { account, putAll } from '../../support/histories.ts';
import type { Bench } from './bench.ts';
import { consoleEvent, payoutBody } from './events.ts';
import { type Case, measuring } from './measure.ts';

/** More than a benchmark can spend. */
const BALANCE_MICRO = 10n ** 18n;

export async function openTarget({ stack, payout, work }: Bench) {
  const database = await openDatabase(stack, {});
  const userId = randomUUID();
  const { token } = await database.sessions.create({ user_id: userId });
  const rich = account(userId, { available_micro: BALANCE_MICRO, lifetime_micro: BALANCE_MICRO });
  await putAll(DynamoDBDocumentClient.from(database.client), {
    table: 'AccountsTable',
    items: [rich],
  });
  const event = consoleEvent(token, 'POST', '/v1/referrals/payouts', payoutBody(25_000_000n));
  const environment = {
    ...functionEnvironment(payout.environment, database.endpoint),
    BENCH_TOKEN_HASH: tokenHash(token),
    BENCH_USER_ID: userId,
  };
  return {
    measure: measuring(work, environment),
    payoutBy: (file: string): Case => ({ file, event, status: 202 }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

export const functionEnvironment = (own: Record<string, string>, databaseUrl: string) => ({
  ...own,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_DYNAMODB: databaseUrl,
});
