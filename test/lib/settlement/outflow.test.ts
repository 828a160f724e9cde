import { expect, test, vi } from 'vitest';
import { afterLimited, type Limits } from '../../../lib/settlement/outflow.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import type { Transition } from '../../../lib/settlement/transitions.ts';
import { dayOf, endOf } from '../../../lib/time.ts';
import { HASHES } from '../../support/samples.ts';
import { ANN, AT, BOB, claimedOn } from './claimed-payout.ts';

const TODAY = '2026-11-22';
const claimed = claimedOn('ethereum');
const waiting: PayoutWithHistory = {
  ...claimed,
  status: 'requested',
  history: claimed.history.slice(0, 1),
};
const LIMITS: Limits = { approvalAboveMicro: 1n, budgetsMicro: { ethereum: 5n } };
const approval = { by: BOB, at: AT, amount_micro: waiting.amount_micro, address: waiting.address };
const approved = { ...waiting, approval };

const claim: Transition = { status: 'processing', by: ANN };
const send: Transition = { status: 'sent', by: ANN, tx_hash: HASHES.ethereum };
const take = (payout: PayoutWithHistory, transition: Transition, limits = LIMITS) =>
  afterLimited(payout, transition, AT, limits, TODAY);
const APPROVAL = expect.objectContaining({ tag: 'approval_required' });

test('a day is one of UTC, and ends when the next one begins', () => {
  expect(dayOf(Date.parse('2026-11-27T23:59:59.999Z'))).toBe('2026-11-27');
  expect(dayOf(Date.parse('2026-11-28T00:00:00.000Z'))).toBe('2026-11-28');
  expect(endOf('2026-12-31')).toBe('2027-01-01T00:00:00.000Z');
});

test.each([claim, send])('$status: whoever takes it needs what a claim needs', (transition) => {
  expect(() => take(waiting, transition)).toThrow(APPROVAL);
  expect(take(approved, transition)).toMatchObject({ budget_day: TODAY });
  expect(() => take(approved, { ...transition, by: BOB })).toThrow(APPROVAL);
  expect(take(waiting, transition, {})).not.toHaveProperty('budget_day');
  expect(take(waiting, transition, { budgetsMicro: { solana: 1n } })).not.toHaveProperty(
    'budget_day',
  );
});

test('what was claimed under other limits is sent, on the day that it counts on, but not by its approver', () => {
  const older = { ...claimed, budget_day: '2026-11-21' };
  expect(take(older, send)).toMatchObject({ status: 'sent', budget_day: '2026-11-21' });
  expect(take(claimed, send)).not.toHaveProperty('budget_day');
  expect(() => take({ ...claimed, approval }, { ...send, by: BOB })).toThrow(APPROVAL);
});

test.each<Transition>([
  { status: 'requested', by: BOB, note: 'x' },
  { status: 'failed', by: BOB, note: 'x' },
  { status: 'cancelled', by: BOB, note: 'x' },
])('$status: what is given back counts on no day, and its approver may do it', (transition) =>
  expect(take({ ...claimed, approval, budget_day: TODAY }, transition)).not.toHaveProperty(
    'budget_day',
  ),
);

test('a repetition is one whatever the limits are by then', () => {
  expect(take(claimed, claim)).toBe(claimed);
  const steps: Transition[] = [
    send,
    { status: 'requested', by: BOB, note: 'x' },
    { status: 'failed', by: BOB, note: 'x' },
    { status: 'cancelled', by: BOB, note: 'x' },
  ];
  for (const step of steps) {
    const after = take({ ...claimed, budget_day: TODAY }, step);
    const limited = { ...after, budget_day: TODAY, limit_day: TODAY };
    for (const payout of [after, limited]) expect(take(payout, step)).toBe(payout);
  }
});

test('a barred payout is not claimed, nor is its claim repeated; all else is as ever', () => {
  const isBarred = vi.fn(() => true);
  const limits: Limits = { isBarred };
  const refused = expect.objectContaining({
    tag: 'payout_not_actionable',
    message: 'The payout cannot be claimed.',
  });
  for (const payout of [waiting, claimed]) {
    expect(() => take(payout, claim, limits)).toThrow(refused);
    expect(isBarred).toHaveBeenLastCalledWith(payout);
  }
  isBarred.mockClear();
  expect(take(claimed, send, limits)).toMatchObject({ status: 'sent' });
  expect(take(waiting, { status: 'cancelled', by: BOB, note: 'x' }, limits)).toMatchObject({
    status: 'cancelled',
  });
  const ended = take(waiting, { status: 'failed', by: BOB, note: 'x' }, limits);
  expect(() => take(ended, claim, limits)).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ status: 'failed' }) }),
  );
  expect(isBarred).not.toHaveBeenCalled();
});

test('what is not barred is claimed', () =>
  expect(take(waiting, claim, { isBarred: () => false })).toMatchObject({ status: 'processing' }));
