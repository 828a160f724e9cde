/**
 * An embedded database with the stack's tables, and what tests read and write in it behind the
 * service's back.
 */
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import { createTables, localClient } from '../../infra/local/database/create-tables.ts';
import { startEngine } from '../../infra/local/database/engine.ts';
import { readAssembly } from '../../infra/local/template/read-assembly.ts';
import { tokenHash } from '../../lib/session.ts';
import { rewardItem } from '../../lib/store/balance/reward-items.ts';
import { putAll } from './books.ts';

type Attributes = Record<string, unknown>;

/** The tables' names in the local stack, as the functions get them in their environment. */
const tables = {
  SESSIONS_TABLE: 'SessionsTable',
  ACCOUNTS_TABLE: 'AccountsTable',
  PAYOUTS_TABLE: 'PayoutsTable',
  IDEMPOTENCY_KEYS_TABLE: 'IdempotencyKeysTable',
  REWARDS_TABLE: 'RewardsTable',
  INVOICES_TABLE: 'InvoicesTable',
} as const;

export type Database = Awaited<ReturnType<typeof startDatabase>>;

export async function startDatabase() {
  const engine = await startEngine();
  const client = localClient(engine.endpoint);
  await createTables(client, readAssembly(inject('assembly')).tables);
  return {
    url: engine.endpoint,
    ...backdoor(
      DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: BigInt } }),
    ),
    stop: async () => {
      client.destroy();
      await engine.stop();
    },
  };
}

/** Reads are consistent; numbers come back as bigint. */
export function backdoor(client: DynamoDBDocumentClient) {
  const change = (TableName: string, Key: Attributes, attributes: Attributes) => {
    const names = Object.keys(attributes);
    return client.send(
      new UpdateCommand({
        TableName,
        Key,
        UpdateExpression: `SET ${names.map((_name, index) => `#${index} = :${index}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(
          names.map((name, index) => [`#${index}`, name]),
        ),
        ExpressionAttributeValues: Object.fromEntries(
          names.map((name, index) => [`:${index}`, attributes[name]]),
        ),
      }),
    );
  };

  const ofUser = async (TableName: string, userId: string): Promise<Attributes[]> => {
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
    account: async (userId: string): Promise<Attributes | undefined> => {
      const get = {
        TableName: tables.ACCOUNTS_TABLE,
        Key: { user_id: userId },
        ConsistentRead: true,
      };
      return (await client.send(new GetCommand(get))).Item;
    },
    payouts: (userId: string) => ofUser(tables.PAYOUTS_TABLE, userId),
    keys: (userId: string) => ofUser(tables.IDEMPOTENCY_KEYS_TABLE, userId),
    rewards: (userId: string) => ofUser(tables.REWARDS_TABLE, userId),
    invoices: (userId: string) => ofUser(tables.INVOICES_TABLE, userId),
    putReward: (item: Attributes) =>
      client.send(new PutCommand({ TableName: tables.REWARDS_TABLE, Item: item })),
    putInvoice: (item: Attributes) =>
      client.send(new PutCommand({ TableName: tables.INVOICES_TABLE, Item: item })),
    putPayout: (item: Attributes) =>
      client.send(new PutCommand({ TableName: tables.PAYOUTS_TABLE, Item: item })),
    credit: (userId: string, amountMicro: bigint) =>
      change(
        tables.ACCOUNTS_TABLE,
        { user_id: userId },
        {
          available_micro: amountMicro,
          pending_micro: 0,
          reserved_micro: 0,
          paid_out_micro: 0,
          spent_micro: 0,
          lifetime_micro: amountMicro,
          version: 1,
        },
      ),
    /** Puts pending rewards and counts them in the account, as their grants would have. */
    grant: async (
      userId: string,
      rewards: { reward_id: string; amount_micro: bigint; unlocks_at: string }[],
    ) => {
      const sum = rewards.reduce((total, { amount_micro }) => total + amount_micro, 0n);
      const granted = {
        granted_at: '2026-01-01T00:00:00.000Z',
        source: 'test',
        status: 'pending' as const,
      };
      const items = rewards.map((reward) => rewardItem({ user_id: userId, ...granted, ...reward }));
      await putAll(client, { table: tables.REWARDS_TABLE, items });
      await client.send(
        new UpdateCommand({
          TableName: tables.ACCOUNTS_TABLE,
          Key: { user_id: userId },
          UpdateExpression:
            'ADD pending_micro :sum, lifetime_micro :sum, version :one, available_micro :zero, reserved_micro :zero, paid_out_micro :zero, spent_micro :zero',
          ExpressionAttributeValues: { ':sum': sum, ':one': 1, ':zero': 0 },
        }),
      );
    },
    changeAccount: (userId: string, attributes: Attributes) =>
      change(tables.ACCOUNTS_TABLE, { user_id: userId }, attributes),
    changeSession: (token: string, attributes: Attributes) =>
      change(tables.SESSIONS_TABLE, { token_hash: tokenHash(token) }, attributes),
    changePayout: (userId: string, id: string, attributes: Attributes) =>
      change(tables.PAYOUTS_TABLE, { user_id: userId, id }, attributes),
    changeKey: (userId: string, operationKey: string, attributes: Attributes) =>
      change(
        tables.IDEMPOTENCY_KEYS_TABLE,
        { user_id: userId, operation_key: operationKey },
        attributes,
      ),
  };
}
