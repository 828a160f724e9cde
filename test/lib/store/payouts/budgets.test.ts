/** What is claimed in a day, counted with the claim: under faults, in races, and given back. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { OutcomeUnknownError } from '../../../../lib/errors.ts';
import { stringifyJson } from '../../../../lib/json.ts';
import { newPayout, type Payout } from '../../../../lib/payout.ts';
import { withApproval } from '../../../../lib/settlement/approval.ts';
import type { Transition } from '../../../../lib/settlement/transitions.ts';
import { applyChange } from '../../../../lib/store/payouts/apply-change.ts';
import { applyTransition } from '../../../../lib/store/payouts/apply-transition.ts';
import { budgetPart } from '../../../../lib/store/payouts/budgets.ts';
import { requestPayout } from '../../../../lib/store/payouts/request.ts';
import { dayOf } from '../../../../lib/time.ts';
import { useDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { ADDRESSES, HASHES } from '../../../support/samples.ts';
import { arrivingLate } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const ANN = 'arn:aws:iam::000000000000:user/ann';
const BOB = 'arn:aws:iam::000000000000:user/bob';
const AMOUNT = 25_000_000n;

const database = useDatabase();
const wire = useWire(database);

/** Each test has a network of its own, and with it a budget, as nobody clears the table. */
let network: string;
let userId: string;
let today: string;
beforeEach(async () => {
  network = randomUUID();
  userId = randomUUID();
  today = dayOf(wire.time.now());
  await database.credit(userId, 40n * AMOUNT);
});

async function request(): Promise<Payout> {
  const asked = { amount_micro: AMOUNT, network: 'ethereum', address: ADDRESSES.ethereum } as const;
  const payout = { ...newPayout(userId, asked, 1n, wire.time.now()), network };
  await requestPayout(wire.store(), payout, stringifyJson(payout), undefined);
  return payout;
}
const take = (payout: Payout, transition: Transition, limitMicro = 2n * AMOUNT) =>
  applyTransition(wire.store(), payout, transition, { budgetsMicro: { [network]: limitMicro } });
const claim = (payout: Payout, limitMicro?: bigint) =>
  take(payout, { status: 'processing', by: ANN }, limitMicro);
const send: Transition = { status: 'sent', by: ANN, tx_hash: HASHES.ethereum };
const release: Transition = { status: 'requested', by: ANN, note: 'x' };
const fail: Transition = { status: 'failed', by: ANN, note: 'x' };
const claimedMicro = async (day = today) =>
  (await database.budget(network, day))?.claimed_micro as bigint | undefined;
const EXCEEDED = expect.objectContaining({ tag: 'outflow_budget_exceeded' });

test('two claims fit and the third does not, and says how much is left and until when', async () => {
  const [one, two, three] = [await request(), await request(), await request()];
  await claim(one);
  await take(two, send);
  expect(await claimedMicro()).toBe(2n * AMOUNT);
  await expect(claim(three, 2n * AMOUNT + 1n)).rejects.toMatchObject({
    tag: 'outflow_budget_exceeded',
    details: {
      limit_micro: 2n * AMOUNT + 1n,
      remaining_micro: 1n,
      resets_at: expect.stringMatching(/T00:00:00\.000Z$/),
    },
  });
  expect(await claimedMicro()).toBe(2n * AMOUNT);
});

test('a payout of a whole day’s budget fits into an empty one, and one that is more does not', async () => {
  const payout = await request();
  await expect(claim(payout, AMOUNT - 1n)).rejects.toMatchObject({
    details: { remaining_micro: AMOUNT - 1n },
  });
  expect(await claimedMicro()).toBeUndefined();
  await claim(payout, AMOUNT);
  expect(await claimedMicro()).toBe(AMOUNT);
});

test('what another identity has approved is counted, but not held up', async () => {
  const payout = await request();
  const { amount_micro, address } = payout;
  // Who approves it may have claimed it before: the one who does so now is another.
  await take(payout, { status: 'processing', by: BOB });
  await take(payout, { ...release, by: BOB });
  await applyChange(wire.store(), payout, {
    after: (it, at) => withApproval(it, { amount_micro, address }, BOB, at),
  });
  await claim(payout, 1n);
  expect(await claimedMicro()).toBe(AMOUNT);
});

test.each([release, fail])('$status gives back to the day that it was taken from', async (step) => {
  const payout = await request();
  await claim(payout);
  wire.time.advance(24 * 60 * 60 * 1000);
  // However little the stage lets out since.
  await take(payout, step, 1n);
  expect(await claimedMicro()).toBe(0n);
  expect(await claimedMicro(dayOf(wire.time.now()))).toBeUndefined();
  await take(payout, step);
  expect(await claimedMicro()).toBe(0n);
});

test('needs the table to be changed', async () => {
  const payout = { ...(await request()), history: [] };
  expect(() => budgetPart(undefined, payout, { ...payout, budget_day: today }, AMOUNT)).toThrow(
    'a change of what counts on a budget needs the budgets',
  );
});

test('what is sent stays counted, once', async () => {
  const payout = await request();
  await claim(payout);
  await take(payout, send);
  expect(await claimedMicro()).toBe(AMOUNT);
});

test('without a limit nothing is counted, and the transaction has no such part', async () => {
  const payout = await request();
  await applyTransition(wire.store(), payout, { status: 'processing', by: ANN });
  expect(await claimedMicro()).toBeUndefined();
  expect(wire.proxy.log.at(-1)?.request.TransactItems).toHaveLength(2);
});

describe('under faults', () => {
  test.each(['loseReply', 'loseRequest', 'conflict'] as const)(
    '%s: counted once',
    async (fault) => {
      const payout = await request();
      wire.proxy.script('TransactWriteItems', [faults[fault]]);
      expect((await claim(payout)).replayed).toBe(false);
      expect(await claimedMicro()).toBe(AMOUNT);
    },
  );

  test('a claim that arrives late, after its release, counts nothing', async () => {
    const payout = await request();
    const late = arrivingLate();
    wire.proxy.script('TransactWriteItems', [late.fault]);
    await claim(payout);
    await take(payout, release);
    await late.arrive();
    expect(await claimedMicro()).toBe(0n);
  });

  test('over it while an earlier send is in doubt, nothing definite is said', async () => {
    const payout = await request();
    wire.proxy.script('TransactWriteItems', [faults.loseRequest]);
    await expect(claim(payout, 1n)).rejects.toThrow(OutcomeUnknownError);
  });
});

test('of many claims at once no more than fit are taken', async () => {
  const payouts = [await request(), await request(), await request(), await request()];
  const outcomes = await Promise.allSettled(payouts.map((payout) => claim(payout)));
  const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  expect(refused).toEqual([EXCEEDED, EXCEEDED]);
  expect(await claimedMicro()).toBe(2n * AMOUNT);
});
