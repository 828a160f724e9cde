/** The drill of the bad day: a running stack's tables are damaged, and `npm run restore` mends them. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { localClient } from '../../../infra/local/database/create-tables.ts';
import { readAssembly } from '../../../infra/local/template/read-assembly.ts';
import { restore as restoreCommand } from '../../../infra/tools/restore-command.ts';
import { stringifyJson } from '../../../lib/json.ts';
import type { Payout } from '../../../lib/payout.ts';
import { Random } from '../../proof/simulator/history/random.ts';
import { tables } from '../../support/backdoor.ts';
import { useDatabase } from '../../support/database.ts';
import { stubAws } from '../../support/environment.ts';
import { faults, startFaultProxy } from '../../support/fault-proxy.ts';
import { account, putAll, reward } from '../../support/histories.ts';
import { run } from '../../support/processes.ts';
import { restoreBeside, SUFFIX, stored } from '../../support/restored-tables.ts';
import { FUTURE, HASHES, PAST, PATHS, PAYOUT_REQUEST, USER_ID } from '../../support/samples.ts';
import { type Service, startService } from '../../support/service.ts';

type Item = Record<string, unknown>;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function restore(service: Service, args: string[], stop = new AbortController().signal) {
  const out: string[] = [];
  const complaints: string[] = [];
  const where = ['--from-suffix', SUFFIX, '--endpoint', service.databaseUrl];
  const code = await restoreCommand(
    [...where, ...args],
    {},
    {
      print: (text) => out.push(text),
      complain: (text) => complaints.push(text),
      input: async () => '',
      stop,
    },
  );
  return { code, output: out.join('\n'), errors: complaints.join('\n') };
}

/** What is stored, by table and key, without the marks of restores and the counting of changes. */
async function books(service: Service) {
  const all = await stored(service.databaseUrl, service.stack.tables);
  const items = all.filter(({ user_id }) => !askers.has(String(user_id)));
  return new Map(
    items.map(({ restored_by: _, ...item }) => {
      const { table, user_id, id, reward_id, invoice_id, operation_key } = item;
      const key = [table, user_id, id ?? reward_id ?? invoice_id ?? operation_key ?? ''].join(' ');
      return [key, table === tables.Accounts ? { ...item, version: 0n } : item];
    }),
  );
}

/** Histories whose steps come from events do not say who made them. */
const withoutNames = (all: Map<string, Item>) =>
  new Map(
    [...all].map(([key, item]) => [
      key,
      item.history
        ? {
            ...item,
            history: (item.history as Item[]).map(({ status, at }) => ({ status, at })),
          }
        : item,
    ]),
  );

const remove = async (service: Service, TableName: string, items: Item[], key: string[]) => {
  const client = localClient(service.databaseUrl);
  const documents = DynamoDBDocumentClient.from(client);
  for (const item of items) {
    const Key = Object.fromEntries(key.map((name) => [name, item[name]]));
    await documents.send(new DeleteCommand({ TableName, Key }));
  }
  client.destroy();
};

/**
 * What was published of others than the one who asks now: the stream keeps its order in each shard,
 * and this engine has one.
 */
async function publishedSoFar(service: Service) {
  const asker = await service.newSession({ available_micro: 25_000_000n });
  const { id } = await service.requestPayout(asker.cookie);
  askers.add(asker.user_id);
  for (let count = 1; ; count++) {
    const events = await service.published(count);
    count = events.length;
    if (events.some(({ detail }) => payoutIn(detail).id === id))
      return events.filter(({ detail }) => !askers.has(payoutIn(detail).user_id));
  }
}
const askers = new Set<string>();
const payoutIn = (detail: Item) => detail.payout as Payout;

const archive = async (service: Service, count: number): Promise<string> => {
  const file = join(folder, `${Math.random()}.jsonl`);
  const events = await service.published(count);
  writeFileSync(file, events.map(stringifyJson).join('\n'));
  return file;
};

const reconciled = async (service: Service) =>
  (await service.run('Reconcile')) as { checked: bigint; drifted: bigint; skipped: bigint };

/** A user with something of everything, at the second that the tables are restored to. */
async function newUser(service: Service) {
  const session = await service.newSession({
    available_micro: 500_000_000n,
    pending: [
      { amount_micro: 7_000_000n, unlocks_at: PAST },
      { amount_micro: 40_000_000n, unlocks_at: FUTURE },
    ],
    invoices: [{ total_micro: 5_000_000n }, { total_micro: 6_000_000n }],
  });
  const { cookie } = session;
  const requested = await service.requestPayout(cookie);
  const claimed = await service.requestPayout(cookie, { amount_micro: 20_000_000n });
  const sent = await service.requestPayout(cookie, { amount_micro: 15_000_000n });
  const cancelled = await service.requestPayout(cookie, { amount_micro: 11_000_000n });
  const operate = service.operator();
  await operate('POST', `${PATHS.queue}/${claimed.id}/processing`);
  await operate('POST', `${PATHS.queue}/${sent.id}/sent`, { body: { tx_hash: HASHES.solana } });
  await service.request('POST', `${PATHS.payouts}/${cancelled.id}/cancel`, { cookie });
  const keyed = await service.request('POST', PATHS.payouts, {
    cookie,
    headers: { 'idempotency-key': 'first' },
    body: PAYOUT_REQUEST,
  });
  const spend = { invoice_id: session.invoices[0], amount_micro: 5_000_000n };
  await service.request('POST', PATHS.spend, { cookie, body: spend });
  return { ...session, requested, claimed, sent, cancelled, keyed: keyed.json as Payout };
}
type User = Awaited<ReturnType<typeof newUser>>;

/** What happens afterwards; every payout gets on. Eight events, of which three are of this payout. */
async function goOn(service: Service, user: User) {
  const operate = service.operator('ann');
  const hash = { body: { tx_hash: HASHES.solana } };
  await operate('POST', `${PATHS.queue}/${user.requested.id}/processing`);
  await operate('POST', `${PATHS.queue}/${user.requested.id}/sent`, hash);
  await operate('POST', `${PATHS.queue}/${user.claimed.id}/sent`, hash);
  await operate('POST', `${PATHS.queue}/${user.keyed.id}/failed`, { body: { note: 'bounced' } });
  const later = await service.requestPayout(user.cookie, { amount_micro: 13_000_000n });
  await operate('POST', `${PATHS.queue}/${later.id}/processing`);
  const open = await service.requestPayout(user.cookie, { amount_micro: 14_000_000n });
  return { later, open };
}
const EVENTS_BEFORE = 8;
const EVENTS_AFTER = 7;

describe('a user whose items are lost or damaged', () => {
  let service: Service;
  let user: User;
  let after: Awaited<ReturnType<typeof goOn>>;
  let events: string;
  let truth: Map<string, Item>;
  const userOf = (item: Item) => item.user_id === user.user_id;

  beforeAll(async () => {
    service = await startService({ publish: true });
    user = await newUser(service);
    await restoreBeside(service.databaseUrl, service.stack.tables);
    after = await goOn(service, user);
    events = await archive(service, EVENTS_BEFORE + EVENTS_AFTER);
    truth = await books(service);
  });
  afterAll(() => service.stop());

  const ofUser = ['--user', '', '--events', ''];
  const args = (...more: string[]) => {
    ofUser[1] = user.user_id;
    ofUser[3] = events;
    return [...ofUser, ...more];
  };

  const changeAccount = (attributes: Item) => service.changeAccount(user.user_id, attributes);
  const losing =
    (table: string, key: string, which: (item: Item) => boolean = () => true) =>
    async () => {
      const items = [...truth.values()].filter((item) => item.table === table && userOf(item));
      const lost = items.filter(which);
      expect(lost.length).toBeGreaterThan(0);
      await remove(service, table, lost, ['user_id', key].filter(Boolean));
    };

  test.each<[string, () => Promise<unknown>]>([
    ['the account is lost', losing(tables.Accounts, '')],
    ['numbers of the account do not add up', () => changeAccount({ available_micro: 1n })],
    ['a number of the account cannot be read', () => changeAccount({ paid_out_micro: 'much' })],
    ['a number of the account is a fraction', () => changeAccount({ spent_micro: 1.5 })],
    ['every payout is lost', losing(tables.Payouts, 'id')],
    ['every reward is lost', losing(tables.Rewards, 'reward_id')],
    [
      'payouts are lost, and the account',
      async () => {
        await losing(tables.Payouts, 'id')();
        await losing(tables.Accounts, '')();
      },
    ],
    [
      'all is lost that was there, and the account',
      async () => {
        await losing(tables.Payouts, 'id')();
        await losing(tables.Rewards, 'reward_id')();
        await losing(tables.Invoices, 'invoice_id')();
        await losing(tables.IdempotencyKeys, 'operation_key')();
        await losing(tables.Accounts, '')();
      },
    ],
    [
      'a payout that was sent since is open again',
      () =>
        service.changePayout(user.user_id, user.requested.id, {
          status: 'requested',
          queue_key: `open#${user.requested.id}`,
        }),
    ],
    [
      'a payout has another address',
      () => service.changePayout(user.user_id, after.later.id, { address: 'elsewhere' }),
    ],
    [
      'a payout cannot be read',
      () => service.changePayout(user.user_id, user.claimed.id, { amount_micro: 'much' }),
    ],
    [
      'a payout cannot be found by operators',
      () => service.changePayout(user.user_id, after.open.id, { shard: 'x' }),
    ],
  ])('%s', async (_what, damage) => {
    await damage();
    const damaged = await books(service);
    const published = await publishedSoFar(service);
    const dry = await restore(service, args());
    expect(dry).toMatchObject({
      code: 0,
      errors: '',
      output: expect.stringContaining(`${user.user_id}  to restore\n`),
    });
    expect(await books(service)).toEqual(damaged);

    const applied = await restore(service, args('--apply'));
    expect(applied).toMatchObject({
      code: 0,
      errors: '',
      output: expect.stringContaining('1 users looked at: 1 restored'),
    });
    expect(withoutNames(await books(service))).toEqual(withoutNames(truth));
    expect(await reconciled(service)).toMatchObject({ drifted: 0n, skipped: 0n });
    expect(await restore(service, args('--apply'))).toMatchObject({
      code: 0,
      output: '1 users looked at: 1 in order',
    });
    expect(await publishedSoFar(service)).toEqual(published);
  });
});

/** What happens to everybody's items at once. */
async function lose(
  service: Service,
  table: string,
  key: string[],
  which: (item: Item) => boolean,
) {
  const all = await stored(service.databaseUrl, service.stack.tables);
  const lost = all.filter((item) => item.table === table && which(item));
  await remove(service, table, lost, key);
  return lost.length;
}

describe('the bad day', () => {
  test('damaged beside live traffic, restored by two at once, and nothing is lost or paid twice', async () => {
    const service = await startService({ publish: true });
    onTestFinished(() => service.stop());
    const dice = new Random('the bad day');
    const operate = service.operator('ann');

    const users: User[] = [];
    for (let n = 0; n < 6; n++) users.push(await newUser(service));
    const [quiet, torn, ...others] = users as [User, User, ...User[]];
    const long = await service.newSession();
    const many = Array.from({ length: 260 }, (_, n) => ({
      reward_id: `r${n}`,
      amount_micro: 1_000_000n,
    }));
    await service.events([granted(long.user_id, 'first', 1_000_000n)]);
    await service.grant(
      long.user_id,
      many.map((each) => ({ ...each, unlocks_at: FUTURE })),
    );

    // The second that is restored to cuts a request of one user's: its account was read before.
    const cut = (await service.account(torn.user_id)) as Item;
    await service.requestPayout(torn.cookie);
    await restoreBeside(service.databaseUrl, service.stack.tables);
    await put(service, tables.Accounts + SUFFIX, cut);

    const since = new Map(
      await Promise.all(others.map(async (user) => [user, await goOn(service, user)] as const)),
    );
    const newcomer = await service.newSession({ available_micro: 60_000_000n });
    await service.requestPayout(newcomer.cookie);
    const billing = others.map(({ user_id }) => granted(user_id, 'since', 3_000_000n));
    await service.events(billing);
    const published = await publishedSoFar(service);
    const events = await archive(service, published.length);
    const truth = await books(service);

    // Whole tables, and numbers of who is left.
    const isSpared = ({ user_id }: Item) =>
      [quiet.user_id, newcomer.user_id, ...askers].includes(String(user_id));
    const lost = await lose(service, tables.Payouts, ['user_id', 'id'], (item) => !isSpared(item));
    expect(lost).toBeGreaterThan(25);
    await lose(
      service,
      tables.Rewards,
      ['user_id', 'reward_id'],
      (item) => !isSpared(item) && dice.chance(0.7),
    );
    await lose(
      service,
      tables.IdempotencyKeys,
      ['user_id', 'operation_key'],
      (item) => !isSpared(item),
    );
    await lose(
      service,
      tables.Accounts,
      ['user_id'],
      (item) => !isSpared(item) && dice.chance(0.5),
    );
    for (const user of others)
      if (await service.account(user.user_id))
        await service.changeAccount(user.user_id, {
          available_micro: BigInt(dice.integer(1_000_000_000)),
        });
    const damaged = await books(service);

    const all = ['--all', '--events', events];
    const dry = await restore(service, all);
    expect(dry.output).toContain('Nothing was written. To write it, add --apply.');
    expect(await books(service)).toEqual(damaged);

    // Somebody whose books are in order goes on meanwhile.
    const ended = new AbortController();
    const busy = (async () => {
      const made: string[] = [];
      while (!ended.signal.aborted)
        made.push((await service.requestPayout(quiet.cookie, { amount_micro: 10_000_000n })).id);
      return made;
    })();
    const both = await Promise.all([1, 2].map(() => restore(service, [...all, '--apply'])));
    ended.abort();
    const requested = await busy;
    for (const { code, output } of both) {
      expect(code).toBe(1);
      expect(output).toMatch(
        new RegExp(
          `^${torn.user_id} {2}left alone\n {2}the backup does not balance, take one of another second: `,
          'm',
        ),
      );
      expect(output).toMatch(/ 1 left alone$/m);
    }

    // Rewards of which only billing knows come back by its own events.
    await service.events(billing);
    const trusted = await restore(service, [
      '--all',
      '--events',
      events,
      '--apply',
      '--trust-items',
    ]);
    expect(trusted.output).toMatch(/ 1 left alone$/m);
    const now = withoutNames(await books(service));
    const expected = withoutNames(truth);
    for (const [key, item] of expected)
      if (![torn.user_id, quiet.user_id].includes(String(item.user_id)))
        expect(now.get(key), key).toEqual(key.endsWith('since') ? expect.anything() : item);
    expect((await service.payouts(quiet.user_id)).map(({ id }) => id)).toEqual(
      expect.arrayContaining(requested),
    );
    expect(await reconciled(service)).toMatchObject({ drifted: 1n, skipped: 0n });

    // Another second does not cut it.
    await put(service, tables.Accounts + SUFFIX, {
      ...truth.get(`${tables.Accounts} ${torn.user_id} `),
      version: 99n,
    });
    expect(await restore(service, [...all, '--apply'])).toMatchObject({ code: 0 });
    expect(await reconciled(service)).toMatchObject({ drifted: 0n, skipped: 0n });

    // Nothing that was published went out again, and what was sent stays so.
    const again = (await publishedSoFar(service)).filter(
      ({ detail }) => payoutIn(detail).user_id !== quiet.user_id,
    );
    const before = published.filter(({ detail }) => payoutIn(detail).user_id !== quiet.user_id);
    expect(again).toEqual(before);
    for (const [user, { later, open }] of since) {
      for (const { id } of [user.requested, user.claimed, user.sent])
        expect(await operate('POST', `${PATHS.queue}/${id}/processing`)).toMatchObject({
          status: 409,
        });
      // Who had claimed this one is not known any more: nobody takes it to pay it again.
      expect(
        await service.operator('bob')('POST', `${PATHS.queue}/${later.id}/processing`),
      ).toMatchObject({
        ...{ status: 409, json: { status: 'processing', by: 'restored' } },
      });
      expect(await operate('POST', `${PATHS.queue}/${open.id}/processing`)).toMatchObject({
        status: 200,
      });
      const sent = { body: { tx_hash: HASHES.solana } };
      for (const { id } of [later, open])
        expect(await operate('POST', `${PATHS.queue}/${id}/sent`, sent)).toMatchObject({
          status: 200,
        });
    }
    const ofEach = Map.groupBy(await publishedSoFar(service), ({ detail }) => payoutIn(detail).id);
    for (const { later, open } of since.values())
      for (const { id } of [later, open])
        expect(ofEach.get(id)?.map(({ detail }) => detail.sequence)).toEqual([1n, 2n, 3n]);
    expect(await reconciled(service)).toMatchObject({ drifted: 0n, skipped: 0n });
  });
});

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

  const command = async (args: string[], env: NodeJS.ProcessEnv = {}, input = '') => {
    const out: string[] = [];
    const complaints: string[] = [];
    const code = await restoreCommand(args, env, {
      print: (text) => out.push(text),
      complain: (text) => complaints.push(text),
      input: async () => input,
      stop: new AbortController().signal,
    });
    return { code, output: out.join('\n'), errors: complaints.join('\n') };
  };
  const here = (...args: string[]) => [
    ...['--from-suffix', SUFFIX, '--endpoint', database.url, ...args],
  ];

  test('can be stopped, says where, and goes on when it is repeated', async () => {
    const all = here('--all', '--apply');
    const { child, until, output, errors, exitCode } = run('infra/tools/restore-main.ts', all);
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

  test('finds the tables of a stage by their names, past those that were restored', async () => {
    const client = localClient(database.url);
    const create = async (name: string) => {
      for (const { name: table, input } of stack()) {
        const TableName = name.replace('TABLE', table);
        await client.send(new CreateTableCommand({ ...input, TableName }));
      }
    };
    const deployed = (args: string[], env = {}) =>
      command(
        ['--stage', 'production', '--region', 'eu-west-1', '--from-suffix', 'r1', ...args],
        env,
      );
    stubAws('DYNAMODB', database.url);
    onTestFinished(() => {
      client.destroy();
      vi.unstubAllEnvs();
    });
    expect(await deployed(['--all'])).toMatchObject({
      code: 1,
      errors:
        'There is no table ReferralPayouts-production-AccountsTable-... in this account and region.',
    });
    await create('ReferralPayouts-production-TABLE-1A2B3C');
    await create('ReferralPayouts-production-eu-TABLE-1A2B3C');
    expect((await deployed(['--all'])).errors).toMatch(
      /^The table ReferralPayouts-production-AccountsTable-1A2B3Cr1 cannot be read: /,
    );
    await create('ReferralPayouts-production-TABLE-1A2B3Cr1');
    expect(await deployed(['--all'])).toMatchObject({
      code: 0,
      output: '0 users looked at\nNothing was written. To write it, add --apply.',
    });
    await create('ReferralPayouts-production-TABLE-9Z9Z9Z');
    expect((await deployed(['--all'])).errors).toBe(
      'Which is the live one of ReferralPayouts-production-AccountsTable-1A2B3C, ' +
        'ReferralPayouts-production-AccountsTable-9Z9Z9Z? Rename or delete what a former stack left.',
    );
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
    const missing = here('--all', '--events', join(folder, 'missing'));
    expect((await command(missing)).errors).toMatch(/^The events cannot be read: ENOENT/);
    const [, , ...rest] = here('--all');
    expect((await command(['--from-suffix', '.other', ...rest])).errors).toMatch(
      /^The table AccountsTable\.other cannot be read: /,
    );
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

const granted = (user_id: string, reward_id: string, amount_micro: bigint) => ({
  'detail-type': 'referral.reward.granted',
  detail: { user_id, reward_id, amount_micro, unlocks_at: FUTURE, source: 'test' },
  time: PAST,
});

async function put(service: Service, TableName: string, { table: _, ...Item }: Item) {
  const client = localClient(service.databaseUrl);
  await DynamoDBDocumentClient.from(client).send(new PutCommand({ TableName, Item }));
  client.destroy();
}
