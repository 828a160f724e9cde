/** Users with a history that adds up, written behind the service's back, and fast. */
import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { v7 } from 'uuid';
import type { LocalStack } from '../../infra/local/template/local-stack.ts';
import type { Reward, RewardStatus } from '../../lib/reward.ts';
import { rewardItem } from '../../lib/store/balance/reward-items.ts';
import { inParallel, inPieces } from '../../lib/store/dynamodb/concurrency.ts';
import { payoutItem } from '../../lib/store/payouts/payout-items.ts';
import { ADDRESSES, HASHES } from './samples.ts';

type Item = Record<string, unknown>;
export type Rows = { table: string; items: Item[] };

const MAX_PER_BATCH = 25;
const BATCHES_AT_ONCE = 16;

/** Writes all items, overwriting what has the same key. */
export async function putAll(client: DynamoDBDocumentClient, ...rows: Rows[]): Promise<void> {
  const requests = rows.flatMap(({ table, items }) =>
    items.map((Item) => ({ table, PutRequest: { Item } })),
  );
  await inParallel([...inPieces(requests, MAX_PER_BATCH)], BATCHES_AT_ONCE, async (batch) => {
    const byTable = Object.groupBy(batch, ({ table }) => table);
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteCommand({
        RequestItems: byTable as Record<string, { PutRequest: { Item: Item } }[]>,
      }),
    );
    if (Object.keys(UnprocessedItems).length > 0)
      throw new Error('the engine left items unwritten');
  });
}

export const account = (userId: string, parts: Item): Item => ({
  user_id: userId,
  pending_micro: 0n,
  available_micro: 0n,
  reserved_micro: 0n,
  paid_out_micro: 0n,
  spent_micro: 0n,
  lifetime_micro: 0n,
  version: 1n,
  ...parts,
});

export const reward = (
  userId: string,
  id: string,
  status: RewardStatus,
  amountMicro: bigint,
  more: Partial<Reward> = {},
): Item =>
  rewardItem({
    user_id: userId,
    reward_id: id,
    amount_micro: amountMicro,
    status,
    unlocks_at: status === 'pending' ? '2999-01-01T00:00:00.000Z' : '2026-01-02T00:00:00.000Z',
    granted_at: '2026-01-01T00:00:00.000Z',
    source: 'bulk',
    ...more,
  });

/** A payout as it is stored in this state; `settled` ones are out of the operators' queue. */
export function payout(
  userId: string,
  status: 'requested' | 'processing' | 'sent' | 'failed' | 'cancelled',
  amountMicro: bigint,
  id = v7(),
): Item {
  const item = payoutItem({
    id,
    user_id: userId,
    amount_micro: amountMicro,
    network: 'polygon',
    address: ADDRESSES.polygon,
    status,
    requested_at: '2026-02-01T00:00:00.000Z',
  });
  const requested = { ...item.history[0], status: 'requested' };
  if (status === 'requested') return { ...item, history: [requested] };
  const at = '2026-02-02T00:00:00.000Z';
  const history = [requested, { status, at, by: 'arn:aws:iam::000000000000:user/ann' }];
  if (status === 'processing') return { ...item, history };
  const hash = status === 'sent' && { tx_hash: HASHES.ethereum };
  return { ...item, history, queue_key: `done#${id}`, completed_at: at, ...hash };
}

export const invoice = (
  userId: string,
  id: string,
  status: 'open' | 'covered' | 'closed',
  totalMicro: bigint,
): Item => ({
  user_id: userId,
  invoice_id: id,
  status,
  total_micro: totalMicro,
  ...(status === 'covered' && { covered_by: 'spend', covered_at: '2026-02-01T00:00:00.000Z' }),
});

/**
 * The stack for what writes much and listens to no stream. A write takes the embedded engine the
 * longer the more a stream holds; DynamoDB not, so that long histories would only look slow.
 */
export const withoutStreams = (stack: LocalStack): LocalStack => ({
  ...stack,
  tables: stack.tables.map(({ input: { StreamSpecification: _, ...input }, ...table }) => ({
    ...table,
    input,
  })),
});
