import { expect, test } from 'vitest';
import {
  judgeInvoice,
  judgePayout,
  judgeReward,
  withLookKey,
} from '../../../../lib/store/reconcile/entries.ts';
import { invoice, payout, reward } from '../../../support/histories.ts';
import { ADDRESSES } from '../../../support/samples.ts';

const USER = '0b8ba3a4-7f2c-4c1e-9a53-6a4c44f0b1de';
const ATTEMPT = { id: '0x1', kind: 'evm', by: 'ann', recorded_at: '2026-02-02T00:00:00.000Z' };
const NOW = Date.parse('2026-03-01T12:00:00.000Z');

test('what this code writes is sound, whatever its status', () => {
  for (const status of ['pending', 'available', 'reversed'] as const)
    expect(judgeReward(reward(USER, 'r', status, 1n), NOW)).toMatchObject({ entry: { status } });
  for (const status of ['requested', 'processing', 'sent', 'failed', 'cancelled'] as const)
    expect(judgePayout(payout(USER, status, 1n))).toMatchObject({ entry: { status } });
  for (const status of ['open', 'covered', 'closed'] as const)
    expect(judgeInvoice(invoice(USER, 'i', status, 1n))).toMatchObject({ entry: { status } });
});

test('a payout may have what was tried for it, and only what is dead once it is not being paid', () => {
  const tried = (status: 'requested' | 'processing' | 'sent' | 'failed', ...states: string[]) =>
    judgePayout(
      withLookKey({
        ...payout(USER, status, 1n),
        attempts: states.map((state) => ({ ...ATTEMPT, state })),
      }),
    );
  for (const sound of [
    tried('requested', 'dead'),
    tried('failed', 'dead'),
    tried('processing', 'open', 'dead'),
    tried('sent', 'open', 'landed', 'dead'),
  ])
    expect(sound).toHaveProperty('entry');
  for (const unsound of [tried('failed', 'open'), tried('processing', 'landed')])
    expect(unsound).toEqual({ failing: ['attempts'] });
});

test.each(['failed', 'cancelled'] as const)('one that is %s may say why', (status) => {
  const why = { reason: 'other', internal_note: 'x' };
  expect(judgePayout({ ...payout(USER, status, 1n), ...why })).toMatchObject({ entry: why });
});

test('what proves a payment is of one that was sent', () => {
  const evidence = { position: 3n, block: 77n, at: '2026-02-02T00:00:00.000Z' };
  expect(judgePayout({ ...payout(USER, 'sent', 1n), evidence })).toHaveProperty('entry');
  for (const status of ['requested', 'processing', 'failed'] as const)
    expect(judgePayout({ ...payout(USER, status, 1n), evidence })).toEqual({
      failing: ['evidence'],
    });
});

test('the key in the index of looks follows from what has to be looked at', () => {
  const item = payout(USER, 'processing', 1n);
  const attempts = [{ ...ATTEMPT, state: 'open' }];
  const review = { why: 'x', since: '2026-02-02T00:00:00.000Z' };
  const watch = { look_key: `watch#${item.id}` };
  const first = { look_key: `review#${item.id}` };
  for (const [more, right, ...wrong] of [
    [{}, {}, watch, first],
    [{ attempts }, watch, {}, first],
    [{ review }, first, {}, watch],
    [{ attempts, review }, first, {}, watch],
  ]) {
    expect(judgePayout({ ...item, ...more, ...right })).toHaveProperty('entry');
    for (const key of wrong)
      expect(judgePayout({ ...item, ...more, ...key })).toEqual({ failing: ['look_key'] });
    expect(withLookKey({ ...item, ...more, look_key: 'x' })).toEqual({
      ...item,
      ...more,
      ...right,
    });
  }
  expect(withLookKey({ ...item, attempts: 'many' })).not.toHaveProperty('look_key');
});

test('an approval is of exactly this payout', () => {
  const item = payout(USER, 'sent', 1n);
  const approval = { by: 'bob', at: '2026-02-02T00:00:00.000Z', amount_micro: 1n };
  const approved = { ...approval, address: ADDRESSES.polygon };
  expect(judgePayout({ ...item, approval: approved })).toHaveProperty('entry');
  for (const wrong of [{ amount_micro: 2n }, { address: 'x' }])
    expect(judgePayout({ ...item, approval: { ...approved, ...wrong } })).toEqual({
      failing: ['approval'],
    });
});

test('an end that came before its beginning is sound', () => {
  const early = { user_id: USER, status: 'reversed', reward_id: 'r' };
  expect(judgeReward(early, NOW)).toHaveProperty('entry');
  expect(judgeReward({ ...early, granted_key: 'x' }, NOW)).toEqual({ failing: ['granted_key'] });
  expect(judgeInvoice({ invoice_id: 'i', status: 'closed' })).toHaveProperty('entry');
});

test.each(['pending', 'available', 'reversed'] as const)(
  'every index of a %s reward has to follow from it',
  (status) => {
    const wrong = { pending_until: '2020', due_shard: 'x', granted_key: 'x' };
    expect(judgeReward({ ...reward(USER, 'r', status, 1n), ...wrong }, NOW)).toEqual({
      failing: ['pending_until', 'due_shard', 'granted_key'],
    });
  },
);

test.each(['requested', 'processing', 'sent', 'failed', 'cancelled'] as const)(
  'both keys of a %s payout in the queue have to follow from it',
  (status) =>
    expect(judgePayout({ ...payout(USER, status, 1n), shard: 'x', queue_key: 'open#' })).toEqual({
      failing: ['shard', 'queue_key'],
    }),
);

test.each<['requested' | 'sent' | 'cancelled', string, unknown]>([
  ['requested', 'history', undefined],
  ['requested', 'history', []],
  ['sent', 'history', [{ status: 'sent', at: 'yesterday', by: 'ann' }]],
  ['sent', 'history', payout(USER, 'failed', 1n).history],
  ['requested', 'requested_at', '2026-03-01'],
  ['requested', 'network', ''],
  ['requested', 'address', undefined],
  ['requested', 'completed_at', '2026-02-02T00:00:00.000Z'],
  ['sent', 'completed_at', undefined],
  ['sent', 'tx_hash', undefined],
  ['requested', 'tx_hash', '0x'],
  ['requested', 'reason', 'other'],
  ['sent', 'reason', 'other'],
  ['sent', 'internal_note', 'x'],
  ['sent', 'marks', ['a', 1]],
  ['requested', 'budget_day', '2026-02-02'],
  ['sent', 'budget_day', 'today'],
  ['requested', 'limit_day', '2001-02-03'],
  ['sent', 'limit_day', 'today'],
  ['cancelled', 'limit_day', '2026-02-01'],
  ['requested', 'attempts', [{ ...ATTEMPT, state: 'open' }]],
  ['requested', 'attempts', [{ ...ATTEMPT, state: 'landed' }]],
  ['sent', 'attempts', [{ ...ATTEMPT, state: 'lost' }]],
])('a %s payout with this %s can be neither shown nor settled: %j', (status, name, value) => {
  const judged = judgePayout(withLookKey({ ...payout(USER, status, 1n), [name]: value }));
  expect(judged).toEqual({ failing: [expect.stringContaining(name)] });
});

test('a reward says where it is from', () => {
  const { source: _, ...item } = reward(USER, 'r', 'pending', 1n);
  expect(judgeReward(item, NOW)).toEqual({ failing: ['source'] });
});

test('a payout that is stored in upper case is no payout that a look-up finds', () => {
  const item = payout(USER, 'requested', 1n, '01A204D3-28E0-7285-B278-86BB311F921E');
  expect(judgePayout(item)).toEqual({ failing: ['id'] });
  const queue_key = String(item.queue_key).toLowerCase();
  expect(judgePayout({ ...item, queue_key })).toEqual({ failing: ['id'] });
});
