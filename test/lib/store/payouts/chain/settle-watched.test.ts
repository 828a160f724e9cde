/** Runs of the scheduled settling: over many payouts, cut short, beside each other, beside damage. */
import { beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import {
  broadcast,
  fundedAccount,
  lower,
  type Signed,
  send,
  sign,
  transferCall,
} from '../../../../../infra/local/only-here/chains/evm-contracts.ts';
import type { Payout } from '../../../../../lib/payout.ts';
import { withReported } from '../../../../../lib/settlement/look.ts';
import type { Chain } from '../../../../../lib/settlement/on-chain.ts';
import { SHARDS } from '../../../../../lib/store/dynamodb/indexes.ts';
import { applyChange } from '../../../../../lib/store/payouts/apply-change.ts';
import type { Verifiers } from '../../../../../lib/store/payouts/chain/apply-look.ts';
import {
  type Settled,
  settleByChain,
} from '../../../../../lib/store/payouts/chain/settle-watched.ts';
import { describeOnChain } from '../../../../support/chain-engines.ts';
import { useDatabase } from '../../../../support/database.ts';
import { freshAddress, useEvmNetwork } from '../../../../support/evm-network.ts';
import { rpcFaults } from '../../../../support/rpc-proxy.ts';
import { pagesOf } from '../../../../support/staged-faults.ts';
import { useWire } from '../../../../support/wire.ts';
import { AMOUNT, ANN, BUDGET_MS, HELD, PAID, payoutsOnChain } from './payouts-on-chain.ts';

const paying = (to: string) => ({ to: lower(to), units: AMOUNT });
const NOTHING = { looked: 0, sent: 0, died: 0, reviews: 0, undecided: 0, failed: 0 };

describeOnChain('evm')('a run', () => {
  const database = useDatabase();
  const wire = useWire(database);
  const network = useEvmNetwork();
  let on: ReturnType<typeof payoutsOnChain>;
  let errors: MockInstance<typeof console.error>;
  let infos: MockInstance<typeof console.info>;
  beforeEach(async () => {
    on = payoutsOnChain(database, wire, network);
    errors = vi.spyOn(console, 'error').mockReturnValue();
    infos = vi.spyOn(console, 'info').mockReturnValue();
    // What an earlier test has left is settled.
    await network.finalize();
    await settleByChain(on.store(), on.verifiers());
    for (const spy of [errors, infos]) spy.mockClear();
  });
  const run = (verifiers = on.verifiers()) => settleByChain(on.store(), verifiers);
  const logged = (spy: MockInstance) => spy.mock.calls.map(([line]) => line as { event: string });
  const statusOf = async (payout: Payout) => (await on.stored(payout)).status;

  /** The network's own chain, with something in the way of its looks. */
  const through = (fateOf: (chain: Chain) => Chain['fateOf']): Verifiers => {
    const { chain } = network;
    const wrapped: Chain = { ...chain, fateOf: fateOf(chain) };
    return { polygon: { chain: wrapped, paidIn: network.settings } };
  };

  test('does to each what its chain says, and tells what it did', async () => {
    const { payout: paid } = await on.underway();
    const under = await on.claimed();
    await on.record(under, { kind: 'evm', ...(await on.pay(under.address, AMOUNT - 1n)) });
    await network.finalize();
    const { payout: waiting } = await on.underway();
    expect(await run()).toEqual({ ...NOTHING, looked: 3, sent: 1, reviews: 1 });
    expect(await Promise.all([paid, under, waiting].map(statusOf))).toEqual([
      ...['sent', 'processing', 'processing'],
    ]);
    expect(logged(infos)).toContainEqual(
      expect.objectContaining({ event: 'payouts_looked_at', sent: 1 }),
    );
    expect(logged(errors)).toEqual([
      {
        event: 'payout_needs_review',
        id: under.id,
        why: expect.stringContaining('another amount'),
      },
    ]);
    // The next one finds nothing new, and says of no review that it is new.
    errors.mockClear();
    expect(await run()).toEqual({ ...NOTHING, looked: 1 });
    expect(errors).not.toHaveBeenCalled();
  });

  /** Another transaction of its key has taken its nonce. */
  const replaced = async (to: string) => {
    const account = await fundedAccount(network.client);
    await network.fund(account.address);
    const signed = await sign(network.client, account, transferCall(network.token, paying(to)));
    const elsewhere = transferCall(network.token, paying(freshAddress()));
    await send(network.client, account, elsewhere, { nonce: signed.nonce });
    return signed;
  };

  test.each<[string, (payout: Payout) => Promise<Signed>, Partial<Settled>]>([
    ['payment', ({ address }) => on.pay(address), { sent: 1 }],
    ['review', ({ address }) => on.pay(address, AMOUNT - 1n), { reviews: 1 }],
    ['death', ({ address }) => replaced(address), { died: 1 }],
  ])('tells of a %s once, however often another attempt is looked at', async (_what, act, told) => {
    const payout = await on.claimed();
    await on.record(payout, { kind: 'evm', ...(await act(payout)) });
    const account = await fundedAccount(network.client);
    await network.fund(account.address);
    const call = transferCall(network.token, paying(payout.address));
    const { raw, ...unsent } = await sign(network.client, account, call);
    const reported = { ...unsent, id: unsent.hash, kind: 'evm' as const };
    await applyChange(on.store(), payout, {
      after: (current, at) => withReported(current, reported, ANN, at),
    });
    await network.finalize();
    expect(await run()).toEqual({ ...NOTHING, looked: 1, ...told });
    errors.mockClear();
    expect(await run()).toEqual({ ...NOTHING, looked: 1 });
    expect(errors).not.toHaveBeenCalled();
    // It does not wait for ever.
    await broadcast(network.client, { raw });
  });

  test('finds what is in any shard and on any page', async () => {
    const payouts = [await on.claimed(), await on.claimed(), await on.claimed()];
    for (const payout of payouts)
      await on.record(payout, { kind: 'evm', ...(await on.pay(payout.address)) });
    await network.finalize();
    wire.proxy.log.length = 0;
    wire.proxy.script('Query', [], pagesOf(1));
    expect(await run()).toMatchObject({ sent: 3 });
    const shards = wire.proxy.log.flatMap(({ request }) =>
      request.IndexName === 'looks'
        ? [(request.ExpressionAttributeValues as { ':shard': { S: string } })[':shard'].S]
        : [],
    );
    expect([...new Set(shards)].sort()).toEqual(SHARDS);
  });

  test('one that cannot be read stops no other', async () => {
    const { payout: corrupt } = await on.underway();
    const { payout } = await on.underway();
    await network.finalize();
    const { history } = await on.stored(corrupt);
    await database.changePayout(corrupt.user_id, corrupt.id, { history: 'none' });
    expect(await run()).toMatchObject({ sent: 1, failed: 1 });
    expect(await statusOf(payout)).toBe('sent');
    expect(logged(errors)).toEqual([
      expect.objectContaining({ event: 'corrupt_item', id: corrupt.id }),
    ]);
    await database.changePayout(corrupt.user_id, corrupt.id, { history });
    expect(await run()).toMatchObject({ sent: 1, failed: 0 });
  });

  test('one whose account does not hold what it reserved stops no other, and is not sent', async () => {
    const { payout: poor } = await on.underway();
    const { payout } = await on.underway();
    await network.finalize();
    await database.changeAccount(poor.user_id, { reserved_micro: 0n });
    expect(await run()).toMatchObject({ sent: 1, failed: 1 });
    expect([await statusOf(poor), await statusOf(payout)]).toEqual(['processing', 'sent']);
    expect((await on.evidence()).filter(({ payout_id }) => payout_id === poor.id)).toEqual([]);
    await database.changeAccount(poor.user_id, { reserved_micro: AMOUNT });
    expect(await run()).toMatchObject({ sent: 1 });
  });

  test('of which the providers do not agree is left to the next one', async () => {
    const { payout } = await on.underway();
    await network.finalize();
    network.proxy.behave(rpcFaults.closes);
    expect(await run()).toEqual({ ...NOTHING, looked: 1, undecided: 1 });
    expect(vi.mocked(console.warn).mock.calls.map(([line]) => line)).toContainEqual({
      ...{ event: 'chain_undecided', id: payout.id },
      why: expect.stringContaining('provider 2 of 2'),
    });
    expect(JSON.stringify(vi.mocked(console.warn).mock.calls)).not.toContain('http');
    expect(errors).not.toHaveBeenCalled();
    network.proxy.behave();
    expect(await run()).toMatchObject({ sent: 1 });
  });

  /** As many looks as are begun at once take all the time that there is. */
  const takingAllTime = () => {
    const begun = Promise.withResolvers<void>();
    let looks = 0;
    const slow = through((chain) => async (attempt) => {
      const fate = await chain.fateOf(attempt);
      if (++looks === 8) {
        wire.time.advance(BUDGET_MS);
        begun.resolve();
      }
      await begun.promise;
      return fate;
    });
    return { slow, looks: () => looks };
  };

  test('ends at its deadline, and leaves the rest to the next one', async () => {
    const payouts: Payout[] = [];
    for (let count = 0; count < 10; count++) payouts.push((await on.underway()).payout);
    await network.finalize();
    const { slow, looks } = takingAllTime();
    const settled = await run(slow);
    expect(settled.failed).toBe(0);
    // Eight are begun at once; those that end too late say nothing of the others.
    expect(settled.looked).toBeLessThan(8);
    expect(looks()).toBe(8);
    const sent = (await Promise.all(payouts.map(statusOf))).filter((status) => status === 'sent');
    expect(sent.length).toBeLessThan(10);
    expect((await run()).sent).toBe(10 - sent.length);
    for (const payout of payouts) expect(await on.books(payout)).toEqual(PAID);
  });

  test('that ends early does not always leave the same ones', async () => {
    wire.time.stand();
    const payouts: Payout[] = [];
    for (let count = 0; count < 9; count++) payouts.push((await on.underway()).payout);
    const ids = new Set(payouts.map(({ id }) => id));
    let asked = new Set<string>();
    // By the client, as what is asked after the deadline may never arrive.
    wire.connection.client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          const { Key } = args.input as { Key?: { id: string } };
          if (commandName === 'GetItemCommand' && Key && ids.has(Key.id)) asked.add(Key.id);
          return next(args);
        },
      { step: 'initialize' },
    );
    /** Those that are asked for in a run that does not get to all. */
    const askedIn = async (order: (count: number) => number) => {
      asked = new Set();
      const { slow, looks } = takingAllTime();
      let count = 0;
      const time = { ...wire.time, random: () => order(++count) };
      const { failed } = await settleByChain({ ...on.store(), time }, slow);
      expect([looks(), failed, asked.size]).toEqual([8, 0, 8]);
      return asked;
    };
    const some = await askedIn((count) => 1 / count);
    const others = await askedIn((count) => 1 - 1 / count);
    expect(some.union(others).size).toBe(9);
  });

  test('two at once send each payout once', async () => {
    const payouts: Payout[] = [];
    for (let count = 0; count < 5; count++) payouts.push((await on.underway()).payout);
    await network.finalize();
    const runs = await Promise.all([run(), run()]);
    expect(logged(errors)).toEqual([]);
    for (const { failed, undecided } of runs) expect([failed, undecided]).toEqual([0, 0]);
    for (const payout of payouts) {
      expect(await on.books(payout)).toEqual(PAID);
      expect((await on.stored(payout)).history).toHaveLength(3);
    }
    const ids = new Set(payouts.map(({ id }) => id));
    expect((await on.evidence()).filter(({ payout_id }) => ids.has(payout_id))).toHaveLength(5);
  });

  describe('without verifiers', () => {
    test('asks nobody', async () => {
      const { payout } = await on.underway();
      await network.finalize();
      network.proxy.calls.length = 0;
      expect(await run({})).toEqual(NOTHING);
      expect(network.proxy.calls).toEqual([]);
      expect(await on.books(payout)).toEqual(HELD);
    });
  });
});
