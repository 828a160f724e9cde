/** The drill of the bad day: a running stack's tables are damaged, and `npm run restore` mends them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localClient } from '../../../infra/local/database/create-tables.ts';
import { restore as restoreCommand } from '../../../infra/tools/restore-command.ts';
import { stringifyJson } from '../../../lib/json.ts';
import type { Payout } from '../../../lib/payout.ts';
import { tables } from '../../support/backdoor.ts';
import { restoreBeside, SUFFIX, stored } from '../../support/restored-tables.ts';
import { FUTURE, HASHES, PAST, PATHS, PAYOUT_REQUEST } from '../../support/samples.ts';
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
