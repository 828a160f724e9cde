/** Which of two states of an item came later. */
import { describe, expect, test } from 'vitest';
import type { Kind } from '../../../../lib/store/reconcile/books.ts';
import { newest } from '../../../../lib/store/reconcile/newest-item.ts';
import { invoice, payout, reward } from '../../../support/histories.ts';
import { HASHES, USER_ID } from '../../../support/samples.ts';

type Item = Record<string, unknown>;

const NOW = Date.parse('2026-03-01T00:00:00.000Z');
const ID = '01a204d3-28e0-7285-b278-86bb311f921e';

const pending = reward(USER_ID, 'r', 'pending', 5n, { unlocks_at: '2026-02-01T00:00:00.000Z' });
const { pending_until: _, due_shard: __, ...moved } = pending;
const unlocked = { ...moved, status: 'available' };
const reversed = { ...moved, status: 'reversed' };
const reversedUnseen = { user_id: USER_ID, reward_id: 'r', status: 'reversed' };

const requested = payout(USER_ID, 'requested', 5n, ID);
const processing = payout(USER_ID, 'processing', 5n, ID);
const [first, second] = processing.history as [Item, Item];
const ended = { queue_key: `done#${ID}`, completed_at: '2026-02-03T00:00:00.000Z' };
const sent = {
  ...processing,
  ...ended,
  status: 'sent',
  tx_hash: HASHES.ethereum,
  history: [first, second, { status: 'sent', at: '2026-02-03T00:00:00.000Z', by: 'ann' }],
};
const cancelled = payout(USER_ID, 'cancelled', 5n, ID);

const open = invoice(USER_ID, 'i', 'open', 5n);
const covered = invoice(USER_ID, 'i', 'covered', 5n);
const closed = invoice(USER_ID, 'i', 'closed', 5n);
const closedUnseen = { user_id: USER_ID, invoice_id: 'i', status: 'closed' };

const key = {
  ...{ user_id: USER_ID, operation_key: 'payout#1', fingerprint: 'f' },
  ...{ answer: `{"id":"${ID}"}`, written_by: ID, expires_at: BigInt(NOW / 1000 + 1) },
};

const WAYS: [Kind, ...Item[]][] = [
  ['rewards', pending, unlocked, reversed],
  ['rewards', reversedUnseen, reversed],
  ['payouts', requested, processing, sent],
  ['payouts', requested, cancelled],
  ['invoices', open, covered],
  ['invoices', open, closed],
  ['invoices', closedUnseen, closed],
];
const steps = WAYS.flatMap(([kind, ...states]) =>
  states.flatMap((earlier, at) =>
    states.slice(at + 1).map((later): [Kind, Item, Item] => [kind, earlier, later]),
  ),
);

test.each(steps)('%s: what follows is the newest, wherever it is', (kind, earlier, later) => {
  expect(newest(kind, later, earlier, NOW)).toBe(later);
  expect(newest(kind, earlier, later, NOW)).toBe(later);
});

test.each<[string, Kind, Item, Item]>([
  ['a reward of another amount', 'rewards', { ...unlocked, amount_micro: 6n }, pending],
  [
    'a reward of another time',
    'rewards',
    { ...unlocked, unlocks_at: '2026-02-02T00:00:00.000Z' },
    pending,
  ],
  ['a reversed reward whose grant is forgotten', 'rewards', reversedUnseen, pending],
  ['a payout to another address', 'payouts', { ...processing, address: 'elsewhere' }, requested],
  ['a payout on another network', 'payouts', { ...processing, network: 'solana' }, requested],
  ['a larger payout', 'payouts', { ...sent, amount_micro: 6n }, processing],
  ['a payout sent by another transaction', 'payouts', { ...sent, tx_hash: '0x' }, sent],
  ['a payout that was sent and is cancelled', 'payouts', cancelled, sent],
  ['a payout that cannot be read', 'payouts', { ...sent, shard: 'x' }, sent],
  ['an invoice of another total', 'invoices', { ...covered, total_micro: 6n }, open],
  ['an invoice covered by another spend', 'invoices', { ...covered, covered_by: 'x' }, covered],
  ['a covered invoice that is closed', 'invoices', closed, covered],
  ['a key that cannot be read', 'keys', { ...key, written_by: 1n }, key],
])('%s does not count', (_what, kind, live, known) =>
  expect(newest(kind, live, known, NOW)).toBe(known),
);

test.each<[Kind, Item, Item]>([
  ['payouts', requested, { ...requested, history: 'none' }],
  ['rewards', pending, { ...unlocked, amount_micro: 'much' }],
])('%s: a live one that is sound counts beside what cannot be read', (kind, live, known) =>
  expect(newest(kind, live, known, NOW)).toBe(live),
);

describe('where only one is there', () => {
  test.each<[Kind, Item]>([
    ['rewards', pending],
    ['payouts', sent],
    ['invoices', open],
    ['keys', key],
  ])('%s: it counts', (kind, item) => {
    expect(newest(kind, item, undefined, NOW)).toBe(item);
    expect(newest(kind, undefined, item, NOW)).toBe(item);
  });

  test('a key that has expired since is not missed', () => {
    expect(newest('keys', undefined, key, NOW + 999)).toBe(key);
    expect(newest('keys', undefined, key, NOW + 1000)).toBeUndefined();
  });
});

test('a record that took the place of another under its key stays', () => {
  const { written_by: _, ...refused } = { ...key, refused_at: 'then', fingerprint: 'g' };
  for (const live of [{ ...key, fingerprint: 'g' }, refused])
    expect(newest('keys', live, { ...refused, fingerprint: 'f' }, NOW)).toBe(live);
  expect(newest('keys', { ...key, fingerprint: 'g' }, key, NOW)).toMatchObject({
    fingerprint: 'g',
  });
});

test('a refusal under a key that was lost does not deny what was done, until that has expired', () => {
  const { written_by: _, ...refused } = { ...key, refused_at: 'then' };
  expect(newest('keys', refused, key, NOW)).toBe(key);
  expect(newest('keys', refused, key, NOW + 1000)).toBe(refused);
});
