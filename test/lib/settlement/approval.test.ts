import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  ApprovalReport,
  isApprovedFor,
  mustBeApprovedFor,
  withApproval,
} from '../../../lib/settlement/approval.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import { ANN, AT, BOB, claimedOn } from './claimed-payout.ts';

const EVE = 'arn:aws:iam::000000000000:user/eve';
const waiting: PayoutWithHistory = {
  ...claimedOn('ethereum'),
  status: 'requested',
  history: claimedOn('ethereum').history.slice(0, 1),
};
const { amount_micro, address } = waiting;
const EXACT = { amount_micro, address };
const approved = withApproval(waiting, EXACT, BOB, AT);
const attempt = { id: 'x', kind: 'evm', by: ANN, recorded_at: AT } as const;
const death = { by: BOB, at: AT, note: 'replaced' };
const vouchedByBob = {
  ...waiting,
  attempts: [
    { ...attempt, state: 'dead' as const, death },
    { ...attempt, id: 'y', state: 'open' as const },
  ],
};

test('whoever approves has to say which amount goes to which address', () => {
  expect(v.parse(ApprovalReport, { ...EXACT, by: 'me' })).toEqual(EXACT);
  for (const wrong of [
    { amount_micro: 0n },
    { amount_micro: undefined },
    { address: '' },
    { address: undefined },
  ])
    expect(v.is(ApprovalReport, { ...EXACT, ...wrong })).toBe(false);
});

test('it says who, when, and exactly what', () =>
  expect(approved).toEqual({ ...waiting, approval: { by: BOB, at: AT, ...EXACT } }));

test.each([
  ['amount_micro', { ...EXACT, amount_micro: amount_micro + 1n }],
  ['address', { ...EXACT, address: address.toLowerCase() }],
])('another %s than the payout’s is an argument error', (field, report) =>
  expect(() => withApproval(waiting, report, BOB, AT)).toThrow(
    expect.objectContaining({
      ...{ tag: 'invalid_args', details: { field } },
      message: `The value of ${field} is not allowed; it must be the payout’s.`,
    }),
  ),
);

test('the first one stands: again it changes nothing, and another is refused', () => {
  expect(withApproval(approved, EXACT, BOB, 'later')).toBe(approved);
  const over = { ...approved, status: 'sent' as const };
  expect(withApproval(over, EXACT, BOB, AT)).toBe(over);
  for (const payout of [approved, claimedOn('ethereum')])
    expect(() => withApproval(payout, EXACT, EVE, AT)).toThrow(
      expect.objectContaining({ tag: 'payout_not_actionable' }),
    );
});

describe('one person never approves and pays', () => {
  test('not in another role either', () => {
    const bobToo = 'arn:aws:sts::000000000000:assumed-role/Payers/bob';
    expect(isApprovedFor(approved, bobToo)).toBe(false);
    expect(() => mustBeApprovedFor(approved, bobToo, undefined)).toThrow(
      expect.objectContaining({ tag: 'approval_required' }),
    );
  });

  test('it counts for others, and for what was approved', () => {
    expect(isApprovedFor(approved, ANN)).toBe(true);
    expect(isApprovedFor(approved, BOB)).toBe(false);
    expect(isApprovedFor(waiting, ANN)).toBe(false);
    expect(isApprovedFor({ ...approved, amount_micro: amount_micro + 1n }, ANN)).toBe(false);
    expect(isApprovedFor({ ...approved, address: 'x' }, ANN)).toBe(false);
  });

  test.each<[string, PayoutWithHistory, string, bigint | undefined, boolean]>([
    ['no limit', waiting, ANN, undefined, true],
    ['at the limit', waiting, ANN, amount_micro, true],
    ['above it', waiting, ANN, amount_micro - 1n, false],
    ['above it, approved by another', approved, ANN, amount_micro - 1n, true],
    ['above it, approved by oneself', approved, BOB, amount_micro - 1n, false],
    ['approved by oneself without need', approved, BOB, undefined, false],
    ['of which one vouched that an attempt is dead', vouchedByBob, BOB, undefined, false],
    ['of which another vouched for it', vouchedByBob, ANN, undefined, true],
  ])('%s', (_what, payout, by, above, isAllowed) => {
    const check = () => mustBeApprovedFor(payout, by, above);
    if (isAllowed) return check();
    expect(check).toThrow(expect.objectContaining({ tag: 'approval_required' }));
  });
});
