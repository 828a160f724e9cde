import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { createTables, localClient } from '../../../../infra/local/database/create-tables.ts';
import {
  type Engine,
  findEngine,
  freePort,
  startEngine,
} from '../../../../infra/local/database/engine.ts';
import { openDatabase, serveStack } from '../../../../infra/local/service.ts';
import { readAssembly } from '../../../../infra/local/template/read-assembly.ts';
import { faults, startFaultProxy } from '../../../support/fault-proxy.ts';
import { gone } from '../../../support/processes.ts';

const stack = readAssembly(inject('assembly'));
const item = { user_id: { S: 'u' }, available_micro: { N: '9007199254740993' } };
const put = new PutItemCommand({ TableName: 'AccountsTable', Item: item });
const get = new GetItemCommand({ TableName: 'AccountsTable', Key: { user_id: { S: 'u' } } });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the template’s tables exist with their indexes and expiry', async () => {
  await using database = await openDatabase(stack, {});
  const payouts = new DescribeTableCommand({ TableName: 'PayoutsTable' });
  const { Table } = await database.client.send(payouts);
  const indexes = Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName);
  expect(indexes?.toSorted()).toEqual(['looks', 'queue']);
  const sessions = new DescribeTimeToLiveCommand({ TableName: 'SessionsTable' });
  const { TimeToLiveDescription } = await database.client.send(sessions);
  expect(TimeToLiveDescription).toMatchObject({
    AttributeName: 'expires_at',
    TimeToLiveStatus: 'ENABLED',
  });
});

test('tables that exist are left alone, with what is in them', async () => {
  await using database = await openDatabase(stack, {});
  await database.client.send(put);
  await createTables(database.client, stack.tables);
  expect((await database.client.send(get)).Item).toEqual(item);
});

test('a data file outlives the engine', async () => {
  const dataFile = join(folder, 'kept.db');
  {
    await using database = await openDatabase(stack, { dataFile });
    await database.client.send(put);
  }
  await using database = await openDatabase(stack, { dataFile });
  expect((await database.client.send(get)).Item).toEqual(item);
});

test('an engine that is there already is used and not ended', async () => {
  const engine = await startEngine();
  {
    await using database = await openDatabase(stack, { endpoint: engine.endpoint });
    expect(database.endpoint).toBe(engine.endpoint);
  }
  expect((await fetch(engine.endpoint)).status).toBe(200);
  await engine.stop();
  await expect(fetch(engine.endpoint)).rejects.toThrow();
});

test('many at once get an engine each', async () => {
  const engines: Engine[] = await Promise.all(Array.from({ length: 4 }, () => startEngine()));
  expect(new Set(engines.map(({ endpoint }) => endpoint)).size).toBe(4);
  await Promise.all(engines.map((engine) => engine.stop()));
});

test('an endpoint where nothing answers is one sentence', async () => {
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  for (const address of [endpoint, 'nonsense'])
    await expect(openDatabase(stack, { endpoint: address })).rejects.toThrow(
      `Nothing answers at DYNAMODB_ENDPOINT (${address}).`,
    );
});

test('an engine without streams serves all the rest, and one line says what is missing', async () => {
  const engine = await startEngine();
  const proxy = await startFaultProxy(engine.endpoint);
  proxy.script('CreateTable', [], (exchange) =>
    exchange.request.StreamSpecification === undefined
      ? faults.none(exchange)
      : faults.invalid(exchange),
  );
  const lines: string[] = [];
  await createTables(localClient(proxy.url), stack.tables);
  {
    await using database = await openDatabase(stack, { endpoint: engine.endpoint });
    const announce = (line: string) => lines.push(line);
    const options = { database, log: () => {}, announce, streams: true };
    await using service = await serveStack(stack, options);
    const session = `${service.gateway.url}/_local/session`;
    expect((await fetch(session, { method: 'POST' })).status).toBe(201);
  }
  expect(lines).toEqual([
    `The table PayoutsTable at ${engine.endpoint} has no stream, so PublishPayoutEvents is not run here.`,
  ]);
  await proxy.close();
  await engine.stop();
});

test('something that is no DynamoDB is one sentence too', async () => {
  const server = createServer((_request, response) => response.writeHead(404).end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  const opening = openDatabase(stack, { endpoint: `http://127.0.0.1:${port}` });
  await expect(opening).rejects.toThrow(
    /The table \w+ could not be created at http:\/\/127\.0\.0\.1:\d+: /,
  );
  server.close();
});

test('a platform without a packaged engine takes the one on the PATH', () => {
  writeFileSync(join(folder, 'dynoxide'), '');
  expect(findEngine('plan9-mips', `/nowhere:${folder}`)).toBe(join(folder, 'dynoxide'));
});

test('without any engine the sentence names DYNAMODB_ENDPOINT', () =>
  expect(() => findEngine('plan9-mips', '/nowhere')).toThrow(
    /no DynamoDB engine for plan9-mips.*DYNAMODB_ENDPOINT/,
  ));

test('an engine that does not run is one sentence with what it said', async () => {
  const binary = join(folder, 'broken');
  writeFileSync(binary, '#!/bin/sh\necho no such luck >&2; exit 3\n', { mode: 0o755 });
  await expect(startEngine({ binary })).rejects.toThrow(
    `engine (${binary}) did not start: no such luck.`,
  );
});

test('DYNAMODB_ENGINE names another program to start in its place', async () => {
  const other = join(folder, 'other');
  writeFileSync(other, '#!/bin/sh\necho "$1 $2" >&2; exit 3\n', { mode: 0o755 });
  vi.stubEnv('DYNAMODB_ENGINE', other);
  try {
    await expect(startEngine()).rejects.toThrow(`engine (${other}) did not start: serve --host.`);
  } finally {
    vi.unstubAllEnvs();
  }
});

test('the engine ends with its owner, even when that is killed', async () => {
  const module = join(import.meta.dirname, '../../../../infra/local/database/engine.ts');
  const code = `const { startEngine } = await import(${JSON.stringify(module)});
    console.log((await startEngine()).endpoint);`;
  const owner = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(owner.stdout, 'data');
  const endpoint = String(line).trim();
  expect((await fetch(endpoint)).status).toBe(200);
  owner.kill('SIGKILL');
  await gone(endpoint);
});
