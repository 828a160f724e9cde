/** What a restored payout has beside its newest known state. */
import { describe, expect, test } from 'vitest';
import { restoredPayout, signsOfMore } from '../../../../lib/store/reconcile/restored-payout.ts';
import { payout } from '../../../support/histories.ts';
import { HASHES, USER_ID } from '../../../support/samples.ts';

type Item = Record<string, unknown>;

const NOW = Date.parse('2026-03-01T00:00:00.000Z');
const processing = payout(USER_ID, 'processing', 1n);
const attempt = {
  ...{ id: HASHES.solana, kind: 'evm', state: 'open', by: 'ann' },
  recorded_at: '2026-02-02T00:00:00.000Z',
};
const death = { by: 'bob', at: attempt.recorded_at, note: 'x' };
const restored = (item: Item, was?: Item) => restoredPayout(item, was, 'mark', NOW);

test.each(['requested', 'sent', 'failed', 'cancelled'] as const)(
  'one that is %s needs no look, and the stream knows it for no change',
  (status) => {
    const item = payout(USER_ID, status, 1n);
    const written = { ...item, marks: ['mark'], restored_by: 'mark' };
    expect(restored(item)).toEqual(written);
  },
);

test('one that is being paid has to be looked at', () =>
  expect(restored(processing)).toEqual({
    ...{ ...processing, marks: ['mark'], restored_by: 'mark' },
    review: {
      why: expect.stringContaining('look on the chain'),
      since: '2026-03-01T00:00:00.000Z',
    },
    // By which it is listed before the others.
    look_key: `review#${processing.id}`,
  }));

describe('the attempts that its damaged item tells of', () => {
  const other = { ...attempt, id: HASHES.ethereum, state: 'dead', death };
  const { death: _, ...alive } = { ...other, state: 'open' };

  test('are alive beside those that are known', () => {
    const known = { ...attempt, state: 'dead', death };
    const was = { ...processing, attempts: [attempt, other, { ...other, id: 7n }, 'none'] };
    expect(restored({ ...processing, attempts: [known] }, was).attempts).toEqual([known, alive]);
    expect(restored(processing, { attempts: [other] }).attempts).toEqual([alive]);
  });

  test('are asked of the chain anew, whatever it says to have been found of them', () => {
    const proof = { cause: 'expired', height: 9n, at: '2026-02-03T00:00:00.000Z' };
    const was = { attempts: [{ ...other, proof, found: 'no_transfer' }] };
    expect(restored(processing, was).attempts).toEqual([alive]);
  });

  test('are none where it cannot be read', () =>
    expect(restored(processing, { attempts: 'many' })).not.toHaveProperty('attempts'));
});

test.each<[string[] | undefined, unknown, number]>([
  [['1'], undefined, 2],
  [['1'], ['1', '2', '3'], 4],
  [undefined, ['1'], 2],
  [['1', '2'], ['1'], 3],
  [['1'], 'many', 2],
])('of %j and %j neither had its revision of %i', (known, live, length) => {
  const { marks } = restored({ ...processing, marks: known }, { marks: live });
  const added = Array(length - (known?.length ?? 0)).fill('mark');
  expect(marks).toEqual([...(known ?? []), ...added]);
});

/** A claim that was given up, its attempt dead, and the same while it was claimed. */
const [first, second] = processing.history as [Item, Item];
const third = { status: 'requested', at: '2026-02-03T00:00:00.000Z', by: 'bob', note: 'n' };
const requested: Item = { ...processing, status: 'requested', marks: ['1'], history: [first] };
const dead = { ...attempt, state: 'dead', death };
const released: Item = {
  ...requested,
  ...{ marks: ['1', '2', '3', '4'], attempts: [dead], history: [first, second, third] },
};
const claimed: Item = {
  ...{ ...processing, marks: ['1', '2'], budget_day: '2026-02-02', attempts: [attempt] },
};

describe('a live item says by any one of its attributes that the payout had come further', () => {
  test.each<[string, Item, Item]>([
    ['status', { status: 'processing' }, requested],
    ['status', { status: 'sent' }, processing],
    ['status', { status: 'sent' }, payout(USER_ID, 'failed', 1n)],
    ['history', { history: [first, second] }, requested],
    ['history', { history: [first, second, third] }, requested],
    ['history', { history: [first, null] }, requested],
    ['history', { history: [second] }, requested],
    ['history', { history: [first, { status: 'sent' }] }, released],
    ['history', { history: [first, second, { status: 'sent' }] }, processing],
    ['attempts', { attempts: [attempt] }, requested],
    ['attempts', { attempts: [{ ...attempt, state: 'opn' }] }, requested],
    ['attempts', { attempts: ['unreadable'] }, requested],
    ['attempts', { attempts: [null] }, requested],
    ['attempts', { attempts: [{ ...attempt, id: 'another' }] }, released],
    ['attempts', { attempts: [{ ...attempt, state: 'landed' }] }, released],
    ['attempts', { attempts: [{ ...attempt, state: 'landed' }] }, processing],
    ['attempts', { attempts: [{ state: 'landed' }] }, payout(USER_ID, 'failed', 1n)],
    ['budget_day', { budget_day: '2026-02-02' }, requested],
    ['queue_key', { queue_key: 'done#x' }, requested],
    ['queue_key', { queue_key: 'done#x' }, processing],
    ['tx_hash', { tx_hash: HASHES.ethereum }, requested],
    ['tx_hash', { tx_hash: HASHES.ethereum }, payout(USER_ID, 'failed', 1n)],
    ['completed_at', { completed_at: 'then' }, processing],
    ['reason', { reason: 'other' }, requested],
    ['internal_note', { internal_note: 'i' }, requested],
  ])('%s, of %j', (name, damaged, item) => {
    expect(signsOfMore(damaged, item)).toEqual([name]);
    expect(signsOfMore(item, item)).toEqual([]);
  });

  test('but not by a claim that was given up since, nor by what goes as far', () => {
    expect(signsOfMore(claimed, released)).toEqual([]);
    for (const status of ['garbage', undefined, 'requested'])
      expect(signsOfMore({ ...claimed, status }, released)).toEqual([]);
    expect(signsOfMore({ ...claimed, status: 'sent' }, released)).toEqual(['status']);
    const again = { ...released, history: [first, second, third, second, third] };
    expect(signsOfMore(released, again)).toEqual([]);
    expect(signsOfMore({ ...released, status: 'processing' }, again)).toEqual(['status']);
    const landed = { ...claimed, attempts: [{ ...attempt, state: 'landed' }] };
    expect(signsOfMore(landed, payout(USER_ID, 'sent', 1n))).toEqual([]);
    for (const status of ['sent', 'failed'] as const) {
      const ended = payout(USER_ID, status, 1n);
      expect(signsOfMore(claimed, { ...ended, completed_at: 'then' })).toEqual([]);
      expect(signsOfMore({ ...ended, internal_note: 'i' }, ended)).toEqual([]);
    }
  });
});

describe('one that waits', () => {
  const review = { why: expect.stringContaining('look on the chain'), since: expect.anything() };

  test.each<[string, Item, Item]>([
    ['its history cannot be read', requested, { ...requested, history: 'none' }],
    ['its history is empty', requested, { ...requested, history: [] }],
    ['its history is another', released, { ...released, history: [first, null, third] }],
    ['its history ends otherwise', released, { ...released, history: [first, second, null] }],
    ['its attempts cannot be read', requested, { ...requested, attempts: 'many' }],
    ['it has a dead attempt that is not known', requested, { ...requested, attempts: [dead] }],
    ['its marks cannot be read', requested, { ...requested, marks: 'many' }],
    ['it has marks that are not known', requested, { ...requested, marks: ['1', '2'] }],
    ['it waited for a look', requested, { ...requested, review: { why: 'w', since: 's' } }],
  ])('is looked at where of its live item %s', (_what, item, was) => {
    expect(signsOfMore(was, item)).toEqual([]);
    const look_key = `review#${item.id}`;
    expect(restored(item, was)).toMatchObject({ status: 'requested', review, look_key });
  });

  test.each<[string, Item, Item | undefined]>([
    ['is gone', requested, undefined],
    ['is damaged in something else', requested, { ...requested, status: 'x', shard: 'x' }],
    ['has fewer marks', released, { ...released, marks: undefined, address: 'x' }],
    ['is a claim that was given up since', released, claimed],
    ['was not claimed yet', released, requested],
  ])('needs no look where its live item %s', (_what, item, was) =>
    expect(restored(item, was)).not.toHaveProperty('review'),
  );
});

test('whatever is lost of a claim, it is not given back without anybody having looked', () => {
  const names = ['status', 'history', 'attempts', 'budget_day', 'marks', 'queue_key'];
  const sent = {
    ...{ ...claimed, status: 'sent', queue_key: 'done#x', tx_hash: HASHES.ethereum },
    ...{ attempts: [{ ...attempt, state: 'landed' }], marks: ['1', '2', '3'] },
    history: [first, second, { ...second, status: 'sent' }],
  };
  for (const live of [claimed, sent])
    for (const value of [undefined, null, 'garbage', 7n, [], {}])
      for (let subset = 0; subset < 2 ** names.length; subset++) {
        const lost = names.filter((_, at) => subset & (1 << at));
        const was = { ...live, ...Object.fromEntries(lost.map((name) => [name, value])) };
        const isSafe =
          signsOfMore(was, requested).length > 0 || 'review' in restored(requested, was);
        expect(isSafe, `${live.status}, ${lost} is ${value}`).toBe(true);
      }
});
