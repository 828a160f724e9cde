/** The drill of the bad day: a running stack's tables are damaged, and `npm run restore` mends them. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { TableName } from '../../../../lib/config.ts';
import type { Payout } from '../../../../lib/payout.ts';
import { Random } from '../../../proof/simulator/history/random.ts';
import { restoreBeside } from '../../../support/restored-tables.ts';
import { FUTURE, HASHES, PATHS, PAYOUT_REQUEST, refusal } from '../../../support/samples.ts';
import { type PublishedEvent, type Service, startService } from '../../../support/service.ts';
import {
  books,
  goOn,
  granted,
  type Item,
  isAsker,
  lose,
  newUser,
  payoutIn,
  publishedSoFar,
  putRestoredAccount,
  restoreFrom,
  type User,
  withoutNames,
} from './restore-drill.ts';

const reconciled = (service: Service) => service.run('Reconcile');

describe('a user whose items are lost or damaged', () => {
  let service: Service;
  let user: User;
  let after: Awaited<ReturnType<typeof goOn>>;
  let events: PublishedEvent[];
  let truth: Map<string, Item>;
  const userOf = (item: Item) => item.user_id === user.user_id;

  beforeAll(async () => {
    service = await startService({ publish: true });
    user = await newUser(service);
    await restoreBeside(service.databaseUrl, service.stack.tables);
    after = await goOn(service, user);
    events = await publishedSoFar(service);
    truth = await books(service);
  });
  afterAll(() => service.stop());

  const restore = (...args: string[]) =>
    restoreFrom(service, events, '--user', user.user_id, ...args);

  const truthOf = ({ id }: Payout) => truth.get(`Payouts ${user.user_id} ${id}`) as Item;
  const changeAccount = (attributes: Item) => service.changeAccount(user.user_id, attributes);
  const losing =
    (...names: TableName[]) =>
    async () => {
      for (const name of names) expect(await lose(service, name, userOf)).toBeGreaterThan(0);
    };

  test.each<[string, () => Promise<unknown>]>([
    ['the account is lost', losing('Accounts')],
    ['numbers of the account do not add up', () => changeAccount({ available_micro: 1n })],
    ['a number of the account cannot be read', () => changeAccount({ paid_out_micro: 'much' })],
    ['a number of the account is a fraction', () => changeAccount({ spent_micro: 1.5 })],
    ['every payout is lost', losing('Payouts')],
    ['every reward is lost', losing('Rewards')],
    ['payouts are lost, and the account', losing('Payouts', 'Accounts')],
    ['what proves the payouts is lost', losing('Evidence')],
    [
      'all is lost, and the account',
      losing('Payouts', 'Rewards', 'Invoices', 'IdempotencyKeys', 'Accounts'),
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
      'a payout has lost the attempt that paid it',
      () => service.changePayout(user.user_id, user.claimed.id, { attempts: [] }),
    ],
    [
      'a payout was approved by another',
      () =>
        service.changePayout(user.user_id, user.requested.id, {
          approval: { ...(truthOf(user.requested).approval as Item), by: 'eve' },
        }),
    ],
    [
      'a claim that was given up is there again',
      () =>
        service.changePayout(user.user_id, user.released.id, {
          ...{ status: 'processing', marks: ['1'] },
          history: (truthOf(user.released).history as Item[]).slice(0, 2),
        }),
    ],
    [
      'a payout cannot be found by operators',
      () => service.changePayout(user.user_id, after.open.id, { shard: 'x' }),
    ],
  ])('%s', async (_what, damage) => {
    await damage();
    const damaged = await books(service);
    const published = await publishedSoFar(service);
    const dry = await restore();
    expect(dry).toMatchObject({
      code: 0,
      errors: '',
      output: expect.stringContaining(`${user.user_id}  to restore\n`),
    });
    expect(await books(service)).toEqual(damaged);

    const applied = await restore('--apply');
    expect(applied).toMatchObject({
      code: 0,
      errors: '',
      output: expect.stringContaining('1 users looked at: 1 restored'),
    });
    expect(withoutNames(await books(service))).toEqual(withoutNames(truth));
    expect(await reconciled(service)).toMatchObject({ drifted: 0n, skipped: 0n });
    expect(await restore('--apply')).toMatchObject({
      code: 0,
      output: '1 users looked at: 1 in order',
    });
    expect(await publishedSoFar(service)).toEqual(published);
  });
});

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
    await putRestoredAccount(service, cut);

    const since = new Map(
      await Promise.all(others.map(async (user) => [user, await goOn(service, user)] as const)),
    );
    const newcomer = await service.newSession({ available_micro: 60_000_000n });
    await service.requestPayout(newcomer.cookie);
    const billing = others.map(({ user_id }) => granted(user_id, 'since', 3_000_000n));
    await service.events(billing);
    const published = await publishedSoFar(service);
    const truth = await books(service);

    // Whole tables, and numbers of who is left.
    const isSpared = (item: Item) =>
      isAsker(item) || [quiet.user_id, newcomer.user_id].includes(String(item.user_id));
    const lost = await lose(service, 'Payouts', (item) => !isSpared(item));
    expect(lost).toBeGreaterThan(25);
    await lose(service, 'Rewards', (item) => !isSpared(item) && dice.chance(0.7));
    await lose(service, 'IdempotencyKeys', (item) => !isSpared(item));
    await lose(service, 'Accounts', (item) => !isSpared(item) && dice.chance(0.5));
    for (const user of others)
      if (await service.account(user.user_id))
        await service.changeAccount(user.user_id, {
          available_micro: BigInt(dice.integer(1_000_000_000)),
        });
    const damaged = await books(service);

    const restore = (...args: string[]) => restoreFrom(service, published, '--all', ...args);
    const dry = await restore();
    expect(dry.output).toContain('Nothing was written. To write it, add --apply.');
    expect(await books(service)).toEqual(damaged);

    // Somebody whose books are in order goes on meanwhile, as long as the money lasts.
    const ended = new AbortController();
    const busy = (async () => {
      const made: string[] = [];
      while (!ended.signal.aborted && made.length < 30)
        made.push((await service.requestPayout(quiet.cookie, { amount_micro: 10_000_000n })).id);
      return made;
    })();
    const both = await Promise.all([1, 2].map(() => restore('--apply')));
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
    const trusted = await restore('--apply', '--trust-items');
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

    // Whose account was lost stays frozen until an operator knows that nobody had frozen it.
    for (const { user_id, cookie } of others)
      if ((await service.account(user_id))?.frozen) {
        const refused = await service.request('POST', PATHS.payouts, {
          cookie,
          body: PAYOUT_REQUEST,
        });
        expect(refused).toMatchObject(refusal(403, 'account_frozen'));
        const body = { note: 'nobody froze it' };
        const path = `${PATHS.users}/${user_id}/thawed`;
        expect(await operate('POST', path, { body })).toMatchObject({ status: 200 });
      }

    // Another second does not cut it.
    await putRestoredAccount(service, {
      ...truth.get(`Accounts ${torn.user_id}`),
      version: 99n,
    });
    expect(await restore('--apply')).toMatchObject({ code: 0 });
    expect(await reconciled(service)).toMatchObject({ drifted: 0n, skipped: 0n });

    // Nothing that was published went out again, and what was sent stays so.
    const again = (await publishedSoFar(service)).filter(
      (event) => payoutIn(event).user_id !== quiet.user_id,
    );
    const before = published.filter((event) => payoutIn(event).user_id !== quiet.user_id);
    expect(again).toEqual(before);
    for (const [user, { later, open }] of since) {
      for (const { id } of [user.requested, user.claimed, user.sent])
        expect(await operate('POST', `${PATHS.queue}/${id}/processing`)).toMatchObject({
          status: 409,
        });
      // What has to be looked at is what operators see first.
      const { json } = await operate('GET', `${PATHS.queue}?needs_review=true&limit=200`);
      const toReview = (json as { items: Payout[] }).items.map(({ id }) => id);
      expect(toReview).toContain(later.id);
      expect(toReview).not.toContain(open.id);
      // Who had claimed this one is not known any more: nobody takes it to pay it again.
      expect(
        await service.operator('bob')('POST', `${PATHS.queue}/${later.id}/processing`),
      ).toMatchObject({
        ...{ status: 409, json: { status: 'processing', by: 'restored' } },
      });
      const giveBack = { body: { note: 'x' } };
      for (const step of ['released', 'failed', 'cancelled'])
        expect(await operate('POST', `${PATHS.queue}/${later.id}/${step}`, giveBack)).toMatchObject(
          refusal(409, 'payout_may_be_sent'),
        );
      expect(await operate('POST', `${PATHS.queue}/${open.id}/processing`)).toMatchObject({
        status: 200,
      });
      const sent = { body: { tx_hash: HASHES.solana } };
      for (const { id } of [later, open])
        expect(await operate('POST', `${PATHS.queue}/${id}/sent`, sent)).toMatchObject({
          status: 200,
        });
    }
    const ofEach = Map.groupBy(await publishedSoFar(service), (event) => payoutIn(event).id);
    for (const { later, open } of since.values())
      for (const { id } of [later, open])
        expect(ofEach.get(id)?.map(({ detail }) => detail.sequence)).toEqual([1n, 2n, 3n]);
    expect(await reconciled(service)).toMatchObject({ drifted: 0n, skipped: 0n });
  });
});
