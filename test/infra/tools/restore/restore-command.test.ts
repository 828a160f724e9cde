/** The command line of `npm run restore`: where the tables are, how it is stopped, and what it says. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { localClient } from '../../../../infra/local/database/create-tables.ts';
import { readAssembly } from '../../../../infra/local/template/read-assembly.ts';
import { TABLE_NAMES } from '../../../../lib/config.ts';
import { tables } from '../../../support/backdoor.ts';
import { useDatabase } from '../../../support/database.ts';
import { stubAws } from '../../../support/environment.ts';
import { faults, startFaultProxy } from '../../../support/fault-proxy.ts';
import { account, putAll, reward } from '../../../support/histories.ts';
import { run } from '../../../support/processes.ts';
import { restoreBeside, SUFFIX } from '../../../support/restored-tables.ts';
import { USER_ID } from '../../../support/samples.ts';
import { startCloudFormation } from '../cloud-formation.ts';
import { command } from './restore-drill.ts';

describe('the command', () => {
  const database = useDatabase();
  const stack = () => readAssembly(inject('assembly')).tables;
  const USERS = 100;
  const users = Array.from({ length: USERS }, () => randomUUID()).sort() as [
    string,
    string,
    ...string[],
  ];
  const balance = { available_micro: 5n, lifetime_micro: 5n };
  const accounts = () => users.map((user_id) => account(user_id, balance));
  const rewards = () => users.map((user_id) => reward(user_id, 'r', 'available', 5n));

  /** Everybody is in the backup, and nobody is live. */
  const loseAll = async () => {
    const client = localClient(database.url);
    await putAll(
      DynamoDBDocumentClient.from(client),
      { table: tables.Accounts + SUFFIX, items: accounts() },
      { table: tables.Rewards + SUFFIX, items: rewards() },
    );
    client.destroy();
  };
  beforeAll(async () => {
    await restoreBeside(database.url, stack());
    await loseAll();
  });

  const here = (...args: string[]) => [
    ...['--from-suffix', SUFFIX, '--endpoint', database.url, ...args],
  ];

  test('can be stopped, says where, and goes on when it is repeated', async () => {
    const all = here('--all', '--apply');
    const { child, until, output, errors, exitCode } = run('infra/tools/restore/main.ts', all);
    await until(/restored/);
    child.kill('SIGINT');
    expect(await exitCode).toBe(1);
    const [, done] = /^(\d+) users looked at: \d+ restored$/m.exec(output()) ?? [];
    expect(Number(done)).toBeGreaterThan(0);
    expect(Number(done)).toBeLessThan(USERS);
    const last = users[Number(done) - 1];
    expect(errors()).toContain(
      `Stopped after ${done} of ${USERS} users: --after ${last} goes on there.`,
    );

    const rest = await command(here('--all', '--after', last ?? ''));
    expect(rest.output).toContain(`${USERS - Number(done)} users looked at: `);
    const again = await command(all);
    expect(again.code).toBe(0);
    expect(again.output).toContain(`${USERS} users looked at: ${done} in order, `);
    expect(await command(all)).toMatchObject({
      output: `${USERS} users looked at: ${USERS} in order`,
    });
  });

  describe('of a stage', () => {
    const live = (name: string) => `ReferralPayouts-production-${name}Table-1A2B3C`;
    const outputs = Object.fromEntries(
      TABLE_NAMES.map((name) => [`${name}TableName`, live(name)] as const),
    );
    const deployed = async (
      stack: Parameters<typeof startCloudFormation>[1],
      ...args: string[]
    ) => {
      const { env } = await startCloudFormation('ReferralPayouts-production', stack);
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      stubAws('DYNAMODB', database.url);
      onTestFinished(() => void vi.unstubAllEnvs());
      return command(['--stage', 'production', '--from-suffix', 'r1', '--all', ...args]);
    };

    test('finds the tables by its stack', async () => {
      const client = localClient(database.url);
      onTestFinished(() => client.destroy());
      const create = async (suffix: string) => {
        for (const { name, input } of stack()) {
          const TableName = live(name.replace(/Table$/, '')) + suffix;
          await client.send(new CreateTableCommand({ ...input, TableName }));
        }
      };
      await create('');
      expect((await deployed({ outputs })).errors).toMatch(
        /^The table ReferralPayouts-production-AccountsTable-1A2B3Cr1 cannot be read: /,
      );
      await create('r1');
      expect(await deployed({ outputs })).toMatchObject({
        code: 0,
        output: '0 users looked at\nNothing was written. To write it, add --apply.',
      });
    });

    test('touches no other account’s, and none of a stage that there is not', async () => {
      expect(await deployed({ outputs, account: '999900001111' })).toEqual({
        code: 1,
        output: '',
        errors:
          'These credentials are of the account 999900001111; the stage production is in 111122223333.',
      });
      const { code, errors } = await command(['--stage', 'prod', '--from-suffix', 'r1', '--all']);
      expect({ code, errors }).toEqual({
        code: 1,
        errors: 'There is no stage "prod": infra/stages.ts has personal, production.',
      });
    });
  });

  test('knows the engine of npm start from the environment, and events from standard input', async () => {
    const one = ['--from-suffix', SUFFIX, '--user', users[0].toUpperCase(), '--events', '-'];
    expect(await command(one, { DYNAMODB_ENDPOINT: database.url })).toMatchObject({ code: 0 });
    expect(await command(one, { DYNAMODB_ENDPOINT: database.url }, '{}')).toMatchObject({
      code: 1,
      errors: 'The events cannot be used, line 1: malformed: detail-type.',
    });
  });

  test('says in a sentence what it lacks', async () => {
    const missing = here('--all', '--events', '/nowhere/at/all');
    expect((await command(missing)).errors).toMatch(/^The events cannot be read: ENOENT/);
    const [, , ...rest] = here('--all');
    expect((await command(['--from-suffix', '.other', ...rest])).errors).toMatch(
      /^The table AccountsTable\.other cannot be read: /,
    );
  });

  test('keeps what newer code has written, whatever its type, and says nothing else', async () => {
    const user_id = randomUUID();
    const more = {
      text: { S: 'a\u0000b' },
      fraction: { N: '1.5' },
      long: { N: '12345678901234567890123456789012345678' },
      bytes: { B: Uint8Array.of(0, 255) },
      nothing: { NULL: true },
      flag: { BOOL: false },
      texts: { SS: ['a', 'b'] },
      numbers: { NS: ['1', '12345678901234567890123456789', '2.5'] },
      blobs: { BS: [Uint8Array.of(1), Uint8Array.of(2)] },
      deep: { M: { list: { L: [{ N: '0.1' }, { M: {} }, { S: '' }] } } },
    };
    const client = localClient(database.url);
    onTestFinished(() => client.destroy());
    const put = async (TableName: string, item: Record<string, unknown>, also = {}) =>
      client.send(
        new PutItemCommand({
          TableName,
          Item: { ...marshall(item), ...more, ...also },
        }),
      );
    const of = { user_id: { S: user_id } };
    const get = async (TableName: string, key = {}) =>
      (await client.send(new GetItemCommand({ TableName, Key: { ...of, ...key } }))).Item;
    await put(tables.Accounts + SUFFIX, account(user_id, balance));
    await put(tables.Rewards + SUFFIX, reward(user_id, 'r', 'available', 5n));
    const rewards = await get(tables.Rewards + SUFFIX, { reward_id: { S: 'r' } });
    const backup = await get(tables.Accounts + SUFFIX);

    for (const damage of [undefined, { status: { S: 'damaged' } }]) {
      if (damage) await put(tables.Rewards, reward(user_id, 'r', 'available', 5n), damage);
      const { exitCode, output, errors } = run(
        'infra/tools/restore/main.ts',
        here('--user', user_id, '--apply'),
      );
      expect(await exitCode).toBe(0);
      expect(errors()).toBe('');
      expect(output()).toMatch(/^[^{]*1 users looked at: 1 restored\n$/);
      expect(await get(tables.Rewards, { reward_id: { S: 'r' } })).toEqual(rewards);
      const {
        version: _,
        restored_by: __,
        frozen,
        freeze_mark: ___,
        ...restored
      } = (await get(tables.Accounts)) ?? {};
      const { version: ____, ...expected } = backup ?? {};
      expect(restored).toEqual(expected);
      expect(frozen).toMatchObject({ M: { by: { S: 'restored' } } });
    }
  });

  describe('asks DynamoDB where the tables beside the live ones are from', () => {
    const SECOND = 1_772_323_200;
    const summaries = (from: string, at: (name: string) => number) => (name: string) => ({
      SourceTableArn: `arn:aws:dynamodb:us-east-1:000000000000:table/${from}${name}`,
      RestoreDateTime: at(name),
      RestoreInProgress: false,
    });
    /** As AWS says it, which the engine does not. */
    async function restoring(summaryOf: (name: string) => object) {
      const server = createServer(async (incoming, outgoing) => {
        const body = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>));
        const headers = incoming.headers as Record<string, string>;
        const { host: _, connection: __, 'content-length': ___, ...rest } = headers;
        const answer = await fetch(database.url, { method: 'POST', headers: rest, body });
        const said = (await answer.json()) as { Table?: Record<string, unknown> };
        const { Table } = said;
        if (Table) {
          const name = String(Table.TableName).replace(SUFFIX, '');
          Table.TableArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${Table.TableName}`;
          if (name !== Table.TableName) Table.RestoreSummary = summaryOf(name);
        }
        outgoing.writeHead(answer.status).end(JSON.stringify(said));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      onTestFinished(() => void server.close().closeAllConnections());
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      return command(['--from-suffix', SUFFIX, '--endpoint', url, '--user', USER_ID]);
    }

    test('and says of which second they are', async () =>
      expect(await restoring(summaries('', () => SECOND))).toMatchObject({
        code: 0,
        errors: 'The backup is of 2026-03-01T00:00:00.000Z.',
      }));

    test('and takes none of another stage', async () =>
      expect(await restoring(summaries('Other', () => SECOND))).toEqual({
        code: 1,
        output: '',
        errors:
          'The table AccountsTable.restored was restored from arn:aws:dynamodb:us-east-1:000000000000:table/OtherAccountsTable, ' +
          'not from arn:aws:dynamodb:us-east-1:000000000000:table/AccountsTable.',
      }));

    test('and takes none that an earlier restore has left among them', async () => {
      const late = (name: string) => SECOND + (name === 'PayoutsTable' ? -86_400 : 0);
      expect(await restoring(summaries('', late))).toEqual({
        code: 1,
        output: '',
        errors:
          'The tables were not restored to the same second: 2026-03-01T00:00:00.000Z, 2026-02-28T00:00:00.000Z.',
      });
    });
  });

  test('fails for a user whose writes fail, and goes on with the next', async () => {
    await loseAll();
    const [first, second] = users;
    for (const user_id of [first, second])
      await database.changeAccount(user_id, { spent_micro: 9n });
    const proxy = await startFaultProxy(database.url);
    onTestFinished(() => proxy.close());
    proxy.script('TransactWriteItems', [faults.invalid]);
    const where = ['--from-suffix', SUFFIX, '--endpoint', proxy.url];
    const both = [...where, '--user', first, '--user', second, '--apply'];
    const { code, output } = await command(both);
    expect(code).toBe(1);
    expect(output).toContain(
      'failed\n  ValidationException: injected ValidationException; repeat the command for this user',
    );
    expect(output).toContain('2 users looked at: 1 restored, 1 failed');
    expect((await command(both)).output).toContain('1 in order, 1 restored');
  });

  test.each([
    [[]],
    [['--all']],
    [['--from-suffix', 'a b', '--all', '--endpoint', 'http://127.0.0.1:1']],
    [['--from-suffix', SUFFIX, '--endpoint', 'http://127.0.0.1:1']],
    [['--from-suffix', SUFFIX, '--all', '--user', USER_ID, '--endpoint', 'http://127.0.0.1:1']],
    [['--from-suffix', SUFFIX, '--user', 'somebody', '--endpoint', 'http://127.0.0.1:1']],
    [['--from-suffix', SUFFIX, '--user', USER_ID, '--after', USER_ID, '--stage', 'x']],
    [['--from-suffix', SUFFIX, '--all', '--endpoint', 'nowhere']],
    [['--from-suffix', SUFFIX, '--all', '--endpoint', 'http://127.0.0.1:1', '--stage', 'x']],
    [['--from-suffix', SUFFIX, '--all']],
    [['--what']],
  ])('%j cannot be used', async (args) => {
    const { code, output, errors } = await command(args);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toContain('See npm run -s restore -- --help.');
  });

  test('--help tells of every option', async () => {
    const { code, output } = await command(['--help']);
    expect(code).toBe(0);
    for (const option of ['--apply', '--trust-items', '--events', '--after', '--profile'])
      expect(output).toContain(`\n  ${option}`);
  });
});
