/** What every change of a payout has in common, of whatever kind it is. */
import { randomUUID } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { ApiError, CorruptItemError, OutcomeUnknownError } from '../../../../lib/errors.ts';
import { stringifyJson } from '../../../../lib/json.ts';
import { newPayout, type Payout } from '../../../../lib/payout.ts';
import type { Attempt } from '../../../../lib/settlement/records.ts';
import { accountChange } from '../../../../lib/store/balance/change.ts';
import {
  applyChange,
  applyChangeById,
  type Change,
} from '../../../../lib/store/payouts/apply-change.ts';
import { requestPayout } from '../../../../lib/store/payouts/request.ts';
import { useDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { ADDRESSES } from '../../../support/samples.ts';
import { arrivingLate, forgetToken, meanwhile } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const ANN = 'arn:aws:iam::000000000000:user/ann';

const database = useDatabase();
const wire = useWire(database);

let payout: Payout;
beforeEach(async () => {
  const userId = randomUUID();
  await database.credit(userId, 40_000_000n);
  const request = { amount_micro: 25_000_000n, network: 'ethereum', address: ADDRESSES.ethereum };
  payout = newPayout(userId, { ...request, network: 'ethereum' }, 1n, wire.time.now());
  await requestPayout(wire.store(), payout, stringifyJson(payout), undefined);
  wire.proxy.log.length = 0;
});

const stored = async () => (await database.payouts(payout.user_id))[0];

/** To processing and back, each once: a status that returns. */
const claim: Change = {
  after: (before, at) => {
    if (before.status !== 'requested') throw new ApiError('payout_not_actionable');
    const history = [...before.history, { status: 'processing' as const, at, by: ANN }];
    return { ...before, status: 'processing', history };
  },
};
const release: Change = {
  after: (before, at) => {
    if (before.status !== 'processing') throw new ApiError('payout_not_actionable');
    const history = [...before.history, { status: 'requested' as const, at, by: ANN }];
    return { ...before, status: 'requested', history };
  },
};
const note = (internal_note: string | undefined): Change => ({
  after: (before) => {
    if (before.internal_note === internal_note) return before;
    const { internal_note: _, ...others } = before;
    return { ...others, ...(internal_note !== undefined && { internal_note }) };
  },
});
const apply = (change: Change) => applyChange(wire.store(), payout, change);

test('what differs is written, what is gone is removed, and the rest is not named', async () => {
  await apply(note('a'));
  expect(await stored()).toMatchObject({ internal_note: 'a', status: 'requested' });
  await apply(note(undefined));
  const item = await stored();
  expect(item).not.toHaveProperty('internal_note');
  expect(item?.history).toHaveLength(1);
  expect(item?.marks).toHaveLength(2);
});

test('several that are gone are removed together', async () => {
  await apply({ after: (before) => ({ ...before, internal_note: 'a', budget_day: '2026-01-01' }) });
  await apply({
    after: ({ internal_note: _, budget_day: __, ...others }) => others,
  });
  const item = await stored();
  expect(item).not.toHaveProperty('internal_note');
  expect(item).not.toHaveProperty('budget_day');
});

test('a payout that a person has to look at is in the index of looks, and then no more', async () => {
  const review = { why: 'It has paid.', since: payout.requested_at };
  await apply({ after: (before) => ({ ...before, review }) });
  expect(await stored()).toMatchObject({ look_key: `review#${payout.id}` });
  await apply({ after: ({ review: _, ...others }) => others });
  expect(await stored()).not.toHaveProperty('look_key');
});

test('an operator names the payout by its id alone', async () => {
  const { payout: changed } = await applyChangeById(wire.store(), payout.id, note('a'));
  expect(changed).toMatchObject({ user_id: payout.user_id, internal_note: 'a' });
  expect(await stored()).toMatchObject({ internal_note: 'a' });
});

test('what no version before has put into the index of looks is there once its attempts change', async () => {
  const open = (id: string): Attempt => ({
    ...{ id, kind: 'evm', state: 'open', by: ANN, recorded_at: payout.requested_at },
  });
  const attempt = (id: string): Change => ({
    after: (before) => ({ ...before, attempts: [...(before.attempts ?? []), open(id)] }),
  });
  await apply(attempt('first'));
  await wire.connection.client.send(
    new UpdateCommand({
      TableName: wire.store().tables.Payouts,
      Key: { user_id: payout.user_id, id: payout.id },
      UpdateExpression: 'REMOVE look_key',
    }),
  );
  await apply(note('a'));
  expect(await stored()).not.toHaveProperty('look_key');
  await apply(attempt('second'));
  expect(await stored()).toMatchObject({ look_key: `watch#${payout.id}` });
});

test('the fields keep the order of the wire, and a repetition gets the same bytes', async () => {
  const { payout: changed } = await apply(note('a'));
  expect(Object.keys(changed).join()).toBe(
    'id,user_id,amount_micro,network,address,status,requested_at,internal_note,history',
  );
  expect(stringifyJson((await apply(note('a'))).payout)).toBe(stringifyJson(changed));
});

test('a change that is there already writes nothing', async () => {
  expect((await apply(note('a'))).replayed).toBe(false);
  expect((await apply(note('a'))).replayed).toBe(true);
  expect((await stored())?.marks).toHaveLength(1);
});

describe('a status that returns does not let an old write in', () => {
  test.each(['a first', 'a later'])('%s claim that arrives late changes nothing', async (which) => {
    if (which === 'a later') for (const change of [claim, release]) await apply(change);
    const late = arrivingLate();
    wire.proxy.script('TransactWriteItems', [late.fault]);
    await apply(claim);
    await apply(release);
    const before = await stored();
    await late.arrive();
    expect(await stored()).toEqual(before);
    expect(before?.status).toBe('requested');
  });

  test('nor one whose token DynamoDB has forgotten', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseReply, forgetToken]);
    wire.proxy.script('GetItem', [
      faults.none,
      faults.loseReply,
      meanwhile('before', () => apply(release)),
    ]);
    const { payout: seen, replayed } = await apply(claim);
    // It says what it made of the payout, whatever has followed.
    expect([replayed, seen.history.length]).toEqual([false, 2]);
    expect(await stored()).toMatchObject({ status: 'requested', history: { length: 3 } });
  });

  test('a change of something else in between is met, and what it left is built upon', async () => {
    wire.proxy.script('GetItem', [meanwhile('after', () => apply(note('a')))]);
    await apply(claim);
    expect(await stored()).toMatchObject({ status: 'processing', internal_note: 'a' });
  });
});

describe('another part that refuses', () => {
  const tooMuch = () =>
    accountChange(database.tables.Accounts, payout.user_id, { reserved_micro: -26_000_000n });
  const refusing = (refusal?: Change['refusal']): Change => ({
    ...note('a'),
    parts: () => ({ account: tooMuch() }),
    ...(refusal && { refusal }),
  });
  const frozen = refusing(({ account }) => account && new ApiError('payout_not_actionable'));

  test('for a reason that is the caller’s is told, and one without is a corrupt item', async () => {
    await expect(apply(frozen)).rejects.toMatchObject({ tag: 'payout_not_actionable' });
    await expect(apply(refusing())).rejects.toThrow(CorruptItemError);
    expect(await stored()).not.toHaveProperty('internal_note');
  });

  test('while an earlier send is in doubt, nothing definite is said', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseRequest]);
    await expect(apply(frozen)).rejects.toThrow(
      new OutcomeUnknownError(`${payout.id}: refused after a lost reply`),
    );
  });
});
