import { expect, test } from 'vitest';
import { INDEXES, SHARDS, shardOf } from '../../../../lib/store/dynamodb/indexes.ts';

test('the indexes are those of the tables, with a partition for each hex digit', () => {
  expect(INDEXES).toEqual({
    Payouts: { queue: 'queue', looks: 'looks' },
    Rewards: { pending: 'pending', granted: 'granted', due: 'due' },
    Evidence: { days: 'days' },
  });
  expect(SHARDS.join('')).toBe('0123456789abcdef');
});

test('a shard is the last digit of an id, in whichever case', () => {
  expect(shardOf('0b8ba3a4-7f2c-4c1e-9a53-6a4c44f0b1DE')).toBe('e');
  expect(shardOf('open#01a204d3-28e0-7285-b278-86bb311f9213')).toBe('3');
});
