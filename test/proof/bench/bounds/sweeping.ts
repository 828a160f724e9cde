/** What the sweep takes when many rewards come to their time in one minute. */
import { randomUUID } from 'node:crypto';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openDatabase } from '../../../../infra/local/service.ts';
import { unlockForEverybody } from '../../../../lib/store/balance/sweep.ts';
import { unlockDue } from '../../../../lib/store/balance/unlock.ts';
import { inParallel } from '../../../../lib/store/dynamodb/concurrency.ts';
import { SHARDS } from '../../../../lib/store/dynamodb/indexes.ts';
import { account, putAll, reward } from '../../../support/histories.ts';
import type { Bench } from '../bench.ts';
import { costText } from '../capacity/meter.ts';
import { type CountedStore, openCountedStore } from '../counted-store.ts';
import { atMost, exactly, median, type Row, shown } from '../report.ts';

const USERS = 50_000;
const OF_A_ROUND = 1000;
const ROUNDS = 5;

/** A run of the function: its time-out of 300 seconds, less the second in which it ends. */
const RUN_MS = 299_000;

/** What 512 MB get of a CPU: a full one comes with 1,769 MB. */
const CPU_SHARE = 512 / 1769;

const MILLION = 1_000_000;

/** A reward takes 7 units to write, 1 to read, and its part of a page of the index. */
const UNITS_MAX = 8.1;

/** A transaction has room for 50 users with one reward each, and takes one call more to be read. */
const CALLS_MAX = 0.05;

const CPU_RATIO_MAX = 0.4;

export async function sweepRows({ stack, rounds }: Bench): Promise<Row[]> {
  await using database = await openDatabase(stack, {});
  const client = DynamoDBDocumentClient.from(database.client);
  using store = openCountedStore(database.endpoint);
  const ratios: number[] = [];
  for (let round = 0; round < rounds(ROUNDS); round++) ratios.push(await ratio(client, store));

  await grantOne(client, USERS);
  const swept = await store.count(unlockForEverybody, RUN_MS);
  const { result, read, write, roundTrips, cpuMs, seconds } = swept;
  const perReward = cpuMs / result.rewards;
  const cpuSeconds = (perReward * MILLION) / 1000 / CPU_SHARE;
  const nothingLeft = await store.count(unlockForEverybody, RUN_MS);
  return [
    exactly(
      'sweep of 50,000 rewards of as many users: unlocked in one run',
      String(USERS),
      String(result.rewards),
      `${costText(swept)}; ${seconds.toFixed(0)} s on this engine`,
    ),
    atMost('- units a reward', UNITS_MAX, (read + write) / USERS),
    atMost('- calls a reward', CALLS_MAX, roundTrips / USERS),
    atMost(
      '- CPU, together / each user alone',
      CPU_RATIO_MAX,
      median(ratios),
      ratios.map((each) => each.toFixed(2)).join(' '),
    ),
    shown(
      '- a million: runs by the CPU of 512 MB',
      Math.ceil(cpuSeconds / (RUN_MS / 1000)),
      `${perReward.toFixed(3)} ms of a full CPU a reward, ${(MILLION / cpuSeconds).toFixed(0)} a second`,
    ),
    exactly('- the next run reads', '8 RRU in 16', costText(nothingLeft), 'nothing of it again'),
  ];
}

/** As many users together and each alone, one after the other. */
async function ratio(client: DynamoDBDocumentClient, store: CountedStore): Promise<number> {
  await grantOne(client, OF_A_ROUND);
  const together = await store.count(unlockForEverybody, RUN_MS);
  const users = await grantOne(client, OF_A_ROUND);
  const alone = await store.count(
    (each) => inParallel(users, SHARDS.length, (userId) => unlockDue(each, userId)),
    RUN_MS,
  );
  return together.cpuMs / alone.cpuMs;
}

/** Gives each of so many new users a reward that is due. */
async function grantOne(client: DynamoDBDocumentClient, count: number): Promise<string[]> {
  const users = Array.from({ length: count }, () => randomUUID());
  const unlocks_at = '2026-01-02T00:00:00.000Z';
  await putAll(
    client,
    {
      table: 'RewardsTable',
      items: users.map((userId) => reward(userId, 'one', 'pending', 1n, { unlocks_at })),
    },
    {
      table: 'AccountsTable',
      items: users.map((userId) => account(userId, { pending_micro: 1n, lifetime_micro: 1n })),
    },
  );
  return users;
}
