/** The Accounts table: one item per user with the balance. */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { Account, type Balance, balanceWithDue, EMPTY_ACCOUNT } from '../../account.ts';
import { parseItem } from '../dynamodb/item.ts';
import { attempts, read } from '../dynamodb/retry.ts';
import type { Db } from '../dynamodb/store.ts';
import { sumDueRewards } from './unlock.ts';

type Tables = { ACCOUNTS_TABLE: string; REWARDS_TABLE: string };

/**
 * The user's balance at this moment, in which every reward whose time has come is available,
 * whether or not it has been moved yet; zeros for a user without history.
 *
 * The account and the due rewards are two reads, between which an unlock may move money, and a
 * grant may bring a reward that is due already. So the due rewards are read between two reads of
 * the account: where its version has not changed, all three saw the same state.
 */
export async function getBalance(
  db: Db,
  tables: Tables,
  userId: string,
  deadlineMs: number,
): Promise<Balance> {
  let account = await getAccount(db, tables.ACCOUNTS_TABLE, userId, deadlineMs);
  if (account.pending_micro === 0n) return balanceWithDue(account, 0n);
  for await (const _ of attempts(db.time, deadlineMs)) {
    const dueMicro = await sumDueRewards(db, tables.REWARDS_TABLE, userId, deadlineMs);
    const later = await getAccount(db, tables.ACCOUNTS_TABLE, userId, deadlineMs);
    if (later.version === account.version) return balanceWithDue(later, dueMicro);
    account = later;
  }
  throw new Error('the account kept changing until the deadline');
}

async function getAccount(
  db: Db,
  table: string,
  userId: string,
  deadlineMs: number,
): Promise<Account> {
  const get = new GetCommand({ TableName: table, Key: { user_id: userId }, ConsistentRead: true });
  const { Item } = await read(db, deadlineMs, (client, options) => client.send(get, options));
  return Item ? parseItem(Account, Item, table) : EMPTY_ACCOUNT;
}
