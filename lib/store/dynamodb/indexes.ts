/** The indexes over the tables, and the shards that spread the global ones over partitions. */
import type { TableName } from '../../config.ts';

export const INDEXES = {
  Payouts: {
    /** Global (shard, queue_key), for operators: open payouts, oldest first, and any by its id. */
    queue: 'queue',
    /** Global (shard, look_key): only those that a person or the chain has to be asked about. */
    looks: 'looks',
  },
  Rewards: {
    /** Local (user_id, pending_until): only pending ones, so "due now" is one consistent read. */
    pending: 'pending',
    /** Local (user_id, granted_key): newest first for the list. */
    granted: 'granted',
    /** Global (due_shard, pending_until): what is due for everybody, for the sweep. */
    due: 'due',
  },
  Evidence: {
    /** Global (network_day, transaction): what left on a day by the books. */
    days: 'days',
  },
} as const satisfies Partial<Record<TableName, Record<string, string>>>;

export const SHARDS = [...'0123456789abcdef'];

/** By the last hex digit of a UUID, which is random, so that nobody meets in one partition. */
export const shardOf = (id: string): string => id.slice(-1).toLowerCase();
