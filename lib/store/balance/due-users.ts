/** Who has rewards that are due, for everybody at once. */
import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { Reward } from '../../reward.ts';
import { rfc3339 } from '../../time.ts';
import { parseItem } from '../dynamodb/item.ts';
import { read } from '../dynamodb/retry.ts';
import type { Db } from '../dynamodb/store.ts';
import { DUE_INDEX } from './reward-items.ts';

const DueKey = v.object({ user_id: Reward.entries.user_id });

const REWARDS_PER_PAGE = 1000;

/**
 * The users of this shard of the index with rewards due at `nowMs`, the longest due first, each
 * once, a page at a time. The index lags behind the table by moments: it may name a user too many,
 * or miss one until the next time.
 */
export async function* dueUsers(
  db: Db,
  table: string,
  shard: string,
  nowMs: number,
  deadlineMs: number,
): AsyncGenerator<string[]> {
  const seen = new Set<string>();
  let from: QueryCommandInput['ExclusiveStartKey'];
  do {
    const query = new QueryCommand({
      TableName: table,
      IndexName: DUE_INDEX,
      KeyConditionExpression: 'due_shard = :shard AND pending_until <= :now',
      ExpressionAttributeValues: { ':shard': shard, ':now': rfc3339(nowMs) },
      ExclusiveStartKey: from,
      Limit: REWARDS_PER_PAGE,
    });
    const { Items = [], LastEvaluatedKey } = await read(db, deadlineMs, (client, options) =>
      client.send(query, options),
    );
    const users = new Set(Items.map((item) => parseItem(DueKey, item, table).user_id)).difference(
      seen,
    );
    for (const user of users) seen.add(user);
    yield [...users];
    from = LastEvaluatedKey;
  } while (from);
}
