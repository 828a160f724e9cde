import { expect, test } from 'vitest';
import { claimOf } from '../../../../lib/store/reconcile/key-claims.ts';

const record = {
  operation_key: 'payout#abc',
  answer: '{"id":"p1","amount_micro":5}',
  written_by: 'p1',
};
const spend = { operation_key: 'spend#abc', answer: '{"ok":true}', written_by: 's1' };

test('a record claims the payout or the spend that wrote it', () => {
  expect(claimOf(record)).toEqual({ claim: 'payout#p1' });
  expect(claimOf(spend)).toEqual({ claim: 'spend#s1' });
});

test.each([
  ['a refusal', { operation_key: 'payout#abc', refused_at: 1n }],
  ['an operation of newer code', { ...record, operation_key: 'donation#abc' }],
  ['an operation that only begins alike', { ...record, operation_key: 'payouts#abc' }],
])('%s claims nothing', (_what, item) => expect(claimOf(item)).toBeUndefined());

test.each([
  [{ answer: undefined }, ['answer']],
  [{ written_by: 5 }, ['written_by']],
  [{ answer: '{"id":"p2"}' }, ['answer']],
  [{ answer: '{}' }, ['answer']],
  [{ answer: 'null' }, ['answer']],
  [{ answer: '{"id":' }, ['answer']],
])('a record with %j is wrong', (more, failing) =>
  expect(claimOf({ ...record, ...more })).toEqual({ failing }),
);
