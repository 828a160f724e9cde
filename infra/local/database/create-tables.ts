/** Creates the template's tables in a DynamoDB engine. */
import {
  CreateTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { Problem } from '../../problem.ts';
import { LOCAL_CREDENTIALS, REGION } from '../template/intrinsics.ts';
import type { LocalTable } from '../template/local-stack.ts';

/**
 * The settings of a client for this engine. Those that a developer's environment or profile would
 * add are meant for AWS itself: together with an endpoint some of them are even errors.
 */
export const localSettings = (endpoint: string) => ({
  endpoint,
  region: REGION,
  credentials: LOCAL_CREDENTIALS,
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  maxAttempts: 3,
  retryMode: 'standard',
  defaultsMode: 'standard' as const,
});

export const localClient = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({ ...localSettings(endpoint), accountIdEndpointMode: 'disabled' });

/** Creates what is missing and leaves the rest, as a kept data file or a shared engine has rows. */
export async function createTables(client: DynamoDBClient, tables: LocalTable[]): Promise<void> {
  await Promise.all(tables.map((table) => createTable(client, table)));
}

async function createTable(client: DynamoDBClient, table: LocalTable): Promise<void> {
  const { name, input, ttlAttribute } = table;
  try {
    await client.send(new CreateTableCommand(input));
    if (ttlAttribute !== undefined) {
      const TimeToLiveSpecification = { AttributeName: ttlAttribute, Enabled: true };
      await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
    }
  } catch (error) {
    if (error instanceof ResourceInUseException) return;
    const { StreamSpecification: stream, ...withoutStream } = input;
    // An engine that knows no streams still serves everything but the events made from them.
    if (stream) return await createTable(client, { ...table, input: withoutStream });
    const endpoint = await client.config.endpoint?.();
    const address = endpoint && `${endpoint.protocol}//${endpoint.hostname}:${endpoint.port}`;
    throw new Problem(
      `The table ${name} could not be created at ${address}: ${(error as Error).message || (error as Error).name}.`,
    );
  }
}
