import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { PayoutStatus, PayoutWithHistory } from '../../lib/payout.ts';
import { afterStep, Note, type Transition } from '../../lib/transitions.ts';

const ANN = 'arn:aws:iam::000000000000:user/ann';
const BOB = 'arn:aws:iam::000000000000:user/bob';
const HASH = `0x${'a'.repeat(64)}`;
const AT = '2026-11-22T10:00:00.000Z';

const requested: PayoutWithHistory = {
  id: '01a204d3-28e0-7285-b278-86bb311f921e',
  user_id: '00000000-0000-4000-8000-000000000001',
  amount_micro: 25_000_000n,
  network: 'ethereum',
  address: '0x27b1fdb04752bbc536007a920d24acb045561c26',
  status: 'requested',
  requested_at: '2026-11-22T09:00:00.000Z',
  history: [{ status: 'requested', at: '2026-11-22T09:00:00.000Z', by: 'user' }],
};

const steps = {
  claim: { status: 'processing', by: ANN },
  send: { status: 'sent', by: ANN, tx_hash: HASH },
  fail: { status: 'failed', by: ANN, note: 'no gas' },
  cancel: { status: 'cancelled', by: ANN, note: 'on request' },
  takeBack: { status: 'cancelled', by: 'user' },
} as const satisfies Record<string, Transition>;

type Step = keyof typeof steps;

const taken = (...names: Step[]) =>
  names.reduce(
    (payout, name, index) => afterStep(payout, steps[name], `2026-11-22T09:0${index}:01.000Z`),
    requested,
  );

describe('every step from every state', () => {
  const allowed: Record<PayoutStatus, Step[]> = {
    requested: ['claim', 'send', 'fail', 'cancel', 'takeBack'],
    processing: ['send', 'fail', 'cancel'],
    sent: [],
    failed: [],
    cancelled: [],
  };
  const states = [taken(), taken('claim'), taken('send'), taken('fail'), taken('cancel')];
  const pairs = states.flatMap((state) =>
    (Object.keys(steps) as Step[]).map((step) => ({ state, step })),
  );

  test.each(pairs.filter(({ state, step }) => state.status !== steps[step].status))(
    '$step from $state.status',
    ({ state, step }) => {
      const move = () => afterStep(state, steps[step], AT);
      if (!allowed[state.status].includes(step))
        return expect(move).toThrow(expect.objectContaining({ tag: 'payout_not_actionable' }));
      const { status, by } = steps[step];
      expect(move()).toMatchObject({ status, history: [...state.history, { status, at: AT, by }] });
    },
  );
});

test('a claim leaves the payout open', () =>
  expect(taken('claim')).not.toHaveProperty('completed_at'));

test.each([
  ['send', { tx_hash: HASH }],
  ['fail', { note: 'no gas' }],
  ['cancel', { note: 'on request' }],
  ['takeBack', {}],
] as const)('%s ends it, and says with what', (step, content) =>
  expect(afterStep(requested, steps[step], AT)).toEqual({
    ...requested,
    ...content,
    status: steps[step].status,
    completed_at: AT,
    history: [...requested.history, { status: steps[step].status, at: AT, by: steps[step].by }],
  }),
);

test('the fields keep the order of the wire', () =>
  expect(Object.keys(taken('claim', 'send')).join()).toBe(
    'id,user_id,amount_micro,network,address,status,tx_hash,requested_at,completed_at,history',
  ));

describe('a repeated step', () => {
  test.each(['claim', 'send', 'fail', 'cancel', 'takeBack'] as const)(
    '%s changes nothing',
    (step) => {
      const payout = taken(step);
      expect(afterStep(payout, steps[step], AT)).toBe(payout);
    },
  );

  test.each(['send', 'fail', 'cancel'] as const)(
    '%s by another operator is the same step',
    (step) => {
      const payout = taken(step);
      expect(afterStep(payout, { ...steps[step], by: BOB }, AT)).toBe(payout);
    },
  );

  test.each([
    ['a claim by another operator', 'claim', { ...steps.claim, by: BOB }],
    ['another hash', 'send', { ...steps.send, tx_hash: `0x${'b'.repeat(64)}` }],
    ['another note of a failure', 'fail', { ...steps.fail, note: 'other' }],
    ['another note of a cancel', 'cancel', { ...steps.cancel, note: 'other' }],
    ['a cancel by the owner after an operator', 'cancel', steps.takeBack],
    ['a cancel by an operator after the owner', 'takeBack', steps.cancel],
  ] as const)('%s is another step', (_name, first, second) =>
    expect(() => afterStep(taken(first), second, AT)).toThrow(
      expect.objectContaining({ tag: 'payout_not_actionable' }),
    ),
  );

  test('with other content at the very same moment is another step', () => {
    const payout = afterStep(requested, steps.fail, AT);
    expect(() => afterStep(payout, { ...steps.fail, note: 'other' }, AT)).toThrow();
  });

  test('a claim of ours is recognized after others went on from it', () => {
    const payout = taken('claim', 'send');
    expect(afterStep(payout, steps.claim, '2026-11-22T09:00:01.000Z')).toBe(payout);
    expect(() => afterStep(payout, steps.claim, AT)).toThrow();
  });
});

test('what another did, or the same one otherwise, at the very same moment is another step', () => {
  const claimed = taken('claim', 'send');
  expect(() =>
    afterStep(claimed, { ...steps.claim, by: BOB }, '2026-11-22T09:00:01.000Z'),
  ).toThrow();
  expect(afterStep(requested, steps.takeBack, requested.requested_at).status).toBe('cancelled');
});

test('a hash that the network does not have is an argument error, even where the state forbids the step', () => {
  const wrong = { ...steps.send, tx_hash: '0xabc' };
  for (const payout of [taken(), taken('fail')])
    expect(() => afterStep(payout, wrong, AT)).toThrow(
      expect.objectContaining({ tag: 'invalid_args' }),
    );
});

describe('a note', () => {
  test.each([
    ['x', 'x'],
    ['  trimmed \n', 'trimmed'],
    ['\u{1F4B8}'.repeat(500), '\u{1F4B8}'.repeat(500)],
  ])('%j is stored as %j', (given, stored) => expect(v.parse(Note, given)).toBe(stored));

  test.each(['', ' \t\n', 'x'.repeat(501), 5, null, undefined])('%j is none', (given) =>
    expect(v.is(Note, given)).toBe(false),
  );
});
