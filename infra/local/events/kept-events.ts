/**
 * Keeps what SQS and Lambda keep when deployed: messages until they were processed, dead letters,
 * and how far a stream was read. It is a table in the database itself, so that it lives exactly as
 * long as the data: through a kill where there is a data file.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  paginateQuery,
} from '@aws-sdk/lib-dynamodb';
import { createTables } from '../database/create-tables.ts';

const TABLE = 'LocalEvents';

/** A queue, the dead letters, or a stream. */
type Place = `queue ${string}` | 'dead letters' | `stream ${string}`;

export interface Kept {
  id: string;
  /** When it came here, in milliseconds since the epoch; a fraction keeps the order of several. */
  at_ms: number;
  text: string;
}

export class KeptEvents {
  readonly #client: DynamoDBDocumentClient;

  private constructor(client: DynamoDBClient) {
    this.#client = DynamoDBDocumentClient.from(client);
  }

  static async open(client: DynamoDBClient): Promise<KeptEvents> {
    const input = {
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST' as const,
      AttributeDefinitions: [
        { AttributeName: 'place', AttributeType: 'S' as const },
        { AttributeName: 'id', AttributeType: 'S' as const },
      ],
      KeySchema: [
        { AttributeName: 'place', KeyType: 'HASH' as const },
        { AttributeName: 'id', KeyType: 'RANGE' as const },
      ],
    };
    await createTables(client, [{ name: TABLE, input }]);
    return new KeptEvents(client);
  }

  /** Takes the place of what had the same id. */
  async put(place: Place, kept: Kept): Promise<void> {
    await this.#client.send(new PutCommand({ TableName: TABLE, Item: { place, ...kept } }));
  }

  async remove(place: Place, id: string): Promise<void> {
    await this.#client.send(new DeleteCommand({ TableName: TABLE, Key: { place, id } }));
  }

  /** The oldest first. */
  async list(place: Place): Promise<Kept[]> {
    const query = {
      TableName: TABLE,
      KeyConditionExpression: 'place = :place',
      ExpressionAttributeValues: { ':place': place },
      ConsistentRead: true,
    };
    const kept: Kept[] = [];
    for await (const { Items = [] } of paginateQuery({ client: this.#client }, query))
      kept.push(...(Items as Kept[]));
    return kept.sort((one, other) => one.at_ms - other.at_ms);
  }
}
