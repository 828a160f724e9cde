/** A drill: users with a history, what happens to their items, and `npm run restore` in this process. */
import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { localClient } from '../../../../infra/local/database/create-tables.ts';
import { keysOf } from '../../../../infra/tables.ts';
import { restore } from '../../../../infra/tools/restore/restore-command.ts';
import { TABLE_NAMES, type TableName } from '../../../../lib/config.ts';
import { stringifyJson } from '../../../../lib/json.ts';
import type { Payout } from '../../../../lib/payout.ts';
import { evidenceItemOf } from '../../../../lib/store/payouts/chain/evidence-items.ts';
import { tables } from '../../../support/backdoor.ts';
import { SUFFIX, stored } from '../../../support/restored-tables.ts';
import { FUTURE, HASHES, PAST, PATHS, PAYOUT_REQUEST } from '../../../support/samples.ts';
import type { PublishedEvent, Service } from '../../../support/service.ts';

export type Item = Record<string, unknown>;

/** Runs the command; `input` is what it finds on standard input. */
export async function command(args: string[], env: NodeJS.ProcessEnv = {}, input = '') {
  const out: string[] = [];
  const complaints: string[] = [];
  const code = await restore(args, env, {
    print: (text) => out.push(text),
    complain: (text) => complaints.push(text),
    input: async () => input,
    stop: new AbortController().signal,
  });
  return { code, output: out.join('\n'), errors: complaints.join('\n') };
}

/** The same for the tables of this service, with these events. */
export const restoreFrom = (service: Service, events: PublishedEvent[], ...args: string[]) =>
  command(
    ['--from-suffix', SUFFIX, '--endpoint', service.databaseUrl, '--events', '-', ...args],
    {},
    events.map(stringifyJson).join('\n'),
  );

/** A user with something of everything, at the second that the tables are restored to. */
export async function newUser(service: Service) {
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
  const released = await service.requestPayout(cookie, { amount_micro: 12_000_000n });
  const operate = service.operator();
  const { amount_micro, address } = requested;
  const approval = { body: { amount_micro, address } };
  await operate('POST', `${PATHS.queue}/${requested.id}/approved`, approval);
  for (const { id } of [claimed, released])
    await operate('POST', `${PATHS.queue}/${id}/processing`);
  const attempt = { kind: 'solana', signature: HASHES.solana, last_valid_block_height: 1 };
  await operate('POST', `${PATHS.queue}/${claimed.id}/attempts`, { body: attempt });
  await operate('POST', `${PATHS.queue}/${sent.id}/sent`, { body: { tx_hash: HASHES.solana } });
  await prove(service, sent);
  await service.request('POST', `${PATHS.payouts}/${cancelled.id}/cancel`, { cookie });
  const keyed = await service.request('POST', PATHS.payouts, {
    cookie,
    headers: { 'idempotency-key': 'first' },
    body: PAYOUT_REQUEST,
  });
  const spend = { invoice_id: session.invoices[0], amount_micro: 5_000_000n };
  await service.request('POST', PATHS.spend, { cookie, body: spend });
  return { ...session, requested, released, claimed, sent, cancelled, keyed: keyed.json as Payout };
}
export type User = Awaited<ReturnType<typeof newUser>>;

/** What happens afterwards: payouts get on, and two are new. */
export async function goOn(service: Service, user: User) {
  const operate = service.operator('ann');
  const hash = { body: { tx_hash: HASHES.solana } };
  await operate('POST', `${PATHS.queue}/${user.requested.id}/processing`);
  await operate('POST', `${PATHS.queue}/${user.requested.id}/sent`, hash);
  await operate('POST', `${PATHS.queue}/${user.claimed.id}/sent`, hash);
  await prove(service, user.claimed);
  await operate('POST', `${PATHS.queue}/${user.keyed.id}/failed`, {
    body: { reason: 'address_rejected', note: 'bounced' },
  });
  await operate('POST', `${PATHS.queue}/${user.released.id}/released`, { body: { note: 'ill' } });
  const later = await service.requestPayout(user.cookie, { amount_micro: 13_000_000n });
  await operate('POST', `${PATHS.queue}/${later.id}/processing`);
  const open = await service.requestPayout(user.cookie, { amount_micro: 14_000_000n });
  return { later, open };
}
let proven = 0;

/** As the chain would have: all are sent by one transaction, each by a transfer of its own. */
async function prove(service: Service, { user_id, id }: Payout): Promise<void> {
  const evidence = { position: BigInt(proven++), block: 77n, at: PAST };
  await service.changePayout(user_id, id, { evidence });
  const sent = (await service.payouts(user_id)).find((payout) => payout.id === id);
  await withDocuments(service, (documents) =>
    documents.send(
      new PutCommand({ TableName: tables.Evidence, Item: evidenceItemOf(sent as never) }),
    ),
  );
}

/** An event of billing's. */
export const granted = (user_id: string, reward_id: string, amount_micro: bigint) => ({
  'detail-type': 'referral.reward.granted',
  detail: { user_id, reward_id, amount_micro, unlocks_at: FUTURE, source: 'test' },
  time: PAST,
});

export const payoutIn = ({ detail }: PublishedEvent) => detail.payout as Payout;

/** Those who only ask what has been published. */
const askers = new Set<string>();
export const isAsker = ({ user_id }: Item): boolean => askers.has(String(user_id));

/** All that has been published when a new change of somebody's comes out, which is not among it. */
export async function publishedSoFar(service: Service): Promise<PublishedEvent[]> {
  const asker = await service.newSession({ available_micro: 25_000_000n });
  askers.add(asker.user_id);
  const { id } = await service.requestPayout(asker.cookie);
  for (let count = 0; ; ) {
    const events = await service.published(count + 1);
    if (events.some((event) => payoutIn(event).id === id))
      return events.filter((event) => !isAsker(payoutIn(event)));
    count = events.length;
  }
}

/** What is stored, by table and key, but for what a restore adds, and how often accounts changed. */
export async function books(service: Service): Promise<Map<string, Item>> {
  const items = await stored(service.databaseUrl, service.stack.tables);
  return new Map(
    items
      .filter((item) => !isAsker(item))
      .map(({ restored_by: _, ...item }) => {
        const name = nameOf(String(item.table));
        const key = [name, ...keysOf(name).map((key) => item[key])].join(' ');
        return [key, { ...item, ...(name === 'Accounts' && { version: 0n }) }];
      }),
  );
}

const nameOf = (table: string) => TABLE_NAMES.find((name) => tables[name] === table) as TableName;

/**
 * Steps that come from events do not say who made them, and a change of no status has none. What a
 * restore has to be told again is whether somebody may be paid: it asks for a look at a payout that
 * was being paid, and freezes whose account was lost.
 */
export const withoutNames = (all: Map<string, Item>): Map<string, Item> =>
  new Map(
    [...all].map(([key, item]) => {
      const { history, marks: _, review: __, freeze_mark: ___, frozen: ____, ...others } = item;
      // Of which it depends whether a person or the chain is asked.
      const { look_key: _____, ...rest } = others;
      if (!history) return [key, rest];
      return [
        key,
        { ...rest, history: (history as Item[]).map(({ status, at }) => ({ status, at })) },
      ];
    }),
  );

/** Deletes the items of the table that are chosen; how many they were. */
export async function lose(
  service: Service,
  name: TableName,
  chosen: (item: Item) => boolean,
): Promise<number> {
  const items = await stored(service.databaseUrl, service.stack.tables);
  const lost = items.filter((item) => item.table === tables[name] && chosen(item));
  await withDocuments(service, async (documents) => {
    for (const item of lost) {
      const Key = Object.fromEntries(keysOf(name).map((key) => [key, item[key]]));
      await documents.send(new DeleteCommand({ TableName: tables[name], Key }));
    }
  });
  return lost.length;
}

/** Puts an account among those that were restored. */
export const putRestoredAccount = (service: Service, { table: _, ...Item }: Item) =>
  withDocuments(service, (documents) =>
    documents.send(new PutCommand({ TableName: tables.Accounts + SUFFIX, Item })),
  );

async function withDocuments(
  service: Service,
  work: (documents: DynamoDBDocumentClient) => Promise<unknown>,
): Promise<void> {
  const client = localClient(service.databaseUrl);
  try {
    await work(DynamoDBDocumentClient.from(client));
  } finally {
    client.destroy();
  }
}
