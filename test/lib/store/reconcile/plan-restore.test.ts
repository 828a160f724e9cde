/** What a restore makes of the live books, the backup and the events: what it writes, and when not. */
import { describe, expect, test } from 'vitest';
import type { PayoutChange } from '../../../../lib/payout.ts';
import type { Books, Kind } from '../../../../lib/store/reconcile/books.ts';
import {
  planRestore,
  type Sources,
  versionOf,
} from '../../../../lib/store/reconcile/plan-restore.ts';
import { account, invoice, payout, reward } from '../../../support/histories.ts';
import { HASHES, USER_ID } from '../../../support/samples.ts';

type Item = Record<string, unknown>;

const NOW = Date.parse('2026-03-01T00:00:00.000Z');
const ID = '01a204d3-28e0-7285-b278-86bb311f921e';
const IDS: Record<Kind, string> = {
  ...{ rewards: 'reward_id', payouts: 'id', invoices: 'invoice_id', keys: 'operation_key' },
};

const books = (ofAccount: Item | undefined, items: Partial<Record<Kind, Item[]>>): Books => {
  const map = (kind: Kind) =>
    new Map((items[kind] ?? []).map((item) => [String(item[IDS[kind]]), item]));
  const all = { keys: map('keys'), rewards: map('rewards'), payouts: map('payouts') };
  return { account: ofAccount, items: { ...all, invoices: map('invoices') } };
};
const holds = (version: bigint, parts: Item) => account(USER_ID, { version, ...parts });

/** 100 earned, 25 of them reserved; a key and an open invoice beside it. */
const rewards = [reward(USER_ID, 'r', 'available', 100n)];
const requested = payout(USER_ID, 'requested', 25n, ID);
const key = {
  ...{ user_id: USER_ID, operation_key: 'payout#k', fingerprint: 'f' },
  ...{ answer: `{"id":"${ID}"}`, written_by: ID, expires_at: 9_999_999_999n },
};
const invoices = [invoice(USER_ID, 'i', 'open', 9n)];
const THEN = { lifetime_micro: 100n, available_micro: 75n, reserved_micro: 25n };
const then = books(holds(2n, THEN), { rewards, payouts: [requested], keys: [key], invoices });

/** Since then the payout was sent. */
const [first] = requested.history as Item[];
const sentAt = '2026-02-02T00:00:00.000Z';
const sent: Item = {
  ...requested,
  ...{ status: 'sent', queue_key: `done#${ID}`, completed_at: sentAt, tx_hash: HASHES.ethereum },
  history: [first, { status: 'sent', at: sentAt, by: 'ann' }],
};
const NOW_HOLDS = { lifetime_micro: 100n, available_micro: 75n, paid_out_micro: 25n };
const now = books(holds(3n, NOW_HOLDS), { rewards, payouts: [sent], keys: [key], invoices });
const { shard: _, queue_key: __, history: ___, ...asPublished } = sent;
const change = { payout: asPublished, previousStatus: 'requested', at: sentAt, sequence: 2 };
const changes = [change] as unknown as PayoutChange[];

const plan = (live: Books, more: Partial<Sources> = {}) =>
  planRestore(USER_ID, { live, backup: then, changes: [], trustItems: false, ...more }, NOW);
const without = (kind: Kind, from: Books = now): Books => ({
  ...from,
  items: { ...from.items, [kind]: new Map() },
});
const withAccount = (ofAccount: Item | undefined, from: Books = now): Books => ({
  ...from,
  account: ofAccount,
});

describe('nothing is to be done for books that are in order', () => {
  test('also where they are newer than the backup, or the events', () => {
    expect(plan(now)).toBeUndefined();
    expect(plan(now, { changes })).toBeUndefined();
    expect(plan(now, { changes: undefined })).toBeUndefined();
    expect(plan(then)).toBeUndefined();
  });

  test('also where there never were any, or the backup has none', () => {
    const nothing = books(undefined, {});
    expect(plan(nothing, { backup: nothing })).toBeUndefined();
    expect(plan(now, { backup: nothing })).toBeUndefined();
  });

  test('also where the second of the backup cut a transaction', () =>
    expect(plan(now, { backup: without('payouts', then) })).toBeUndefined());
});

describe('what is lost or damaged comes back in its newest state', () => {
  test.each<[string, Books, Kind[]]>([
    ['an account', withAccount(undefined), []],
    ['an account that went back', withAccount(holds(1n, NOW_HOLDS)), []],
    [
      'an account whose numbers are wrong',
      withAccount(holds(3n, { ...NOW_HOLDS, lifetime_micro: 99n })),
      [],
    ],
    ['an account without numbers', withAccount({ user_id: USER_ID, version: 9n }), []],
    ['rewards', without('rewards'), ['rewards']],
    ['payouts', without('payouts'), ['payouts']],
    ['invoices', without('invoices'), ['invoices']],
    ['keys', without('keys'), ['keys']],
    ['everything', books(undefined, {}), ['keys', 'rewards', 'payouts', 'invoices']],
  ])('%s', (_what, live, kinds) => {
    const made = plan(live, { changes });
    expect(made).toMatchObject({ reasons: [], evidence: [], balance: NOW_HOLDS });
    expect(made?.writes.map(({ kind }) => kind)).toEqual(kinds);
  });

  test('a payout that was sent since does not come back open', () => {
    const [write] = plan(without('payouts'), { changes })?.writes ?? [];
    expect(write).toMatchObject({
      id: ID,
      was: undefined,
      item: { status: 'sent', tx_hash: HASHES.ethereum },
    });
    const rolledBack = plan(then, { changes });
    expect(rolledBack).toMatchObject({ reasons: [], balance: NOW_HOLDS });
    expect(rolledBack?.writes).toMatchObject([
      { was: { status: 'requested' }, item: { status: 'sent' } },
    ]);
  });

  test('what came since stays, also in another account than the backup’s', () => {
    const rest = [...rewards, reward(USER_ID, 'later', 'available', 50n)];
    const live = books(undefined, { rewards: rest, payouts: [sent], keys: [key], invoices });
    const made = plan(live, { changes });
    expect(made).toMatchObject({ writes: [], reasons: [] });
    expect(made?.balance).toMatchObject({ lifetime_micro: 150n, available_micro: 125n });
  });

  test('what is pending by the items is pending, although the account held it available', () => {
    const pending = reward(USER_ID, 'r', 'pending', 100n);
    const backup = books(holds(1n, { lifetime_micro: 100n, pending_micro: 100n }), {
      rewards: [pending],
    });
    const live = books(holds(2n, { lifetime_micro: 100n, available_micro: 100n }), {});
    expect(plan(live, { backup })).toMatchObject({ reasons: [], balance: { pending_micro: 100n } });
  });

  test('a user without an account gets none', () => {
    const backup = books(undefined, { invoices });
    const made = plan(books(undefined, {}), { backup });
    expect(made).toMatchObject({ reasons: [], writes: [{ kind: 'invoices' }] });
    expect(made?.balance).toBeUndefined();
  });

  test('a user gets one for items that need it, or keeps the one that is there', () => {
    const nothing = books(undefined, {});
    const found = books(undefined, { rewards });
    expect(plan(found, { backup: nothing })?.balance).toMatchObject({ lifetime_micro: 100n });
    const emptied = books(holds(1n, { lifetime_micro: 1n }), {});
    expect(plan(emptied, { backup: nothing })?.balance).toMatchObject({ lifetime_micro: 0n });
  });

  test('an account that holds nothing comes back as one', () => {
    const backup = books(holds(2n, {}), { rewards: [reward(USER_ID, 'r', 'reversed', 1n)] });
    const made = plan(books(undefined, { rewards: [...backup.items.rewards.values()] }), {
      backup,
    });
    expect(made).toMatchObject({ writes: [], reasons: [], balance: { lifetime_micro: 0n } });
  });
});

describe('a user is left alone', () => {
  const reasons = (...args: Parameters<typeof plan>) => plan(...args)?.reasons;

  test('whose backup does not balance, since its second cut a transaction', () =>
    expect(reasons(books(undefined, {}), { backup: without('payouts', then) })).toEqual([
      expect.stringMatching(/^the backup does not balance, .+reserved_micro is 25, expected 0/),
      expect.stringContaining('payout#k: written_by'),
    ]));

  test('where a payout would be open, and nobody has looked for events', () => {
    const said = `payout ${ID} would be open, and may have been paid since: give the events`;
    expect(reasons(without('payouts', then), { changes: undefined })).toEqual([said]);
    // It may have been set back, and no account says that it was not.
    for (const ofAccount of [undefined, holds(1n, THEN), holds(2n, { ...THEN, spent_micro: 1n })]) {
      const live = withAccount(ofAccount, then);
      expect(reasons(live, { changes: undefined })).toEqual([said]);
      expect(reasons(live)).toEqual([]);
    }
    expect(reasons(without('payouts', then))).toEqual([]);
    expect(reasons(without('rewards', then), { changes: undefined })).toEqual([]);
  });

  test('whose live account adds up, is newer, and tells of what no item shows', () => {
    const contradicted = [
      expect.stringMatching(
        /say something else: reserved_micro is 0, by the items 25; paid_out_micro is 25, by the items 0$/,
      ),
    ];
    expect(reasons(without('payouts'))).toEqual(contradicted);
    expect(reasons(without('payouts'), { trustItems: true })).toEqual([]);
    // An account of the very version of the backup cannot be right where they differ.
    expect(reasons(withAccount(holds(2n, { lifetime_micro: 7n, spent_micro: 7n }), then))).toEqual(
      [],
    );
  });

  test('whose account is the backup’s, and an item came since of which it knows nothing', () => {
    const later = [...rewards, reward(USER_ID, 'later', 'available', 50n)];
    const live = (ofAccount: Item) =>
      books(ofAccount, { rewards: later, payouts: [requested], keys: [key], invoices });
    const unknown = ['lifetime_micro is 100, by the items 150'];
    const said = [`the live account adds up, and its items say something else: ${unknown}`];
    expect(reasons(live(holds(2n, THEN)))).toEqual(said);
    expect(reasons(live(holds(2n, THEN)), { trustItems: true })).toEqual([]);
    // By the events since it went back, but no event tells of the reward.
    expect(reasons(live(holds(2n, THEN)), { changes })).toEqual(said);
    expect(reasons(live(holds(1n, THEN)))).toEqual([]);
    // Of the same version, but not what the backup has: it tells nothing.
    expect(reasons(live(holds(2n, { lifetime_micro: 7n, spent_micro: 7n })))).toEqual([]);
  });

  describe('whose payout would go back from what its live item says', () => {
    const processing = payout(USER_ID, 'processing', 25n, ID);
    const failed = payout(USER_ID, 'failed', 25n, ID);
    const publish = ({ shard: _, queue_key: __, history: ___, ...published }: Item) =>
      [{ ...change, payout: published }] as unknown as PayoutChange[];
    const claimed = publish(processing);
    const bounced = publish({ ...requested, status: 'failed', completed_at: sentAt });

    test.each<[string, Item, PayoutChange[], string, string, string]>([
      [
        'sent, not to be found',
        { ...sent, shard: 'x' },
        [],
        'sent',
        'requested',
        'status, history, queue_key, tx_hash, completed_at',
      ],
      [
        'sent without a hash',
        { ...sent, tx_hash: undefined },
        claimed,
        'sent',
        'processing',
        'status, history, queue_key, completed_at',
      ],
      [
        'sent without a history',
        { ...sent, history: 'none' },
        [],
        'sent',
        'requested',
        'status, queue_key, tx_hash, completed_at',
      ],
      ['sent, by the events failed', sent, bounced, 'sent', 'failed', 'status, history, tx_hash'],
      [
        'claimed, not to be found',
        { ...processing, shard: 'x' },
        [],
        'processing',
        'requested',
        'status, history',
      ],
      [
        'failed, to another address',
        { ...failed, address: 'x' },
        [],
        'failed',
        'requested',
        'status, history, queue_key, completed_at',
      ],
      [
        'open, but with a hash',
        { ...sent, status: 'processing' },
        claimed,
        'processing',
        'processing',
        'history, queue_key, tx_hash, completed_at',
      ],
    ])('%s', (_what, live, since, is, would, signs) => {
      const found = books(undefined, { rewards, payouts: [live], keys: [key], invoices });
      const said = `payout ${ID} is ${is} live, and would be ${would}: it may have been paid, by its ${signs}`;
      expect(reasons(found, { changes: since })).toContain(said);
      expect(reasons(found, { changes: since, trustItems: true })).toContain(said);
    });

    test.each([
      { covered_by: undefined, covered_at: undefined },
      { status: 'coverd', covered_by: undefined },
      { status: undefined, covered_at: undefined },
    ])('nor may a covered invoice be open again: %o', (damage) => {
      const covered = { ...invoice(USER_ID, 'i', 'covered', 9n), ...damage };
      const live = books(undefined, { rewards, payouts: [requested], invoices: [covered] });
      expect(reasons(live)).toEqual([
        'invoice i is covered live, and would be open: it may have been paid',
      ]);
    });

    test('but an invoice that was open, or stays covered, may be', () => {
      for (const status of ['open', 'covered'] as const) {
        const sound = invoice(USER_ID, 'i', status, 9n);
        const parts = status === 'covered' ? { spent_micro: 9n, available_micro: 91n } : {};
        const ofAccount = holds(2n, { lifetime_micro: 100n, available_micro: 100n, ...parts });
        const backup = books(ofAccount, { rewards, invoices: [sound] });
        const damaged = books(ofAccount, { rewards, invoices: [{ ...sound, total_micro: 'x' }] });
        expect(plan(damaged, { backup })).toMatchObject({
          reasons: [],
          writes: [{ kind: 'invoices', item: sound }],
        });
      }
    });

    test('nor is any other item said to have been paid, whatever its status', () => {
      const damaged = rewards.map((item) => ({ ...item, status: 'sent' }));
      const live = books(then.account, {
        rewards: damaged,
        payouts: [requested],
        keys: [key],
        invoices,
      });
      expect(plan(live)).toMatchObject({ reasons: [], writes: [{ kind: 'rewards' }] });
    });

    test.each(['procesing', undefined, 'requested'])(
      'claimed and perhaps paid, but of status %s',
      (status) => {
        const live = { ...processing, status, attempts: [{ id: 'a', state: 'open' }] };
        const found = books(then.account, { rewards, payouts: [live], keys: [key], invoices });
        expect(reasons(found)).toEqual([
          `payout ${ID} is ${status} live, and would be requested: ` +
            'it may have been paid, by its history, attempts',
        ]);
      },
    );

    test('but not where that goes as far', () => {
      for (const live of [{ ...sent, shard: 'x' }, { ...processing, shard: 'x' }, failed]) {
        const found = books(undefined, { rewards, payouts: [live], keys: [key], invoices });
        expect(reasons(found, { changes })).toEqual([]);
      }
    });
  });

  test('but not whose payout goes back where its claim was given up, as the events say', () => {
    const processing: Item = { ...payout(USER_ID, 'processing', 25n, ID), shard: 'x' };
    const publish = ({ shard: _, queue_key: __, history: ___, ...published }: Item) => published;
    const released = { payout: publish(requested), previousStatus: 'processing' };
    const since = [{ ...released, at: sentAt, sequence: 3 }] as unknown as PayoutChange[];
    const live = (item: Item) =>
      books(then.account, { rewards, payouts: [item], keys: [key], invoices });
    expect(plan(live(processing), { changes: since })).toMatchObject({
      reasons: [],
      writes: [{ item: { status: 'requested', history: [{}, {}, { status: 'requested' }] } }],
    });
    // But what it says itself may have come after that.
    const history = [...(processing.history as Item[]), ...(processing.history as Item[])];
    for (const further of [{ history }, { status: 'sent' }, { tx_hash: HASHES.ethereum }])
      expect(reasons(live({ ...processing, ...further }), { changes: since })).toEqual([
        expect.stringContaining('it may have been paid'),
      ]);
  });

  test('where a key tells of a payout that is nowhere', () => {
    const later = { ...key, operation_key: 'payout#l', written_by: 'p', answer: '{"id":"p"}' };
    const live = books(holds(3n, NOW_HOLDS), {
      rewards: [],
      payouts: [sent],
      keys: [key, later],
      invoices,
    });
    expect(reasons(live)).toEqual([
      'neither the backup nor the events mend key payout#l: written_by',
    ]);
  });

  test('where an item cannot be read and is in no backup', () => {
    const corrupt = { user_id: USER_ID, reward_id: 'x', status: 'pending' };
    const live = books(now.account, {
      rewards: [...rewards, corrupt],
      payouts: [sent],
      keys: [key],
      invoices,
    });
    expect(reasons(live)).toEqual([
      expect.stringMatching(/^neither the backup nor the events mend reward x: /),
    ]);
  });

  test('whose events contradict the backup, although nothing is to be written', () => {
    const [one] = changes as [PayoutChange];
    const other = [{ ...one, payout: { ...one.payout, address: 'elsewhere', amount_micro: 1n } }];
    const made = plan(now, { changes: other });
    expect(made?.reasons).toEqual([
      `the events contradict the backup: payout ${ID}: amount_micro, address`,
    ]);
  });

  test('who is nobody', () => {
    const sources = {
      live: books(holds(1n, { lifetime_micro: 1n }), {}),
      backup: books(undefined, {}),
    };
    const all = { ...sources, changes: [], trustItems: true };
    expect(planRestore('Nobody', all, NOW)?.reasons).toEqual(['no user has such an id']);
  });
});

test.each<[Item | undefined, bigint]>([
  [undefined, -1n],
  [{}, -1n],
  [{ version: 'x' }, -1n],
  [{ version: -7n }, -1n],
  [{ version: 0n }, 0n],
  [{ version: 7n }, 7n],
])('the version of %o is %i', (ofAccount, version) => expect(versionOf(ofAccount)).toBe(version));
