/** What a restored payout has beside its newest known state. */
import { describe, expect, test } from 'vitest';
import { restoredPayout } from '../../../../lib/store/reconcile/restored-payout.ts';
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
