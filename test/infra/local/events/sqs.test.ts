/** From `POST /_local/events` through the rule to the queue, its function and dead letters. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { localClient } from '../../../../infra/local/database/create-tables.ts';
import { startEngine } from '../../../../infra/local/database/engine.ts';
import type { LocalEvents } from '../../../../infra/local/template/local-stack.ts';
import { type Bundles, type BundlesOptions, startBundles } from '../../../support/bundles.ts';

let bundles: Bundles;
afterEach(() => bundles.stop());

/** Reports what it was handed, and fails what says so: `fail` times each message, or for good. */
const CODE = `
  const seen = {};
  export const handler = async ({ Records }) => {
    console.info(Records);
    const failed = [];
    for (const { messageId, body } of Records) {
      const { detail } = JSON.parse(body);
      seen[messageId] = (seen[messageId] ?? 0) + 1;
      if (detail.crash && seen[messageId] === 1) throw new Error('the whole batch');
      if (detail.wrong && seen[messageId] === 1) failed.push('nobody');
      if (seen[messageId] <= (detail.fail ?? 0)) failed.push(messageId);
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };`;

type Mapping = LocalEvents['queueMappings'][0];

async function start(
  more: Partial<Mapping> = {},
  { code = CODE, database }: { code?: string; database?: BundlesOptions['database'] } = {},
): Promise<void> {
  const pattern = { 'detail-type': ['paid', 'unpaid'] };
  const to = { source: 'Waiting', functionName: 'Consume' };
  const mapping = { ...to, batchSize: 10, reportsFailures: true };
  bundles = await startBundles({
    poolSize: 1,
    functions: { Consume: { code } },
    ...(database && { database }),
    events: {
      rules: [{ name: 'Rule', bus: 'billing', pattern, queues: ['Waiting'] }],
      queues: [
        { name: 'Waiting', arn: 'arn:aws:sqs:queue', maxReceiveCount: 3, deadLetters: 'Dead' },
        { name: 'Dead', arn: 'arn:aws:sqs:dead' },
      ],
      queueMappings: [{ ...mapping, ...more }],
    },
  });
}

const post = async (body: string, query = '?wait=true') => {
  const url = `${bundles.gateway.url}/_local/events${query}`;
  const response = await fetch(url, { method: 'POST', body });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
};
const paid = (detail: object = {}) => JSON.stringify({ 'detail-type': 'paid', detail });
type SqsRecord = { messageId: string; body: string; attributes: Record<string, string> };
const batches = (): SqsRecord[][] =>
  bundles.logs
    .map((line) => JSON.parse(line))
    .filter(({ level }) => level === 'INFO')
    .map(({ message }) => message);
const deadLetters = async () => {
  const response = await fetch(`${bundles.gateway.url}/_local/dead-letters`);
  return ((await response.json()) as { items: { queue: string; body: string }[] }).items;
};

describe('an event', () => {
  test('arrives as EventBridge and SQS hand it over', async () => {
    await start();
    const event = '{"detail-type":"paid","id":"e1","time":"2026-11-22T10:00:00Z","detail":{"a":1}}';
    expect(await post(event)).toEqual({ status: 202, json: { event_ids: ['e1'] } });
    const [record] = batches()[0] as [SqsRecord];
    expect(record).toEqual({
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: expect.any(String),
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: 'local',
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {},
      md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:queue',
      awsRegion: 'us-east-1',
    });
    expect(JSON.parse(record.body)).toEqual({
      version: '0',
      id: 'e1',
      'detail-type': 'paid',
      source: 'local',
      account: '000000000000',
      time: '2026-11-22T10:00:00Z',
      region: 'us-east-1',
      resources: [],
      detail: { a: 1 },
    });
  });

  test('gets an id and the time when it has none', async () => {
    await start();
    const { json } = await post(paid());
    const body = JSON.parse(batches()[0]?.[0]?.body ?? '');
    expect([body.id]).toEqual(json.event_ids);
    expect(body.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  test('keeps its numbers as they were written', async () => {
    await start();
    const list = '[9223372036854775807,9007199254740993,9007199254740991.4,25e6,1e400,-0]';
    await post(`{"detail-type":"paid","detail":{"list":[{"amounts":${list}}]}}`);
    expect(batches()[0]?.[0]?.body).toContain(`{"list":[{"amounts":${list}}]}`);
  });

  test('that no rule wants goes nowhere', async () => {
    await start();
    const { status, json } = await post('{"detail-type":"lost","detail":{}}');
    expect(status).toBe(202);
    expect(batches()).toEqual([]);
    expect(bundles.announced).toEqual([`no rule wants lost ${(json.event_ids as string[])[0]}`]);
  });

  test.each([
    '',
    '[',
    '7',
    'null',
    '{}',
    '{"detail-type":"paid"}',
    '{"detail-type":"paid","detail":[]}',
    '{"detail-type":"paid","detail":7}',
    '{"detail-type":"","detail":{}}',
    '{"detail-type":"paid","detail":{},"time":"soon"}',
    '[{"detail-type":"paid","detail":{}},7]',
  ])('%s is refused, and nothing of it is delivered', async (body) => {
    await start();
    expect((await post(body)).status).toBe(400);
    expect(batches()).toEqual([]);
  });
});

describe('many events', () => {
  test('come in batches of the mapping’s size', async () => {
    await start({ batchSize: 4 });
    await post(`[${Array.from({ length: 10 }, () => paid()).join()}]`);
    expect(batches().map(({ length }) => length)).toEqual([4, 4, 2]);
  });

  test('are delivered without being waited for', async () => {
    await start();
    expect((await post(paid(), '')).status).toBe(202);
    while (batches().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test('of which one fails: that one alone comes again, until it succeeds', async () => {
    await start();
    await post(`[${paid()},${paid({ fail: 2 })},${paid()}]`);
    expect(batches().map(({ length }) => length)).toEqual([3, 1, 1]);
    const counts = batches().map((batch) => batch[0]?.attributes.ApproximateReceiveCount);
    expect(counts).toEqual(['1', '2', '3']);
    expect(await deadLetters()).toEqual([]);
  });

  test('of which one never succeeds: it ends in the dead-letter queue', async () => {
    await start();
    await post(`[${paid({ fail: 99, n: 7 })},${paid()}]`);
    expect(batches().map(({ length }) => length)).toEqual([2, 1, 1]);
    const id = batches()[2]?.[0]?.messageId;
    expect(await deadLetters()).toEqual([
      { queue: 'Dead', id, body: expect.stringContaining('"n":7') },
    ]);
    expect(bundles.announced).toEqual([`dead letter ${id} in Dead`]);
  });

  test.each(['crash', 'wrong'])('all come again when the function says %s', async (how) => {
    await start();
    await post(`[${paid()},${paid({ [how]: true })}]`);
    expect(batches()[0]).toHaveLength(2);
    // Together, or one after the other.
    const counts = batches().flatMap((batch) => batch.map(({ attributes }) => attributes));
    expect(counts.map((each) => each.ApproximateReceiveCount)).toEqual(['1', '1', '2', '2']);
  });

  test('a mapping without failure reports takes every result for success', async () => {
    await start({ reportsFailures: false });
    await post(paid({ fail: 99 }));
    expect(batches()).toHaveLength(1);
    expect(await deadLetters()).toEqual([]);
  });
});

describe('what was accepted before a stop', () => {
  const HANGS = 'export const handler = () => new Promise(() => console.info("at work"));';
  let engine: Awaited<ReturnType<typeof startEngine>>;
  let database: { endpoint: string; client: ReturnType<typeof localClient> };
  beforeAll(async () => {
    engine = await startEngine();
    database = { endpoint: engine.endpoint, client: localClient(engine.endpoint) };
  });
  afterAll(async () => {
    database.client.destroy();
    await engine.stop();
  });

  /** The stop of this test; afterEach has its own. */
  const again = async (code = CODE) => {
    await bundles.stop();
    await start({}, { code, database });
  };

  test('is delivered after the next start, what was under way and what waited, in its order', async () => {
    await start({ batchSize: 1 }, { code: HANGS, database });
    const events = [1, 2, 3, 4].map((n) => paid({ n })).join();
    expect((await post(`[${events}]`, '')).status).toBe(202);
    await again();
    while (batches().flat().length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(
      batches()
        .flat()
        .map(({ body }) => JSON.parse(body).detail.n),
    ).toEqual([1, 2, 3, 4]);
  });

  test('is delivered once when it was processed', async () => {
    await start({}, { database });
    await post(paid());
    await again();
    await post(paid({ n: 5 }));
    expect(
      batches()
        .flat()
        .map(({ body }) => JSON.parse(body).detail),
    ).toEqual([{ n: 5 }]);
  });

  test('stays a dead letter when it was one', async () => {
    await start({}, { database });
    await post(paid({ fail: 3 }));
    const letters = await deadLetters();
    expect(letters).toHaveLength(1);
    await again();
    expect(await deadLetters()).toEqual(letters);
    expect(batches()).toEqual([]);
  });

  test('is kept also as the largest dead letter, most of which has to be escaped', async () => {
    await start({}, { database });
    expect((await post(paid({ fail: 3, pad: '"'.repeat(130_000) }))).status).toBe(202);
    const letters = await deadLetters();
    await again();
    expect(await deadLetters()).toEqual(letters);
  });
});

test('an event that is too large to be kept is refused, whatever it is written in', async () => {
  await start();
  const refused = {
    error: 'invalid_args',
    message: expect.stringMatching(/ at most 256 KiB/),
  };
  const large = paid({ pad: 'é'.repeat(131_072) });
  expect(await post(large)).toEqual({ status: 400, json: refused });
  expect(await post(`[${paid()},${large}]`)).toEqual({ status: 400, json: refused });
  expect(batches()).toEqual([]);
});

test('a dead letter for which there is no database ends nothing', async () => {
  const engine = await startEngine();
  const client = localClient(engine.endpoint);
  const code = `export const handler = async () => {
    console.info('at work');
    await new Promise((resolve) => setTimeout(resolve, 300));
    throw new Error('always');
  };`;
  await start({}, { code, database: { endpoint: engine.endpoint, client } });
  expect((await post(paid(), '')).status).toBe(202);
  while (batches().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await engine.stop();
  while ((await deadLetters()).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await deadLetters()).toEqual([expect.objectContaining({ queue: 'Dead' })]);
  client.destroy();
});

test('an event that cannot be kept is not accepted', async () => {
  const engine = await startEngine();
  const client = localClient(engine.endpoint);
  await start({}, { database: { endpoint: engine.endpoint, client } });
  await engine.stop();
  expect((await post(paid(), '')).status).toBe(500);
  client.destroy();
});
