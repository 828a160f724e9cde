/** What tests read and write in the database behind the service's back. */
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { TableName } from '../../lib/config.ts';
import { accountChange } from '../../lib/store/balance/change.ts';
import { rewardItem } from '../../lib/store/balance/reward-items.ts';
import { tokenHash } from '../../lib/store/dynamodb/sessions.ts';
import { account, putAll, type Rows } from './histories.ts';
import { PAST } from './samples.ts';

type Item = Record<string, unknown>;

/** The tables' names in the local stack, as the functions get them in their environment. */
export const tables = {
  Sessions: 'SessionsTable',
  Accounts: 'AccountsTable',
  Payouts: 'PayoutsTable',
  Rewards: 'RewardsTable',
  Invoices: 'InvoicesTable',
  IdempotencyKeys: 'IdempotencyKeysTable',
  Budgets: 'BudgetsTable',
  DailyLimits: 'DailyLimitsTable',
  Evidence: 'EvidenceTable',
} as const satisfies Record<TableName, string>;

/** Reads are consistent; numbers come back as bigint. */
export function backdoor(client: DynamoDBDocumentClient) {
  const put = (TableName: string, Item: Item) => client.send(new PutCommand({ TableName, Item }));

  const change = (TableName: string, Key: Item, attributes: Item) => {
    const entries = Object.entries(attributes).map(([name, value], at) => ({ name, value, at }));
    return client.send(
      new UpdateCommand({
        TableName,
        Key,
        UpdateExpression: `SET ${entries.map(({ at }) => `#${at} = :${at}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(
          entries.map(({ at, name }) => [`#${at}`, name]),
        ),
        ExpressionAttributeValues: Object.fromEntries(
          entries.map(({ at, value }) => [`:${at}`, value]),
        ),
      }),
    );
  };

  const ofUser = async (TableName: string, userId: string): Promise<Item[]> => {
    const pages = paginateQuery(
      { client },
      {
        TableName,
        KeyConditionExpression: 'user_id = :user',
        ExpressionAttributeValues: { ':user': userId },
        ConsistentRead: true,
      },
    );
    return (await Array.fromAsync(pages)).flatMap(({ Items = [] }) => Items);
  };

  return {
    tables,
    account: async (user_id: string): Promise<Item | undefined> => {
      const get = { TableName: tables.Accounts, Key: { user_id }, ConsistentRead: true };
      return (await client.send(new GetCommand(get))).Item;
    },
    budget: async (network: string, day: string): Promise<Item | undefined> => {
      const get = { TableName: tables.Budgets, Key: { network, day }, ConsistentRead: true };
      return (await client.send(new GetCommand(get))).Item;
    },
    dailyLimit: async (user_id: string, day: string): Promise<Item | undefined> => {
      const get = { TableName: tables.DailyLimits, Key: { user_id, day }, ConsistentRead: true };
      return (await client.send(new GetCommand(get))).Item;
    },
    payouts: (userId: string) => ofUser(tables.Payouts, userId),
    keys: (userId: string) => ofUser(tables.IdempotencyKeys, userId),
    rewards: (userId: string) => ofUser(tables.Rewards, userId),
    invoices: (userId: string) => ofUser(tables.Invoices, userId),
    putReward: (item: Item) => put(tables.Rewards, item),
    putInvoice: (item: Item) => put(tables.Invoices, item),
    putPayout: (item: Item) => put(tables.Payouts, item),
    putAll: (...rows: Rows[]) => putAll(client, ...rows),
    /** An account that holds this and nothing else. */
    credit: (userId: string, available_micro: bigint) =>
      put(tables.Accounts, account(userId, { available_micro, lifetime_micro: available_micro })),
    /** Puts pending rewards and counts them in the account, as their grants would have. */
    grant: async (
      userId: string,
      rewards: { reward_id: string; amount_micro: bigint; unlocks_at: string }[],
    ) => {
      const granted = { granted_at: PAST, source: 'test', status: 'pending' } as const;
      const items = rewards.map((reward) => rewardItem({ user_id: userId, ...granted, ...reward }));
      await putAll(client, { table: tables.Rewards, items });
      const sum = rewards.reduce((total, { amount_micro }) => total + amount_micro, 0n);
      const change = { pending_micro: sum, lifetime_micro: sum };
      await client.send(new UpdateCommand(accountChange(tables.Accounts, userId, change).Update));
    },
    changeAccount: (user_id: string, attributes: Item) =>
      change(tables.Accounts, { user_id }, attributes),
    changeSession: (token: string, attributes: Item) =>
      change(tables.Sessions, { token_hash: tokenHash(token) }, attributes),
    changePayout: (user_id: string, id: string, attributes: Item) =>
      change(tables.Payouts, { user_id, id }, attributes),
    changeKey: (user_id: string, operation_key: string, attributes: Item) =>
      change(tables.IdempotencyKeys, { user_id, operation_key }, attributes),
  };
}
