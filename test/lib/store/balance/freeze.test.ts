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
import { arrivingLate, forgetToken, meanwhile } from '../../../support/staged-faults.ts';
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

describe('a decision', () => {
  const ONCE = ['GetItem', 'TransactWriteItems'];
  const BY_BOB = { ...SAID, by: 'bob' };

  test('is one read and one write, and again changes nothing', async () => {
    const first = await freeze();
    expect(first).toEqual({ freeze: { frozen: expect.objectContaining(SAID) }, replayed: false });
    wire.time.advance(1000);
    expect(await freeze()).toEqual({ ...first, replayed: true });
    expect(wire.proxy.operations()).toEqual([...ONCE, 'GetItem']);
    const thawed = await thaw();
    expect(await thaw()).toEqual({ ...thawed, replayed: true });
  });

  test('gives what then holds: a thawing ends a freezing, which leaves the last thawing told', async () => {
    const held = async (deciding: ReturnType<typeof decide>) => {
      const { freeze, replayed } = await deciding;
      expect(replayed).toBe(false);
      expect(await stored()).toEqual(freeze);
      return Object.keys(freeze);
    };
    expect(await held(thaw())).toEqual(['thawed']);
    expect(await held(freeze())).toEqual(['frozen', 'thawed']);
    expect(await held(thaw())).toEqual(['thawed']);
  });

  test.each([BY_BOB, { ...SAID, note: 'odder' }])(
    'by another, or with another word, is another: %o',
    async (other) => {
      await freeze();
      expect(await freeze(other)).toMatchObject({ freeze: { frozen: other }, replayed: false });
      expect(await stored()).toMatchObject({ frozen: other });
    },
  );

  test('whose reply is lost is read back, and not written again', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseReply]);
    expect(await freeze()).toMatchObject({ replayed: false });
    expect(wire.proxy.operations()).toEqual([...ONCE, 'GetItem']);
  });

  test('that its own lost send had made is no replay', async () => {
    wire.proxy.script('TransactWriteItems', [faults.loseReply, forgetToken]);
    const { none, loseRequest } = faults;
    wire.proxy.script('GetItem', [none, loseRequest, loseRequest]);
    expect(await freeze()).toMatchObject({ freeze: { frozen: SAID }, replayed: false });
  });

  test('that met no write is in no doubt when the account cannot be read', async () => {
    wire.proxy.script('GetItem', [], faults.invalid);
    await expect(freeze()).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('that was lost stays in doubt when the account cannot be read any more', async () => {
    wire.proxy.script('TransactWriteItems', [
      async ({ drop }) => {
        await freeze(BY_BOB);
        wire.proxy.script('GetItem', [], faults.invalid);
        drop();
      },
    ]);
    await expect(freeze()).rejects.toThrow(OutcomeUnknownError);
  });
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
    expect(await stored()).toMatchObject({ frozen: SAID });
  });
});

test('no answer before the deadline: unknown, and a repetition tells', async () => {
  wire.proxy.script('TransactWriteItems', [], faults.loseRequest);
  await expect(freeze()).rejects.toThrow(OutcomeUnknownError);
  wire.proxy.script('TransactWriteItems', []);
  expect((await freeze()).replayed).toBe(false);
});
