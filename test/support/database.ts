/** An embedded database with the stack's tables, for a test file of its own. */
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { beforeAll, inject } from 'vitest';
import { createTables, localClient } from '../../infra/local/database/create-tables.ts';
import { startEngine } from '../../infra/local/database/engine.ts';
import { readAssembly } from '../../infra/local/template/read-assembly.ts';
import { backdoor } from './backdoor.ts';

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

/** A database for all tests of a file. The object is filled before the first of them. */
export function useDatabase(): Database {
  const database = {} as Database;
  beforeAll(async () => {
    const { stop } = Object.assign(database, await startDatabase());
    return stop;
  });
  return database;
}
