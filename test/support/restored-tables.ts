/** Tables as a restore to one second leaves them: beside the live ones, without stream and TTL. */
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { localClient } from '../../infra/local/database/create-tables.ts';
import type { LocalTable } from '../../infra/local/template/local-stack.ts';
import { wrapNumbers } from '../../lib/store/dynamodb/store.ts';
import { putAll } from './histories.ts';

type Item = Record<string, unknown>;

export const SUFFIX = '.restored';

/** The tables that a restore is about: who is signed in is the console's. */
const restorable = (tables: LocalTable[]) => tables.filter(({ name }) => name !== 'SessionsTable');

/** Copies what is stored at this moment. */
export async function restoreBeside(
  databaseUrl: string,
  tables: LocalTable[],
  suffix = SUFFIX,
): Promise<void> {
  const client = localClient(databaseUrl);
  try {
    for (const { name, input } of restorable(tables)) {
      const { StreamSpecification: _, ...withoutStream } = input;
      const create = { ...withoutStream, TableName: name + suffix };
      await client.send(new CreateTableCommand(create));
      const items = await scanAll(client, name);
      await putAll(documents(client), { table: name + suffix, items });
    }
  } finally {
    client.destroy();
  }
}

/** Everything that is stored in these tables, as text by table, key and all. */
export async function stored(databaseUrl: string, tables: LocalTable[]): Promise<Item[]> {
  const client = localClient(databaseUrl);
  try {
    const all = restorable(tables).map(async ({ name }) =>
      (await scanAll(client, name)).map((item) => ({ table: name, ...item })),
    );
    return (await Promise.all(all)).flat();
  } finally {
    client.destroy();
  }
}

const documents = (client: DynamoDBClient) =>
  DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers } });

async function scanAll(client: DynamoDBClient, TableName: string): Promise<Item[]> {
  const pages = paginateScan({ client: documents(client) }, { TableName, ConsistentRead: true });
  return (await Array.fromAsync(pages)).flatMap(({ Items = [] }) => Items);
}
