/** One transition, one credit: under faults on the wire, and in races for the same payout. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { CorruptItemError, OutcomeUnknownError } from '../../../../lib/errors.ts';
import { stringifyJson } from '../../../../lib/json.ts';
import { newPayout, type Payout } from '../../../../lib/payout.ts';
import type { Transition } from '../../../../lib/settlement/transitions.ts';
import {
  applyTransition,
  applyTransitionById,
} from '../../../../lib/store/payouts/apply-transition.ts';
import { requestPayout } from '../../../../lib/store/payouts/request.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { useDatabase } from '../../../support/database.ts';
import { type Fault, faults } from '../../../support/fault-proxy.ts';
import { ADDRESSES, HASHES, patienceMs } from '../../../support/samples.ts';
import {
  arrivingLate,
  FAULTS,
  forgetToken,
  meanwhile,
  untilTimeIsUp,
} from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const ANN = 'arn:aws:iam::000000000000:user/ann';
const BOB = 'arn:aws:iam::000000000000:user/bob';
const AMOUNT = 25_000_000n;
const REQUEST = {
  amount_micro: AMOUNT,
  network: 'ethereum',
  address: ADDRESSES.ethereum,
} as const;

const steps = {
  claim: { status: 'processing', by: ANN },
  send: { status: 'sent', by: ANN, tx_hash: HASHES.ethereum },
  fail: { status: 'failed', by: ANN, note: 'no gas' },
  cancel: { status: 'cancelled', by: ANN, note: 'on request' },
  takeBack: { status: 'cancelled', by: 'user' },
} as const satisfies Record<string, Transition>;
type Step = keyof typeof steps;

const database = useDatabase();
const wire = useWire(database);

let payout: Payout;
beforeEach(async () => {
  const userId = randomUUID();
  await database.credit(userId, 40_000_000n);
  payout = newPayout(userId, REQUEST, 1n, wire.time.now());
  await requestPayout(wire.store(), payout, stringifyJson(payout), undefined);
  wire.proxy.log.length = 0;
});

const take = (transition: Transition, of = payout) => applyTransition(wire.store(), of, transition);
const stored = async () => (await database.payouts(payout.user_id))[0];
const tagOf = (tag: string) => expect.objectContaining({ tag });

/** What the account says, beside what it must say after a payout with this status. */
const expectBooks = async (status: string, version: bigint) => {
  const away = { sent: 'paid_out_micro', failed: 'available_micro', cancelled: 'available_micro' }[
    status
  ];
  const parts = { available_micro: 15_000_000n, reserved_micro: 0n, paid_out_micro: 0n };
  parts[(away ?? 'reserved_micro') as keyof typeof parts] += AMOUNT;
  expect(await database.account(payout.user_id)).toMatchObject({
    ...parts,
    lifetime_micro: 40_000_000n,
    version,
  });
};

/** Requested, and one transition that moved money or, for a claim, none. */
const versionAfter = (step: Step) => (step === 'claim' ? 2n : 3n);

describe.each(Object.keys(steps) as Step[])('%s', (step) => {
  const transition = steps[step];

  test('takes one read and one transaction', async () => {
    const { payout: moved, replayed } = await take(transition);
    expect(replayed).toBe(false);
    expect(wire.proxy.operations()).toEqual(['GetItem', 'TransactWriteItems']);
    expect(moved.history.map(({ status, by }) => [status, by])).toEqual([
      ['requested', 'user'],
      [transition.status, transition.by],
    ]);
    expect(await stored()).toEqual({
      ...moved,
      marks: [expect.stringMatching(/^[0-9a-f-]{36}$/)],
      shard: payout.id.slice(-1),
      queue_key: `${step === 'claim' ? 'open' : 'done'}#${payout.id}`,
    });
    await expectBooks(transition.status, versionAfter(step));
  });

  test('repeated later answers the same bytes and writes nothing', async () => {
    const first = stringifyJson((await take(transition)).payout);
    wire.time.advance(5000);
    const again = await take(transition);
    expect(again.replayed).toBe(true);
    expect(stringifyJson(again.payout)).toBe(first);
    expect(
      wire.proxy.operations().filter((operation) => operation === 'TransactWriteItems'),
    ).toHaveLength(1);
    await expectBooks(transition.status, versionAfter(step));
  });

  test.each([...FAULTS.applied, ...FAULTS.lost, ...FAULTS.notApplied])(
    '%s once is not noticed',
    async (fault) => {
      await wire.again(patienceMs(fault));
      wire.proxy.script('TransactWriteItems', [faults[fault]]);
      const moved = await take(transition);
      expect(moved.replayed).toBe(false);
      expect(await stored()).toMatchObject(moved.payout);
      await expectBooks(transition.status, versionAfter(step));
    },
  );

  test.each(['loseReply', 'failAfter', 'hangAfter'] as const)(
    '%s, and no read-back before the deadline: unknown, and a repetition tells',
    async (fault) => {
      await wire.again(patienceMs(fault));
      wire.proxy.script('TransactWriteItems', [faults[fault]], faults.loseRequest);
      wire.proxy.script('GetItem', [faults.none], faults.loseRequest);
      await expect(take(transition)).rejects.toThrow(OutcomeUnknownError);
      wire.proxy.script('TransactWriteItems', []);
      wire.proxy.script('GetItem', []);
      expect((await take(transition)).payout).toMatchObject({ status: transition.status });
      await expectBooks(transition.status, versionAfter(step));
    },
  );

  test('whose reply was lost is read back, consistently, and not sent again', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseReply]);
    await take(transition);
    expect(wire.proxy.operations()).toEqual(['GetItem', 'TransactWriteItems', 'GetItem']);
    expect(wire.proxy.log[2]?.request).toMatchObject({ ConsistentRead: true });
  });

  test('conflicts for ever are a fault, never a definite no', async () => {
    wire.proxy.script('TransactWriteItems', untilTimeIsUp(wire.time, faults.conflict));
    await expect(take(transition)).rejects.toThrow('accepted no write in time');
    expect(await stored()).toMatchObject({ status: 'requested' });
    await expectBooks('requested', 2n);
  });
});

describe('a request that arrives late', () => {
  test('does nothing after its own repetition', async () => {
    const late = arrivingLate();
    wire.proxy.script('TransactWriteItems', [late.fault]);
    await take(steps.fail);
    await late.arrive();
    await expectBooks('failed', 3n);
  });

  test('does nothing after the step of another one, which made the answer a definite no', async () => {
    const late = arrivingLate();
    wire.proxy.script('TransactWriteItems', [late.fault]);
    wire.proxy.script('GetItem', [faults.none, meanwhile('before', () => take(steps.send))]);
    await expect(take(steps.cancel)).rejects.toEqual(tagOf('payout_not_actionable'));
    await late.arrive();
    await expectBooks('sent', 3n);
  });

  test('a claim whose reply was lost, and that was settled since, is still called a claim', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseReply]);
    wire.proxy.script('GetItem', [faults.none, meanwhile('before', () => take(steps.send))]);
    expect(await take(steps.claim)).toMatchObject({
      payout: { status: 'processing' },
      replayed: false,
    });
    expect((await stored())?.history).toHaveLength(3);
  });
});

describe('two workers under one name who claim at the very same moment', () => {
  test.each([
    ['and the second is told nothing until it has read the first’s claim', 'loseRequest'],
    ['and the second’s first send is lost on its way back', 'loseReply'],
  ] as const)('%s: one wins, and the other is told so', async (_what, fault) => {
    const now = wire.time.now();
    wire.time.now = () => now;
    const first = () => {
      wire.proxy.script('TransactWriteItems', []);
      wire.proxy.script('GetItem', []);
      return take(steps.claim);
    };
    let other: Awaited<ReturnType<typeof first>> | undefined;
    const before: Fault = async (exchange) => {
      other = await first();
      await faults[fault](exchange);
    };
    wire.proxy.script('TransactWriteItems', [before]);
    expect(await take(steps.claim)).toMatchObject({ replayed: true });
    expect(other).toMatchObject({ replayed: false });
    expect((await stored())?.history).toHaveLength(2);
  });

  test('and who was told nothing finds its own, whatever has followed', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseReply, forgetToken]);
    const follow = meanwhile('before', () => take(steps.send));
    wire.proxy.script('GetItem', [faults.none, faults.loseReply, faults.loseReply, follow]);
    expect(await take(steps.claim)).toMatchObject({
      payout: { history: [{}, { status: 'processing' }, { status: 'sent' }] },
      replayed: false,
    });
  });
});

test('what stays in doubt is unknown also when the payout cannot be read any more', async () => {
  wire.proxy.script('TransactWriteItems', [faults.loseReply, forgetToken]);
  wire.proxy.script('GetItem', [faults.none], faults.loseRequest);
  await expect(take(steps.send)).rejects.toThrow(OutcomeUnknownError);
  wire.proxy.script('GetItem', []);
  expect(await take(steps.send)).toMatchObject({ replayed: true });
  await expectBooks('sent', 3n);
});

describe('transitions that race', () => {
  const OTHER_HASH = `0x${'b'.repeat(64)}`;

  const race = async (racing: Transition[]) => {
    const outcomes = await Promise.allSettled(racing.map((one) => take(one)));
    const won = outcomes.flatMap((outcome, index) =>
      outcome.status === 'fulfilled' ? [racing[index]] : [],
    );
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        expect(outcome.reason).toEqual(tagOf('payout_not_actionable'));
    return won;
  };

  test.each([
    ['the owner cancels and an operator says sent', [steps.takeBack, steps.send]],
    ['an operator cancels and another says sent', [steps.cancel, { ...steps.send, by: BOB }]],
    ['failed and cancelled', [steps.fail, steps.cancel]],
    ['sent with two hashes', [steps.send, { ...steps.send, by: BOB, tx_hash: OTHER_HASH }]],
  ])('%s: one wins, one credit', async (_name, racing) => {
    const won = await race(racing);
    expect(won).toHaveLength(1);
    await expectBooks(won[0]?.status ?? '', 3n);
    expect((await stored())?.history).toHaveLength(2);
  });

  test('two operators claim: one wins', async () => {
    const won = await race([steps.claim, { ...steps.claim, by: BOB }]);
    expect(won).toHaveLength(1);
    expect((await stored())?.history).toMatchObject([{ by: 'user' }, { by: won[0]?.by }]);
    await expectBooks('processing', 2n);
  });

  test('the owner cancels while an operator claims: one wins', async () => {
    const won = await race([steps.claim, steps.takeBack]);
    expect(won).toHaveLength(1);
    await expectBooks(won[0]?.status ?? '', won[0]?.status === 'processing' ? 2n : 3n);
  });

  test('the same step twenty times at once: all get the same answer, one credit', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => take(steps.fail)));
    expect(new Set(answers.map((answer) => stringifyJson(answer.payout))).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    await expectBooks('failed', 3n);
  });

  test('twenty different ends at once: one wins, one credit', async () => {
    const ends = Array.from({ length: 20 }, (_, index) => ({
      ...(index % 2 === 0 ? steps.fail : steps.cancel),
      note: `reason ${index}`,
    }));
    const won = await race(ends);
    expect(won).toHaveLength(1);
    await expectBooks(won[0]?.status ?? '', 3n);
    expect(await stored()).toMatchObject({ note: (won[0] as { note: string }).note });
  });

  test('a claim and an end at once may both happen, in that order', async () => {
    await race([steps.claim, steps.send]);
    const history = (await stored())?.history as { status: string }[];
    expect(['requested,sent', 'requested,processing,sent']).toContain(
      history.map(({ status }) => status).join(),
    );
    await expectBooks('sent', 3n);
  });
});

describe('a payout that is not there', () => {
  test('an unknown id', async () => {
    const unknown = { ...payout, id: randomUUID() };
    await expect(take(steps.takeBack, unknown)).rejects.toEqual(tagOf('payout_not_found'));
  });

  test("another user's id", async () => {
    const foreign = { ...payout, user_id: randomUUID() };
    await expect(take(steps.takeBack, foreign)).rejects.toEqual(tagOf('payout_not_found'));
    await expectBooks('requested', 2n);
  });
});

test('an operator needs the id alone: two look-ups, one read, one transaction', async () => {
  const { payout: moved } = await applyTransitionById(wire.store(), payout.id, steps.send);
  expect(moved).toMatchObject({ status: 'sent', user_id: payout.user_id });
  expect(wire.proxy.operations()).toEqual(['Query', 'Query', 'GetItem', 'TransactWriteItems']);
});

test('an account that takes no step of a payout that stands still is corrupt, and nothing is moved', async () => {
  await database.changeAccount(payout.user_id, { reserved_micro: 'a lot' });
  await expect(take(steps.send)).rejects.toThrow(
    new CorruptItemError(
      `the account of ${payout.user_id} has not what payout ${payout.id} reserved`,
    ),
  );
  expect(await stored()).toMatchObject({ status: 'requested' });
});

test('a stored payout that makes no sense is never moved', async () => {
  await database.changePayout(payout.user_id, payout.id, { status: 'lost' });
  await expect(take(steps.send)).rejects.toMatchObject({ name: 'CorruptItemError' });
  await expectBooks('requested', 2n);
});

test('a step that moves money is not taken without accounts', async () => {
  const { Payouts } = database.tables;
  const store = { ...wire.store(), tables: { Payouts } };
  await expect(applyTransition(store, payout, steps.send)).rejects.toThrow('needs the accounts');
  expect(await stored()).toMatchObject({ status: 'requested' });
});

describe('a frozen account', () => {
  const freeze = () => database.changeAccount(payout.user_id, { frozen: { by: BOB } });

  test.each(['claim', 'send'] as const)('lets nobody take a payout: %s', async (step) => {
    await freeze();
    await expect(take(steps[step])).rejects.toEqual(tagOf('account_frozen'));
    expect(await stored()).toMatchObject({ status: 'requested' });
    await expectBooks('requested', 2n);
  });

  test.each(['fail', 'cancel', 'takeBack'] as const)(
    'takes back what nobody took: %s',
    async (step) => {
      await freeze();
      await take(steps[step]);
      await expectBooks(steps[step].status, 3n);
    },
  );

  test.each(['send', 'fail', 'cancel'] as const)('lets what was taken go on: %s', async (step) => {
    await take(steps.claim);
    await freeze();
    await take(steps[step]);
    await expectBooks(steps[step].status, 3n);
  });

  test('lets a claim be given up, which needs no accounts at all', async () => {
    await take(steps.claim);
    await freeze();
    const { Payouts } = database.tables;
    const store = { ...wire.store(), tables: { Payouts } };
    const release: Transition = { status: 'requested', by: ANN, note: 'x' };
    expect((await applyTransition(store, payout, release)).payout.status).toBe('requested');
    await expectBooks('requested', 2n);
  });
});

describe('a clock that is behind', () => {
  test.each(['claim', 'send', 'fail'] as const)(
    '%s: nothing is before the request',
    async (step) => {
      wire.time.advance(-120_000);
      const { payout: moved } = await take(steps[step]);
      expect(moved.history[1]?.at).toBe(payout.requested_at);
      if (step !== 'claim') expect(moved.completed_at).toBe(payout.requested_at);
      expect(await take(steps[step])).toMatchObject({ replayed: true });
    },
  );

  test('nor before the claim', async () => {
    wire.time.advance(60_000);
    const { payout: claimed } = await take(steps.claim);
    wire.time.advance(-240_000);
    const { payout: sent } = await take(steps.send);
    expect(sent.completed_at).toBe(claimed.history[1]?.at);
  });
});

describe('a payout that never took its amount', () => {
  test.each(['send', 'fail', 'cancel', 'takeBack'] as const)('is stopped: %s', async (step) => {
    await database.changeAccount(payout.user_id, {
      available_micro: 15_000_001n,
      reserved_micro: AMOUNT - 1n,
    });
    const before = await database.account(payout.user_id);
    await expect(take(steps[step])).rejects.toThrow(
      new CorruptItemError(
        `the account of ${payout.user_id} has not what payout ${payout.id} reserved`,
      ),
    );
    expect(await database.account(payout.user_id)).toEqual(before);
    expect(await stored()).toMatchObject({ status: 'requested' });
  });
});

test.each(['send', 'fail'] as const)(
  'a claim by a version that knows no marks, in the middle of it, does not keep %s from its end',
  async (step) => {
    const at = rfc3339(wire.time.now());
    const history = [
      { status: 'requested', at, by: 'user' },
      { status: 'processing', at, by: ANN },
    ];
    const claimed = { status: 'processing', history };
    const claim = () => database.changePayout(payout.user_id, payout.id, claimed);
    wire.proxy.script('TransactWriteItems', [meanwhile('before', claim)]);
    expect(await take(steps[step])).toMatchObject({ replayed: false });
    expect(await stored()).toMatchObject({ status: steps[step].status, history: { length: 3 } });
  },
);
