/** One decision, once, under faults on the wire and beside others. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { OutcomeUnknownError } from '../../../../lib/errors.ts';
import { stringifyJson } from '../../../../lib/json.ts';
import { newPayout } from '../../../../lib/payout.ts';
import { decide, findFreeze } from '../../../../lib/store/balance/freeze.ts';
import { requestPayout } from '../../../../lib/store/payouts/request.ts';
import { useDatabase } from '../../../support/database.ts';
import { faults } from '../../../support/fault-proxy.ts';
import { ADDRESSES, PAST } from '../../../support/samples.ts';
import { arrivingLate, meanwhile } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';

const SAID = { by: 'ann', note: 'odd' };
const database = useDatabase();
const wire = useWire(database);

let userId: string;
beforeEach(async () => {
  userId = randomUUID();
  await database.credit(userId, 1n);
});
const freeze = (said = SAID) => decide(wire.store(), userId, 'frozen', said);
const thaw = () => decide(wire.store(), userId, 'thawed', SAID);
const stored = () => findFreeze(wire.store(), userId);

test('it moves no money, and leaves the version alone', async () => {
  const before = await database.account(userId);
  const { freeze: given } = await freeze();
  expect(await stored()).toEqual(given);
  expect(await database.account(userId)).toMatchObject(before ?? {});
  await thaw();
  expect(await stored()).toEqual({ thawed: { ...SAID, at: expect.any(String) } });
});

describe('while it is frozen', () => {
  const request = async (amountMicro: bigint) => {
    const asked = {
      amount_micro: amountMicro,
      network: 'solana',
      address: ADDRESSES.solana,
    } as const;
    const payout = newPayout(userId, asked, 1n, wire.time.now());
    return requestPayout(wire.store(), payout, stringifyJson(payout), undefined);
  };
  const HELD = expect.objectContaining({ tag: 'account_frozen' });

  test.each([1n, 2n])(
    'a debit is refused, and nothing unlocked for it: %s',
    async (amountMicro) => {
      const due = { reward_id: 'r', amount_micro: 5n, unlocks_at: PAST };
      await database.grant(userId, [due]);
      await freeze();
      const before = await database.account(userId);
      wire.proxy.log.length = 0;
      await expect(request(amountMicro)).rejects.toEqual(HELD);
      expect(wire.proxy.operations()).toEqual(['TransactWriteItems']);
      expect(await database.account(userId)).toEqual(before);
      await thaw();
      await request(amountMicro);
    },
  );

  test('without a key, and in doubt, a refusal is no definite one', async () => {
    await freeze();
    wire.proxy.script('TransactWriteItems', [faults.loseRequest]);
    await expect(request(1n)).rejects.toThrow(OutcomeUnknownError);
  });
});

test('nothing is known of who has no account', async () => {
  expect(await findFreeze(wire.store(), randomUUID())).toEqual({});
  await expect(decide(wire.store(), randomUUID(), 'frozen', SAID)).rejects.toMatchObject({
    tag: 'user_not_found',
  });
});

test.each(['loseReply', 'loseRequest', 'conflict', 'failAfter'] as const)(
  '%s once is not noticed',
  async (fault) => {
    wire.proxy.script('TransactWriteItems', [faults[fault]]);
    expect(await freeze()).toMatchObject({ replayed: false, freeze: { frozen: SAID } });
    expect(await stored()).toMatchObject({ frozen: SAID });
  },
);

describe('being frozen returns, and yet no old write comes in', () => {
  test('a freezing that arrives late, after its own thaw', async () => {
    const late = arrivingLate();
    wire.proxy.script('TransactWriteItems', [late.fault]);
    await freeze();
    await thaw();
    await late.arrive();
    expect(await stored()).not.toHaveProperty('frozen');
  });

  test('another decision in between is met', async () => {
    const other = { ...SAID, by: 'bob' };
    wire.proxy.script('GetItem', [meanwhile('after', () => freeze(other))]);
    expect(await freeze()).toMatchObject({ freeze: { frozen: SAID } });
  });
});

test('no answer before the deadline: unknown, and a repetition tells', async () => {
  wire.proxy.script('TransactWriteItems', [], faults.loseRequest);
  await expect(freeze()).rejects.toThrow(OutcomeUnknownError);
  wire.proxy.script('TransactWriteItems', []);
  expect((await freeze()).replayed).toBe(false);
});
