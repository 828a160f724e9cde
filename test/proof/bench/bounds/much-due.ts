/** What a user with very many due rewards costs, before the sweep has been there. */
import { randomUUID } from 'node:crypto';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openDatabase } from '../../../../infra/local/service.ts';
import { getBalance } from '../../../../lib/store/balance/balance.ts';
import { unlockEnough } from '../../../../lib/store/balance/unlock.ts';
import { account, putAll, reward } from '../../../support/histories.ts';
import type { Bench } from '../bench.ts';
import { costText } from '../capacity/meter.ts';
import { openCountedStore } from '../counted-store.ts';
import { atMost, exactly, type Row } from '../report.ts';

const DUE = 50_000;
const UNIT = 1_000_000n;

/** The account thrice, 1 and 2 and 2 units, and two pages of 2,000 rewards of some 120 bytes. */
const UNITS_MAX = 5 + 2 * 60;

export async function muchDueRows({ stack }: Bench): Promise<Row[]> {
  await using database = await openDatabase(stack, {});
  const client = DynamoDBDocumentClient.from(database.client);
  using store = openCountedStore(database.endpoint);
  const rows: Row[] = [];
  let userId = '';
  for (const notYet of [3, DUE]) {
    userId = await userWith(client, notYet);
    const looked = await store.count((each) => getBalance(each, userId));
    const { balance, counted_until } = looked.result;
    const isExact = balance.available_micro === BigInt(DUE) * UNIT && counted_until === undefined;
    const what = `/me with 50,000 rewards due, ${notYet.toLocaleString('en-US')} not yet`;
    rows.push(
      atMost(`${what}: units`, UNITS_MAX, looked.read, costText(looked)),
      exactly(
        '- says',
        notYet === 3 ? 'all' : 'at least so much',
        isExact ? 'all' : counted_until ? 'at least so much' : 'something else',
      ),
    );
  }
  const unlocked = await store.count((each) => unlockEnough(each, userId, UNIT));
  rows.push(
    atMost(
      'a payout of one of 50,000 due rewards: units to find it',
      UNITS_MAX / 2,
      unlocked.read,
      costText(unlocked),
    ),
  );
  return rows;
}

async function userWith(client: DynamoDBDocumentClient, notYet: number): Promise<string> {
  const userId = randomUUID();
  const rewards = (name: string, count: number, unlocksMs: number) =>
    Array.from({ length: count }, (_, at) => {
      const unlocks_at = new Date(unlocksMs + at).toISOString();
      const id = `${name}-${String(at).padStart(6, '0')}`;
      return reward(userId, id, 'pending', UNIT, { unlocks_at });
    });
  const pending = BigInt(DUE + notYet) * UNIT;
  await putAll(
    client,
    {
      table: 'RewardsTable',
      items: [
        ...rewards('due', DUE, Date.parse('2026-01-02T00:00:00.000Z')),
        ...rewards('later', notYet, Date.parse('2999-01-01T00:00:00.000Z')),
      ],
    },
    {
      table: 'AccountsTable',
      items: [account(userId, { pending_micro: pending, lifetime_micro: pending })],
    },
  );
  return userId;
}
