/** Which of two states of an item came later. */
import { describe, expect, test } from 'vitest';
import type { Kind } from '../../../../lib/store/reconcile/books.ts';
import { newest } from '../../../../lib/store/reconcile/newest-item.ts';
import { invoice, payout, reward } from '../../../support/histories.ts';
import { ADDRESSES, HASHES, USER_ID } from '../../../support/samples.ts';

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
/** It counts on the day of its owner, until it ends unpaid. */
const limited = { ...requested, limit_day: '2026-02-01' };
const sent = {
  ...processing,
  ...ended,
  status: 'sent',
  tx_hash: HASHES.ethereum,
  history: [first, second, { status: 'sent', at: '2026-02-03T00:00:00.000Z', by: 'ann' }],
};
/** A change of each kind adds a mark, and a claim that was given up a status that had been left. */
const claimed = { ...processing, marks: ['1'] };
const attempt = {
  ...{ id: HASHES.ethereum, kind: 'evm', state: 'open', by: 'ann' },
  recorded_at: '2026-02-02T00:00:00.000Z',
};
const death = { by: 'bob', at: '2026-02-02T01:00:00.000Z', note: 'x' };
const look_key = `watch#${ID}`;
const tried = { ...claimed, marks: ['1', '2'], attempts: [attempt], look_key };
const dead = { ...tried, marks: ['1', '2', '3'], attempts: [{ ...attempt, state: 'dead', death }] };
const released = {
  ...{ ...dead, marks: ['1', '2', '3', '4'], status: 'requested' },
  history: [first, second, { status: 'requested', at: '2026-02-03T00:00:00.000Z', by: 'bob' }],
};
/** Somebody had vouched for the death of what landed after all. */
const landed = {
  ...{ ...sent, marks: ['1', '2', '3', '4'] },
  attempts: [{ ...attempt, state: 'landed', death }],
};
/** A Safe's, which another transaction executed. */
const safeAttempt = { ...attempt, id: `0x${'5a'.repeat(32)}`, kind: 'safe' };
const deadSafe = { ...dead, attempts: [{ ...safeAttempt, state: 'dead', death }] };
const landedSafe = { ...landed, attempts: [{ ...safeAttempt, state: 'landed', death }] };
const proof = { cause: 'nonce_passed', height: 9n, at: '2026-02-02T02:00:00.000Z' };
const { look_key: ___, ...unwatched } = dead;
const proven = {
  ...{ ...unwatched, marks: [...dead.marks, '4'] },
  attempts: [{ ...attempt, state: 'dead', death, proof }],
};
const evidence = { position: 3n, block: 77n, at: '2026-02-02T02:00:00.000Z' };
const evident = { ...landed, marks: [...landed.marks, '5'], evidence };
const approval = {
  ...{ by: 'bob', at: '2026-02-04T00:00:00.000Z', amount_micro: 5n, address: ADDRESSES.polygon },
};
const approved = { ...released, marks: [...released.marks, '5'], approval };
const again = {
  ...{ ...approved, marks: [...approved.marks, '6'], status: 'processing' },
  budget_day: '2026-02-05',
  history: [
    ...released.history,
    { status: 'processing', at: '2026-02-05T00:00:00.000Z', by: 'eve' },
  ],
};
const reviewed = { ...again, marks: [...again.marks, '7'], reviewed: death };
const failed = {
  ...{ ...again, ...ended, marks: [...again.marks, '7'], budget_day: undefined, status: 'failed' },
  ...{ reason: 'other', note: 'n', internal_note: 'i' },
  history: [...again.history, { status: 'failed', at: '2026-02-05T00:00:00.000Z', by: 'eve' }],
};
const cancelled = payout(USER_ID, 'cancelled', 5n, ID);
const review = { why: 'x', since: '2026-02-03T00:00:00.000Z' };
const inReview = { ...processing, review, look_key: `review#${ID}` };

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
  ['payouts', limited, cancelled],
  ['payouts', requested, claimed, tried, dead, released, approved, again, reviewed],
  ['payouts', claimed, tried, dead, released, approved, again, failed],
  ['payouts', claimed, tried, dead, landed, evident],
  ['payouts', claimed, tried, dead, proven],
  ['payouts', claimed, deadSafe, landedSafe],
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
  [
    'a reward that was granted at another time',
    'rewards',
    reward(USER_ID, 'r', 'available', 5n, { granted_at: '2026-01-01T00:00:01.000Z' }),
    reward(USER_ID, 'r', 'available', 5n),
  ],
  ['a reward from elsewhere', 'rewards', { ...unlocked, source: 'x' }, pending],
  ['a reversed reward whose grant is forgotten', 'rewards', reversedUnseen, pending],
  ['a payout of another user', 'payouts', { ...processing, user_id: ID }, requested],
  ['a payout to another address', 'payouts', { ...processing, address: 'elsewhere' }, requested],
  ['a payout on another network', 'payouts', { ...processing, network: 'solana' }, requested],
  ['a larger payout', 'payouts', { ...sent, amount_micro: 6n }, processing],
  ['a payout sent by another transaction', 'payouts', { ...sent, tx_hash: '0x' }, sent],
  ['a payout that was sent and is cancelled', 'payouts', cancelled, sent],
  ['a payout that cannot be read', 'payouts', { ...sent, shard: 'x' }, sent],
  [
    'a payout whose attempt is gone',
    'payouts',
    { ...again, attempts: undefined, look_key: undefined },
    tried,
  ],
  [
    'a payout whose evidence is gone',
    'payouts',
    { ...landed, marks: [...evident.marks, '6'] },
    evident,
  ],
  [
    'a payout whose death is not proven any more',
    'payouts',
    { ...dead, marks: [...proven.marks, '5'] },
    proven,
  ],
  [
    'a payout whose attempt is another',
    'payouts',
    { ...dead, attempts: [{ ...attempt, id: 'x' }] },
    tried,
  ],
  ['a payout whose dead attempt lives', 'payouts', { ...again, attempts: [attempt] }, dead],
  [
    "a payout whose Safe's dead attempt lives",
    'payouts',
    { ...again, attempts: [safeAttempt] },
    deadSafe,
  ],
  [
    'a payout sent by another than its landed attempt, which was dead',
    'payouts',
    { ...landed, tx_hash: HASHES.solana },
    dead,
  ],
  [
    'a payout whose landed attempt is dead',
    'payouts',
    { ...landed, attempts: dead.attempts },
    landed,
  ],
  ['a payout that was not approved', 'payouts', { ...again, approval: undefined }, approved],
  ['a payout with other marks', 'payouts', { ...again, marks: ['x'] }, claimed],
  ['a payout that was set back', 'payouts', tried, dead],
  ['a released payout that is claimed as before', 'payouts', dead, released],
  ['a payout without the mark of its death', 'payouts', { ...dead, marks: tried.marks }, tried],
  ['a payout on another budget', 'payouts', { ...again, budget_day: '2026-02-06' }, again],
  ['a payout on another day of its owner', 'payouts', { ...again, limit_day: '2026-02-06' }, again],
  ['a payout that counts on no day of its owner any more', 'payouts', requested, limited],
  ['a payout that nobody has to review any more', 'payouts', processing, inReview],
  ['a payout that failed with another note', 'payouts', { ...failed, note: 'x' }, failed],
  ['a payout that failed for another reason', 'payouts', { ...failed, reason: 'x' }, failed],
  [
    'a payout without its internal note',
    'payouts',
    { ...failed, internal_note: undefined },
    failed,
  ],
  ['an invoice of another total', 'invoices', { ...covered, total_micro: 6n }, open],
  [
    'an invoice covered at another time',
    'invoices',
    { ...covered, covered_at: '2026-02-01T00:00:01.000Z' },
    covered,
  ],
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

  test('nothing but a key expires, whatever it holds', () => {
    const lost = { ...pending, expires_at: key.expires_at };
    expect(newest('rewards', undefined, lost, NOW + 1000)).toBe(lost);
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
