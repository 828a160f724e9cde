/** What the bus has to have got of a payout, and what it must not have got. */
import { expect, test } from 'vitest';
import { payout, UNIT } from '../model/sample-users.ts';
import type { Published } from '../stack/event-bus.ts';
import { eventsOf, faultsOf } from './payout-events.ts';

const USER = '11111111-1111-4111-8111-111111111111';
const expected = eventsOf(USER, payout('a', UNIT, 'processing', 'sent'));
const [requested, processing, sent] = expected as [Published, Published, Published];

test('every state of a payout is an event, with what it was before', () => {
  expect(expected.map(({ type }) => type)).toEqual([
    'referral.payout.requested',
    'referral.payout.processing',
    'referral.payout.sent',
  ]);
  expect(processing.detail).toMatchObject({ previous_status: 'requested', sequence: 2n });
  expect(processing.detail.payout).toMatchObject({ status: 'processing' });
});

test('each at least once and in order is right, also over repetitions', () => {
  expect(faultsOf(expected, expected)).toEqual([]);
  expect(faultsOf(expected, [requested, processing, requested, ...expected])).toEqual([]);
});

test('an event that never came, came too early, or differs from the one before is wrong', () => {
  expect(faultsOf(expected, [requested, processing])).toEqual([
    expect.stringContaining('event 3 never came'),
  ]);
  expect(faultsOf(expected, [requested, sent, processing])).toEqual(['event 3 overtook event 2']);
  const other = { ...processing, detail: { ...processing.detail, changed_at: 'later' } };
  expect(faultsOf(expected, [...expected, other])).toEqual([
    expect.stringContaining('event 2 is not what the payout was then'),
  ]);
  const surplus = { ...sent, detail: { ...sent.detail, sequence: 4n } };
  expect(faultsOf(expected, [...expected, surplus])).toEqual([
    expect.stringContaining('event 4 is not what the payout was then'),
  ]);
});

test('a time that goes back is wrong', () => {
  const backwards = [sent, processing].map((event, index) => ({
    ...event,
    detail: { ...event.detail, sequence: BigInt(index + 1), changed_at: String(9 - index) },
  }));
  expect(faultsOf(backwards, backwards)).toEqual(['the time goes back: 9,8']);
});
