import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { ApiError } from '../../../lib/errors.ts';
import type { PayoutStatus } from '../../../lib/payout.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import {
  afterTransition,
  Note,
  NoteReport,
  SentReport,
  type Transition,
  UnpaidReport,
} from '../../../lib/settlement/transitions.ts';
import { USER_ID } from '../../support/samples.ts';

const ANN = 'arn:aws:iam::000000000000:user/ann';
const BOB = 'arn:aws:iam::000000000000:user/bob';
const HASH = `0x${'a'.repeat(64)}`;
const AT = '2026-11-22T10:00:00.000Z';

const requested: PayoutWithHistory = {
  id: '01a204d3-28e0-7285-b278-86bb311f921e',
  user_id: USER_ID,
  amount_micro: 25_000_000n,
  network: 'ethereum',
  address: '0x27b1fdb04752bbc536007a920d24acb045561c26',
  status: 'requested',
  requested_at: '2026-11-22T09:00:00.000Z',
  history: [{ status: 'requested', at: '2026-11-22T09:00:00.000Z', by: 'user' }],
};

const transitions = {
  claim: { status: 'processing', by: ANN },
  send: { status: 'sent', by: ANN, tx_hash: HASH },
  release: { status: 'requested', by: ANN, note: 'on leave' },
  fail: { status: 'failed', by: ANN, note: 'no gas' },
  cancel: { status: 'cancelled', by: ANN, note: 'on request' },
  takeBack: { status: 'cancelled', by: 'user' },
} as const satisfies Record<string, Transition>;

type Name = keyof typeof transitions;

const payoutAfter = (...names: Name[]) =>
  names.reduce(
    (payout, name, index) =>
      afterTransition(payout, transitions[name], `2026-11-22T09:0${index}:01.000Z`),
    requested,
  );

test('its owner cannot take back what waits for a review, of which they know nothing', () =>
  expect(() =>
    afterTransition(
      { ...requested, review: { why: 'restored', since: AT } },
      transitions.takeBack,
      AT,
    ),
  ).toThrow(
    expect.objectContaining({ tag: 'payout_not_actionable', details: { status: 'requested' } }),
  ));

describe('every transition from every state', () => {
  const allowed: Record<PayoutStatus, Name[]> = {
    requested: ['claim', 'send', 'fail', 'cancel', 'takeBack'],
    processing: ['release', 'send', 'fail', 'cancel'],
    sent: [],
    failed: [],
    cancelled: [],
  };
  const states = [
    payoutAfter(),
    payoutAfter('claim'),
    payoutAfter('send'),
    payoutAfter('fail'),
    payoutAfter('cancel'),
  ];
  const pairs = states.flatMap((state) =>
    (Object.keys(transitions) as Name[]).map((name) => ({ state, name })),
  );

  test.each(pairs.filter(({ state, name }) => state.status !== transitions[name].status))(
    '$name from $state.status',
    ({ state, name }) => {
      const apply = () => afterTransition(state, transitions[name], AT);
      if (!allowed[state.status].includes(name))
        return expect(apply).toThrow(expect.objectContaining({ tag: 'payout_not_actionable' }));
      const { status, by } = transitions[name];
      expect(apply()).toMatchObject({
        status,
        history: [...state.history, { status, at: AT, by }],
      });
    },
  );
});

test('a claim leaves the payout open', () =>
  expect(payoutAfter('claim')).not.toHaveProperty('completed_at'));

describe('a claim that is given up', () => {
  const released = payoutAfter('claim', 'release');

  test('says why in the history alone, and the payout is as it was', () => {
    const at = '2026-11-22T09:01:01.000Z';
    expect(released).toEqual({
      ...requested,
      history: [
        ...payoutAfter('claim').history,
        { status: 'requested', at, by: ANN, note: 'on leave' },
      ],
    });
  });

  test('is given up once: repeated it changes nothing, with other words it is refused', () => {
    expect(afterTransition(released, transitions.release, AT)).toBe(released);
    for (const other of [{ note: 'other' }, { by: BOB }])
      expect(() => afterTransition(released, { ...transitions.release, ...other }, AT)).toThrow(
        expect.objectContaining({ tag: 'payout_not_actionable' }),
      );
  });

  test('happens so often that there is still room for an end', () => {
    const often = { ...released, history: Array.from({ length: 100 }, () => released.history[2]) };
    const payout = often as typeof released;
    const once = { ...payout, history: payout.history.slice(1) };
    expect(afterTransition(once, transitions.claim, AT).status).toBe('processing');
    expect(() => afterTransition(payout, transitions.claim, AT)).toThrow(
      'claimed and given up too often',
    );
    expect(afterTransition(payout, transitions.fail, AT).status).toBe('failed');
  });

  test('leaves the payout to others and to its owner', () => {
    const bobs = afterTransition(released, { ...transitions.claim, by: BOB }, AT);
    expect(bobs).toMatchObject({ status: 'processing', history: { length: 4 } });
    expect(() => afterTransition(bobs, transitions.claim, AT)).toThrow();
    expect(afterTransition(released, transitions.takeBack, AT).status).toBe('cancelled');
  });
});

test.each([
  ['send', { tx_hash: HASH }],
  ['fail', { note: 'no gas' }],
  ['cancel', { note: 'on request' }],
  ['takeBack', {}],
] as const)('%s ends it, and says with what', (name, content) =>
  expect(afterTransition(requested, transitions[name], AT)).toEqual({
    ...requested,
    ...content,
    status: transitions[name].status,
    completed_at: AT,
    history: [
      ...requested.history,
      { status: transitions[name].status, at: AT, by: transitions[name].by },
    ],
  }),
);

describe('what may be sent', () => {
  const attempt = { kind: 'evm', by: ANN, recorded_at: AT } as const;
  const hash = (digit = '') => `0x${digit.repeat(64)}`;
  const withStates = (...states: ('open' | 'dead' | 'landed')[]) => ({
    ...payoutAfter('claim'),
    attempts: states.map((state, at) => ({ ...attempt, id: hash('abc'[at]), state })),
  });

  test.each(['fail', 'cancel', 'release'] as const)('is not given back: %s', (name) => {
    for (const state of ['open', 'landed'] as const)
      expect(() => afterTransition(withStates('dead', state), transitions[name], AT)).toThrow(
        expect.objectContaining({
          tag: 'payout_may_be_sent',
          details: { attempts: [hash('b')] },
        }),
      );
    const { status } = transitions[name];
    expect(afterTransition(withStates('dead'), transitions[name], AT).status).toBe(status);
  });

  test.each(['fail', 'cancel', 'release'] as const)(
    'is not given back before somebody has looked, where that has to be: %s',
    (name) => {
      const review = { why: 'restored', since: AT };
      expect(() =>
        afterTransition({ ...withStates('dead'), review }, transitions[name], AT),
      ).toThrow(expect.objectContaining({ tag: 'payout_may_be_sent', details: { attempts: [] } }));
    },
  );

  test('is not claimed before somebody has looked, where that has to be', () => {
    const waiting = { ...requested, review: { why: 'restored', since: AT } };
    expect(() => afterTransition(waiting, transitions.claim, AT)).toThrow(
      expect.objectContaining({ tag: 'payout_may_be_sent', details: { attempts: [] } }),
    );
    expect(() => afterTransition(waiting, transitions.takeBack, AT)).toThrow(
      expect.objectContaining({ tag: 'payout_not_actionable' }),
    );
    expect(afterTransition(waiting, transitions.send, AT).status).toBe('sent');
  });

  test('is sent with what proves it, where it is proven', () => {
    const evidence = { position: 3n, block: 77n, at: AT };
    const sent = afterTransition(requested, { ...transitions.send, evidence }, AT);
    expect(sent).toMatchObject({ status: 'sent', evidence });
    // A repetition has the hash alone.
    expect(afterTransition(sent, transitions.send, AT)).toBe(sent);
    expect(payoutAfter('send')).not.toHaveProperty('evidence');
  });

  test('and of all that were tried the one that is told has landed, also from the dead', () => {
    const sent = (digit: string, payout: PayoutWithHistory = withStates('open', 'dead')) =>
      afterTransition(payout, { ...transitions.send, tx_hash: hash(digit) }, AT);
    const statesOf = ({ attempts }: PayoutWithHistory) => attempts?.map(({ state }) => state);
    expect(statesOf(sent('a'))).toEqual(['landed', 'dead']);
    expect(statesOf(sent('b'))).toEqual(['open', 'landed']);
    expect(statesOf(sent('c'))).toEqual(['open', 'dead']);
    expect(sent('c', payoutAfter('claim'))).not.toHaveProperty('attempts');
  });
});

describe('a repeated transition', () => {
  test.each(['claim', 'send', 'fail', 'cancel', 'takeBack'] as const)(
    '%s changes nothing',
    (name) => {
      const payout = payoutAfter(name);
      expect(afterTransition(payout, transitions[name], AT)).toBe(payout);
    },
  );

  test.each(['send', 'fail', 'cancel'] as const)(
    '%s by another operator is the same transition',
    (name) => {
      const payout = payoutAfter(name);
      expect(afterTransition(payout, { ...transitions[name], by: BOB }, AT)).toBe(payout);
    },
  );

  test('a hash in another case is the same hash, stored in lower case or, once, as it came', () => {
    const shouted = { ...transitions.send, tx_hash: HASH.toUpperCase() };
    const payout = payoutAfter('send');
    expect(afterTransition(requested, shouted, AT)).toMatchObject({ tx_hash: HASH });
    expect(afterTransition(payout, shouted, AT)).toBe(payout);
    const asItCame = { ...payout, tx_hash: HASH.toUpperCase() };
    for (const again of [transitions.send, shouted])
      expect(afterTransition(asItCame, again, AT)).toBe(asItCame);
  });

  test.each([
    ['a claim by another operator', 'claim', { ...transitions.claim, by: BOB }],
    ['another hash', 'send', { ...transitions.send, tx_hash: `0x${'b'.repeat(64)}` }],
    ['another note of a failure', 'fail', { ...transitions.fail, note: 'other' }],
    ['another note of a cancel', 'cancel', { ...transitions.cancel, note: 'other' }],
    ['a cancel by the owner after an operator', 'cancel', transitions.takeBack],
    ['a cancel by an operator after the owner', 'takeBack', transitions.cancel],
  ] as const)('%s is another transition', (_name, first, second) =>
    expect(() => afterTransition(payoutAfter(first), second, AT)).toThrow(
      expect.objectContaining({ tag: 'payout_not_actionable' }),
    ),
  );

  test('with other content at the very same moment is another transition', () => {
    const payout = afterTransition(requested, transitions.fail, AT);
    expect(() => afterTransition(payout, { ...transitions.fail, note: 'other' }, AT)).toThrow();
  });
});

test('where the history does not say whose it is, nobody’s claim is a repetition, nor its return', () => {
  const { requested_at: since } = requested;
  for (const [status, name] of [
    ['processing', 'claim'],
    ['requested', 'release'],
  ] as const)
    expect(() =>
      afterTransition({ ...requested, status, history: [] }, transitions[name], AT),
    ).toThrow(
      expect.objectContaining({ tag: 'payout_not_actionable', details: { status, since } }),
    );
});

test('what was sent by a hash that is not known is sent by no other', () => {
  const sent = { ...requested, status: 'sent' as const };
  for (const network of ['ethereum', 'dogecoin'])
    expect(() => afterTransition({ ...sent, network }, transitions.send, AT)).toThrow(
      expect.objectContaining({ tag: 'payout_not_actionable' }),
    );
});

test('a refusal says where the payout is, and to operators by whom and since when', () => {
  const claimed = payoutAfter('claim');
  const refusedTo = (transition: Transition, payout = claimed) => {
    try {
      afterTransition(payout, transition, AT);
    } catch (error) {
      return (error as ApiError).details;
    }
    throw new Error('it was not refused');
  };
  expect(refusedTo(transitions.takeBack)).toEqual({ status: 'processing' });
  expect(refusedTo({ ...transitions.claim, by: BOB })).toEqual({
    status: 'processing',
    by: ANN,
    since: claimed.history.at(-1)?.at,
  });
  const sent = payoutAfter('claim', 'send');
  expect(refusedTo(transitions.fail, sent)).toEqual({
    status: 'sent',
    by: ANN,
    since: sent.history.at(-1)?.at,
  });
  const sentByBob = afterTransition(claimed, { ...transitions.send, by: BOB }, AT);
  expect(refusedTo(transitions.fail, sentByBob)).toEqual({ status: 'sent', by: BOB, since: AT });
  const sending = () => afterTransition(claimed, { ...transitions.send, tx_hash: 'x' }, AT);
  expect(sending).toThrow(expect.objectContaining({ details: { field: 'tx_hash' } }));
});

test('a hash that the network does not have is an argument error, even where the state forbids the transition', () => {
  const wrong = { ...transitions.send, tx_hash: '0xabc' };
  for (const payout of [payoutAfter(), payoutAfter('fail')])
    expect(() => afterTransition(payout, wrong, AT)).toThrow(
      expect.objectContaining({ tag: 'invalid_args' }),
    );
});

describe('on a network that is no longer offered', () => {
  const payout = { ...requested, network: 'dogecoin' };
  const send = (tx_hash: string) => afterTransition(payout, { ...transitions.send, tx_hash }, AT);

  test.each(['x', HASH, '!~', 'x'.repeat(128)])('%j can be its hash', (tx_hash) =>
    expect(send(tx_hash)).toMatchObject({ status: 'sent', tx_hash, network: 'dogecoin' }),
  );

  test.each(['', 'a b', 'a\n', 'é', '\u007f', 'x'.repeat(129)])('%j cannot', (tx_hash) =>
    expect(() => send(tx_hash)).toThrow(expect.objectContaining({ tag: 'invalid_args' })),
  );

  test('every other rule stays', () => {
    for (const name of ['claim', 'fail', 'cancel', 'takeBack'] as const)
      expect(afterTransition(payout, transitions[name], AT).status).toBe(transitions[name].status);
    const sent = send(HASH);
    expect(afterTransition(sent, transitions.send, AT)).toBe(sent);
    for (const name of ['claim', 'fail'] as const)
      expect(() => afterTransition(sent, transitions[name], AT)).toThrow(
        expect.objectContaining({ tag: 'payout_not_actionable' }),
      );
  });

  test.each(['constructor', '__proto__', 'toString'])('even if it is called %s', (network) =>
    expect(afterTransition({ ...payout, network }, transitions.send, AT).status).toBe('sent'),
  );
});

describe('a note', () => {
  test.each([
    ['x', 'x'],
    ['  trimmed \n', 'trimmed'],
    ['\u{1F4B8}'.repeat(500), '\u{1F4B8}'.repeat(500)],
  ])('%j is stored as %j', (given, stored) => expect(v.parse(Note, given)).toBe(stored));

  test.each(['', ' \t\n', '\u200b \u00ad', 'x'.repeat(501), 5, null, undefined])(
    '%j is none',
    (given) => expect(v.is(Note, given)).toBe(false),
  );
});

test('of an unpaid end a reason and a note for operators may be told', () => {
  const report = { reason: 'duplicate', note: ' no gas ', internal_note: ' twice ', by: 'me' };
  expect(v.parse(UnpaidReport, report)).toEqual({
    reason: 'duplicate',
    note: 'no gas',
    internal_note: 'twice',
  });
  const failed = afterTransition(
    requested,
    { status: 'failed', by: ANN, ...v.parse(UnpaidReport, report) },
    AT,
  );
  expect(failed).toMatchObject({ reason: 'duplicate', note: 'no gas', internal_note: 'twice' });
  for (const more of [{ reason: 'lost' }, { internal_note: '' }])
    expect(v.is(UnpaidReport, { note: 'x', ...more })).toBe(false);
  expect(v.parse(NoteReport, { note: ' on leave ' })).toEqual({ note: 'on leave' });
  expect(v.is(NoteReport, {})).toBe(false);
});

test('of an unpaid end its note is told, trimmed', () => {
  expect(v.parse(UnpaidReport, { note: ' no gas ', by: 'me' })).toEqual({ note: 'no gas' });
  for (const report of [{}, { note: '' }, { note: 5 }])
    expect(v.is(UnpaidReport, report)).toBe(false);
});

test('of a paid one its hash is told, whatever the network says of it; a missing one is empty', () => {
  expect(v.parse(SentReport, { tx_hash: '0xabc', by: 'me' })).toEqual({ tx_hash: '0xabc' });
  expect(v.parse(SentReport, {})).toEqual({ tx_hash: '' });
  for (const tx_hash of [null, 5]) expect(v.is(SentReport, { tx_hash })).toBe(false);
});
