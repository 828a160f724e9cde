/**
 * Speaks to DynamoDB as the functions do, and tells what came of it. `lighter-sdk.test.ts` runs it
 * bundled as they are, and again with the SDK as it is; all that is random or a clock stands still.
 */
import { DynamoDBClient, DynamoDBServiceException, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  GetCommand,
  QueryCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { classify } from '../../../lib/store/dynamodb/failure.ts';
import { connect } from '../../../lib/store/dynamodb/store.ts';

/** Names of errors that the server shall answer with, and regions to be found. */
export type Task = { errors: string[]; regions: string[] };

const key = { user_id: 'a user', id: '1' };

const commands = () => [
  new GetCommand({ TableName: 'items', Key: key, ConsistentRead: true }),
  new QueryCommand({
    TableName: 'items',
    IndexName: 'by unlock',
    KeyConditionExpression: '#user = :user',
    ExpressionAttributeNames: { '#user': 'user_id' },
    ExpressionAttributeValues: { ':user': 'Zoë 🦊 "quoted" \u2028' },
    ExclusiveStartKey: key,
    ScanIndexForward: false,
    Limit: 5,
  }),
  new ScanCommand({ TableName: 'items', Segment: 1, TotalSegments: 4 }),
  new TransactGetCommand({ TransactItems: [{ Get: { TableName: 'items', Key: key } }] }),
  ...['a token', undefined].map(
    (ClientRequestToken) =>
      new TransactWriteCommand({
        ClientRequestToken,
        TransactItems: [
          {
            Update: {
              TableName: 'items',
              Key: key,
              UpdateExpression: 'SET a = a - :a',
              ConditionExpression: 'a >= :a',
              ExpressionAttributeValues: { ':a': 9_223_372_036_854_775_807n },
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
          {
            Put: {
              TableName: 'items',
              Item: {
                ...key,
                list: [1, 'two', { three: null, four: [true, 0.5] }],
                set: new Set(['x', 'y']),
                bytes: new Uint8Array([0, 255]),
              },
            },
          },
        ],
      }),
  ),
];

// A bundle has only what functions import of Node's modules.
const { inspect } = process.getBuiltinModule('node:util');

/** What is seen of an answer, in one spelling. */
const shown = (value: unknown): string =>
  inspect(value, { depth: 9, sorted: true, breakLength: 1 });

const whatBecomesOf = async (answer: Promise<unknown>): Promise<string> => {
  try {
    return shown(await answer);
  } catch (thrown) {
    const { name, message, $metadata, $fault, CancellationReasons } = thrown as Record<
      string,
      unknown
    >;
    const isOfService = thrown instanceof DynamoDBServiceException;
    const failure = classify(thrown);
    return shown({ name, message, $metadata, $fault, CancellationReasons, isOfService, failure });
  }
};

const endpointBy = (find: () => unknown): string => {
  try {
    return shown(find());
  } catch (error) {
    return String(error);
  }
};

export async function probe({ errors, regions }: Task): Promise<Record<string, string[]>> {
  const { client } = connect();
  const answers: string[] = [];
  for (const command of commands())
    answers.push(await whatBecomesOf(client.send(command as GetCommand)));

  const failures: string[] = [];
  for (const name of errors)
    failures.push(
      await whatBecomesOf(client.send(new GetCommand({ TableName: `error ${name}`, Key: key }))),
    );

  const retried: string[] = [];
  for (const trouble of ['fails twice', 'is throttled', 'is of another time']) {
    const patient = new DynamoDBClient({ maxAttempts: 3 });
    const get = new GetItemCommand({ TableName: trouble, Key: { id: { S: '1' } } });
    for (let time = 0; time < 2; time++) retried.push(await whatBecomesOf(patient.send(get)));
  }

  const endpoints = regions.flatMap((Region) => {
    const plain = { Region, UseFIPS: false, UseDualStack: false };
    const special = [
      { ...plain, UseFIPS: true },
      { ...plain, UseDualStack: true },
    ];
    const { config: dynamodb } = new DynamoDBClient({ region: Region });
    const { config: events } = new EventBridgeClient({ region: Region });
    const { config: secrets } = new SecretsManagerClient({ region: Region });
    return [
      endpointBy(() => dynamodb.endpointProvider({ ...plain, AccountIdEndpointMode: 'preferred' })),
      ...[plain, ...special].flatMap((parameters) => [
        endpointBy(() => events.endpointProvider(parameters)),
        endpointBy(() => secrets.endpointProvider(parameters)),
      ]),
    ];
  });
  return { answers, failures, retried, endpoints };
}

/** What becomes of a single request. */
export const request = (): Promise<string> =>
  whatBecomesOf(connect().client.send(new GetCommand({ TableName: 'items', Key: key })));
