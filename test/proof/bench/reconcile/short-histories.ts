/** Accounts with short histories, as most have them, for reconciliation to go through. */
import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { account, payout, putAll, reward } from '../../../support/histories.ts';

/** Each with two rewards, and every tenth with a payout that was sent; their users' ids. */
export async function writeAccounts(
  client: DynamoDBDocumentClient,
  count: number,
): Promise<string[]> {
  const users = Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    paid: index % 10 === 0,
  }));
  await putAll(
    client,
    {
      table: 'AccountsTable',
      items: users.map(({ id, paid }) =>
        account(id, {
          available_micro: paid ? 80n : 100n,
          paid_out_micro: paid ? 20n : 0n,
          pending_micro: 50n,
          lifetime_micro: 150n,
        }),
      ),
    },
    {
      table: 'RewardsTable',
      items: users.flatMap(({ id }) => [
        reward(id, 'r1', 'available', 100n),
        reward(id, 'r2', 'pending', 50n),
      ]),
    },
    {
      table: 'PayoutsTable',
      items: users.filter(({ paid }) => paid).map(({ id }) => payout(id, 'sent', 20n)),
    },
  );
  return users.map(({ id }) => id);
}
