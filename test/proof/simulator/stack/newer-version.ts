/** What a newer version of the service wrote before it was rolled back. */
import { v7 } from 'uuid';
import type { Operation } from '../history/steps.ts';
import type { Database } from './stored-state.ts';

/**
 * A payout on a network that this version does not know, with attributes of which it knows nothing:
 * in one transaction with its amount, as every version writes it. Nothing when the balance is short.
 */
export async function writeAsNewer(
  database: Database,
  userId: string,
  { amount, network, address }: Extract<Operation, { kind: 'newer' }>,
  nowMs: number,
): Promise<void> {
  const id = v7({ msecs: nowMs });
  const at = new Date(nowMs).toISOString();
  const S = (value: string) => ({ S: value });
  const Item = {
    id: S(id),
    user_id: S(userId),
    amount_micro: { N: amount },
    network: S(network),
    address: S(address),
    status: S('requested'),
    requested_at: S(at),
    shard: S(id.slice(-1)),
    queue_key: S(`open#${id}`),
    history: {
      L: [{ M: { status: S('requested'), at: S(at), by: S('user'), attempt: { N: '1' } } }],
    },
    memo: { M: { of: S('a newer version') } },
  };
  const Update = {
    TableName: 'AccountsTable',
    Key: { user_id: S(userId) },
    UpdateExpression:
      'SET available_micro = available_micro - :a, reserved_micro = reserved_micro + :a ADD version :one',
    ConditionExpression: 'available_micro >= :a AND attribute_not_exists(frozen)',
    ExpressionAttributeValues: { ':a': { N: amount }, ':one': { N: '1' } },
  };
  const TransactItems = [{ Update }, { Put: { TableName: 'PayoutsTable', Item } }];
  try {
    await database.send('TransactWriteItems', { TransactItems });
  } catch (error) {
    // Too little money, or the engine was started anew: it has happened or not, and can be seen.
    if (String(error).includes('ValidationException')) throw error;
  }
}
