/** Users whose history is so many rewards and as many payouts, with books that balance. */
import { randomUUID } from 'node:crypto';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Database } from '../../../../infra/local/service.ts';
import { account, payout, putAll, reward } from '../../../support/histories.ts';

export const UNIT = 10_000_000n;
const SENT = 1_000_000n;

/** One reward lets every user ask for payouts for as long as the benchmark likes. */
const SAVINGS = 10n ** 15n;

/**
 * As many rewards are in the future for every user, so that none is spared the look for what is
 * due.
 */
const FUTURE = 3;

export type HistoryUser = {
  userId: string;
  token: string;
  items: number;
  /**
   * What the user may have paid out once everything that is due is unlocked, which half of the
   * rewards are.
   */
  unlockableMicro: bigint;
};

/** `items` is the number of rewards, and that of payouts; at least ten. */
export async function writeUser(database: Database, items: number): Promise<HistoryUser> {
  const userId = randomUUID();
  const due = items / 2;
  const unlocked = due - FUTURE - 1;
  const rewards = (name: string, count: number, make: (id: string) => Record<string, unknown>) =>
    Array.from({ length: count }, (_, index) => make(`${name}-${String(index).padStart(6, '0')}`));
  const pendingMicro = BigInt(due + FUTURE) * UNIT;
  const unlockedMicro = BigInt(unlocked) * UNIT + SAVINGS;
  const paidOutMicro = BigInt(items) * SENT;
  const unlocks_at = '2026-01-02T00:00:00.000Z';
  await putAll(
    DynamoDBDocumentClient.from(database.client),
    {
      table: 'RewardsTable',
      items: [
        reward(userId, 'savings', 'available', SAVINGS),
        ...rewards('unlocked', unlocked, (id) => reward(userId, id, 'available', UNIT)),
        ...rewards('due', due, (id) => reward(userId, id, 'pending', UNIT, { unlocks_at })),
        ...rewards('future', FUTURE, (id) => reward(userId, id, 'pending', UNIT)),
      ],
    },
    {
      table: 'PayoutsTable',
      items: Array.from({ length: items }, () => payout(userId, 'sent', SENT)),
    },
    {
      table: 'AccountsTable',
      items: [
        account(userId, {
          pending_micro: pendingMicro,
          available_micro: unlockedMicro - paidOutMicro,
          paid_out_micro: paidOutMicro,
          lifetime_micro: pendingMicro + unlockedMicro,
        }),
      ],
    },
  );
  const { token } = await database.sessions.create({ user_id: userId });
  return {
    userId,
    token,
    items,
    unlockableMicro: unlockedMicro - paidOutMicro + BigInt(due) * UNIT,
  };
}
