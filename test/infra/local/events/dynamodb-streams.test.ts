/** A table's changes on their way to a function and, from there, onto a bus. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { localClient } from '../../../../infra/local/database/create-tables.ts';
import { type Engine, startEngine } from '../../../../infra/local/database/engine.ts';
import type { LocalMapping } from '../../../../infra/local/template/local-stack.ts';
import { type Bundles, startBundles } from '../../../support/bundles.ts';

let engine: Engine;
let client: ReturnType<typeof localClient>;
let table: string;
let tables = 0;
beforeAll(async () => {
  engine = await startEngine();
  client = localClient(engine.endpoint);
});
afterAll(async () => {
  client.destroy();
  await engine.stop();
});

let bundles: Bundles;
afterEach(() => bundles.stop());

const createTable = async (stream: boolean) => {
  table = `Things${++tables}`;
  const key = { AttributeName: 'id', AttributeType: 'S' } as const;
  const create: CreateTableCommandInput = {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [key],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  };
  const StreamSpecification = {
    StreamEnabled: true,
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  } as const;
  await client.send(new CreateTableCommand({ ...create, ...(stream && { StreamSpecification }) }));
};

const put = (n: bigint, more: Record<string, { S: string }> = {}) => {
  const Item = { id: { S: 'a' }, n: { N: String(n) }, ...more };
  return client.send(new PutItemCommand({ TableName: table, Item }));
};

async function start(code: string, more: Partial<LocalMapping> = {}): Promise<void> {
  const to = { source: table, functionName: 'Publish', deadLetters: 'Dead' };
  const mapping = { ...to, batchSize: 10, reportsFailures: true, ...more };
  bundles = await startBundles({
    poolSize: 1,
    functions: { Publish: { code } },
    database: { endpoint: engine.endpoint, client },
    events: { buses: ['payouts'], streamMappings: [mapping] },
  });
}

const local = async (path: string) =>
  (await (await fetch(`${bundles.gateway.url}/_local/${path}`)).json()) as { items: never[] };

async function until<Value>(
  found: () => Promise<Value> | Value,
  good: (value: Value) => boolean,
): Promise<Value> {
  for (;;) {
    const value = await found();
    if (good(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Speaks the protocol that EventBridge's client speaks. */
const PUBLISH = `
  const put = (Entries) => fetch(process.env.AWS_ENDPOINT_URL_EVENTBRIDGE, {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSEvents.PutEvents', 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ Entries }),
  }).then((response) => response.json());
  const entry = (n) =>
    ({ Source: 'things', DetailType: 'thing.changed', Detail: '{"n":' + n + '}', EventBusName: 'payouts' });`;

describe('a function on a stream', () => {
  /** What it logs of a record: the value of `n`. */
  const NUMBERS =
    'export const handler = async ({ Records }) => Records.forEach((record) => console.info(record.dynamodb.NewImage.n.N));';
  /** How far the stream of this table was read. */
  const places = async () => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: 'LocalEvents' }));
    return Items.filter(({ place }) => place?.S?.includes(`table/${table}/stream`)).map(
      ({ text }) => text?.S,
    );
  };
  const numbers = () => bundles.logs.map((line) => JSON.parse(line).message);

  test('goes on after a stop with the first record that it has not processed', async () => {
    await createTable(true);
    await start(NUMBERS);
    await put(1n);
    await put(2n);
    await until(numbers, ({ length }) => length === 2);
    // Between its work and the note of it a record may come twice; this is about after the note.
    await until(places, (kept) => kept.includes('2'));
    await bundles.stop();
    await put(3n);
    await start(NUMBERS);
    await put(4n);
    expect(await until(numbers, ({ length }) => length >= 2)).toEqual(['3', '4']);
  });

  test('gets a record again that was under way at the stop', async () => {
    await createTable(true);
    await start('export const handler = (event) => new Promise(() => console.info(event));');
    await put(1n);
    await until(
      () => bundles.logs,
      ({ length }) => length > 0,
    );
    await bundles.stop();
    await start(NUMBERS);
    expect(await until(numbers, ({ length }) => length > 0)).toEqual(['1']);
  });

  test('begins with the oldest record', async () => {
    await createTable(true);
    await put(1n);
    await start(NUMBERS);
    expect(await until(numbers, ({ length }) => length > 0)).toEqual(['1']);
  });

  test('gets the records as Lambda hands them over', async () => {
    await createTable(true);
    await put(1n);
    await put(2n);
    await start('export const handler = async (event) => void console.info(event);');
    const logs = () => bundles.logs;
    const [line] = await until(logs, ({ length }) => length > 0);
    expect(JSON.parse(line as string).message).toEqual({
      Records: [
        expect.objectContaining({ eventName: 'INSERT' }),
        {
          eventID: expect.any(String),
          eventName: 'MODIFY',
          eventVersion: '1.1',
          eventSource: 'aws:dynamodb',
          awsRegion: 'us-east-1',
          dynamodb: {
            ApproximateCreationDateTime: expect.any(Number),
            Keys: { id: { S: 'a' } },
            OldImage: { id: { S: 'a' }, n: { N: '1' } },
            NewImage: { id: { S: 'a' }, n: { N: '2' } },
            SequenceNumber: expect.any(String),
            SizeBytes: expect.any(Number),
            StreamViewType: 'NEW_AND_OLD_IMAGES',
          },
          eventSourceARN: expect.stringContaining(`table/${table}/stream/`),
        },
      ],
    });
  });

  test('publishes in order, and again from the first that failed', async () => {
    await createTable(true);
    await start(`${PUBLISH}
      let failures = 0;
      export const handler = async ({ Records }) => {
        for (const { dynamodb } of Records) {
          const n = Number(dynamodb.NewImage.n.N);
          if (n % 4 === 0 && failures++ % 2 === 0)
            return { batchItemFailures: [{ itemIdentifier: dynamodb.SequenceNumber }] };
          await put([entry(dynamodb.NewImage.n.N)]);
        }
        return { batchItemFailures: [] };
      };`);
    for (let n = 1n; n <= 12n; n++) await put(n);
    const published = () => local('published-events');
    const { items } = await until(published, ({ items: { length } }) => length >= 12);
    expect(items.map(({ detail }: { detail: { n: number } }) => detail.n)).toEqual(
      Array.from({ length: 12 }, (_each, index) => index + 1),
    );
  });

  test('gets the whole batch again when it crashes', async () => {
    await createTable(true);
    await start(
      "let calls = 0; export const handler = async ({ Records }) => { console.info(Records.length); if (++calls === 1) throw new Error('once'); };",
    );
    await put(1n);
    const counts = () =>
      bundles.logs.map((line) => JSON.parse(line).message).filter(Number.isInteger);
    expect(await until(counts, ({ length }) => length === 2)).toEqual([1, 1]);
  });

  test('a record that never succeeds is given up, and those behind it go on', async () => {
    await createTable(true);
    await start(
      `export const handler = async ({ Records }) => {
        for (const { dynamodb } of Records) {
          if (dynamodb.NewImage.bad) return { batchItemFailures: [{ itemIdentifier: dynamodb.SequenceNumber }] };
          console.info('done ' + dynamodb.NewImage.n.N);
        }
        return { batchItemFailures: [] };
      };`,
      { retries: 1 },
    );
    await put(1n);
    await put(2n, { bad: { S: 'yes' } });
    await put(3n);
    const done = () =>
      bundles.logs.map((line) => JSON.parse(line).message).filter((text) => /^done/.test(text));
    expect(await until(done, ({ length }) => length === 2)).toEqual(['done 1', 'done 3']);
    const { items } = await local('dead-letters');
    expect(items).toEqual([
      { queue: 'Dead', id: expect.any(String), body: expect.stringContaining('"n":{"N":"2"}') },
    ]);
  });

  test('is left out, with a line that says so, where the table has no stream', async () => {
    await createTable(false);
    await start('export const handler = async () => {};');
    expect(bundles.announced).toEqual([
      `The table ${table} at ${engine.endpoint} has no stream, so Publish is not run here.`,
    ]);
    expect((await local('published-events')).items).toEqual([]);
  });
});

describe('the local EventBridge', () => {
  const answerTo = async (entries: string) => {
    await createTable(false);
    await start(`${PUBLISH} export const handler = () => put(${entries});`);
    const outcome = await bundles.runtime.invoke('Publish', {});
    return outcome.type === 'result' && JSON.parse(outcome.payload);
  };

  test('keeps an event with its numbers as they were, and says so in one line', async () => {
    const answer = await answerTo("[entry('9223372036854775807')]");
    const id = answer.Entries[0].EventId;
    expect(answer).toEqual({ FailedEntryCount: 0, Entries: [{ EventId: id }] });
    expect(bundles.announced.slice(1)).toEqual([
      `event thing.changed ${id} {"n":9223372036854775807}`,
    ]);
    const response = await fetch(`${bundles.gateway.url}/_local/published-events`);
    expect(await response.text()).toMatch(
      /^\{"items":\[\{"id":"[0-9a-f-]{36}","bus":"payouts","detail-type":"thing.changed","source":"things","accepted_at":"[^"]+","detail":\{"n":9223372036854775807\}\}\]\}$/,
    );
  });

  test.each([
    ["[entry(1), { ...entry(2), EventBusName: 'other' }]", 'ResourceNotFoundException'],
    ["[entry(1), { ...entry(2), Detail: 'text' }]", 'MalformedDetail'],
    ["[entry(1), { ...entry(2), Detail: '[]' }]", 'MalformedDetail'],
    ["[entry(1), { ...entry(2), DetailType: '' }]", 'InvalidArgument'],
  ])('%s: only the second fails', async (entries, code) => {
    const { FailedEntryCount, Entries } = await answerTo(entries);
    expect([FailedEntryCount, Entries[1].ErrorCode]).toEqual([1, code]);
    expect((await local('published-events')).items).toHaveLength(1);
  });

  test.each(['[]', 'Array.from({ length: 11 }, entry)'])('%s is refused', async (entries) =>
    expect((await answerTo(entries)).__type).toBe('ValidationException'),
  );
});
