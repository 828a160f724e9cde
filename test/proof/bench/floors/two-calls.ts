/** The floor of the payout function: its two DynamoDB calls alone, with all known beforehand. */
import { randomUUID } from 'node:crypto';
import {
  DynamoDBClient,
  GetItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';

const {
  SESSIONS_TABLE,
  ACCOUNTS_TABLE,
  PAYOUTS_TABLE,
  BENCH_TOKEN_HASH = '',
  BENCH_USER_ID = '',
} = process.env;
const client = new DynamoDBClient({});

export const handler = async () => {
  await client.send(
    new GetItemCommand({
      TableName: SESSIONS_TABLE,
      Key: { token_hash: { S: BENCH_TOKEN_HASH } },
      ConsistentRead: true,
    }),
  );
  const id = randomUUID();
  await client.send(
    new TransactWriteItemsCommand({
      ClientRequestToken: id,
      TransactItems: [
        {
          Update: {
            TableName: ACCOUNTS_TABLE,
            Key: { user_id: { S: BENCH_USER_ID } },
            UpdateExpression:
              'SET available_micro = available_micro - :amount, reserved_micro = reserved_micro + :amount ADD version :one',
            ConditionExpression: 'available_micro >= :amount',
            ExpressionAttributeValues: { ':amount': { N: '25000000' }, ':one': { N: '1' } },
          },
        },
        {
          Put: {
            TableName: PAYOUTS_TABLE,
            Item: {
              id: { S: id },
              user_id: { S: BENCH_USER_ID },
              amount_micro: { N: '25000000' },
              network: { S: 'solana' },
              address: { S: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' },
              status: { S: 'requested' },
              requested_at: { S: '2026-01-02T03:04:05.678Z' },
              shard: { S: 'a' },
              queue_key: { S: `open#${id}` },
              history: {
                L: [
                  {
                    M: {
                      status: { S: 'requested' },
                      at: { S: '2026-01-02T03:04:05.678Z' },
                      by: { S: 'user' },
                    },
                  },
                ],
              },
            },
            ConditionExpression: 'attribute_not_exists(id)',
          },
        },
      ],
    }),
  );
  return { statusCode: 202 };
};
