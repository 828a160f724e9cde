/** Looks at payouts on a chain that others wrote, with faults on the wire of the database. */
import { beforeEach, describe, expect, test } from 'vitest';
import {
  broadcast,
  deployDisperser,
  disperseCall,
  fundedAccount,
  send,
  sign,
  transferCall,
} from '../../../../../infra/local/only-here/chains/evm-contracts.ts';
import {
  createSafe,
  deploySafeContracts,
  execCall,
  safeTransaction,
} from '../../../../../infra/local/only-here/chains/safe-wallet.ts';
import { checksummed } from '../../../../../lib/networks/evm.ts';
import type { Payout } from '../../../../../lib/payout.ts';
import { afterReview } from '../../../../../lib/settlement/review.ts';
import { applyChange } from '../../../../../lib/store/payouts/apply-change.ts';
import { applyTransition } from '../../../../../lib/store/payouts/apply-transition.ts';
import { lookAt } from '../../../../../lib/store/payouts/chain/apply-look.ts';
import { positionKey } from '../../../../../lib/store/payouts/chain/evidence-items.ts';
import { describeOnChain } from '../../../../support/chain-engines.ts';
import { useDatabase } from '../../../../support/database.ts';
import { freshAddress, useEvmNetwork } from '../../../../support/evm-network.ts';
import { faults } from '../../../../support/fault-proxy.ts';
import {
  answer,
  lies,
  only,
  type RpcFault,
  rpcFaults,
  startRpcProxy,
} from '../../../../support/rpc-proxy.ts';
import { meanwhile } from '../../../../support/staged-faults.ts';
import { useWire } from '../../../../support/wire.ts';
import { AMOUNT, ANN, BACK, BOB, HELD, PAID, payoutsOnChain } from './payouts-on-chain.ts';

describeOnChain('evm')('a look', () => {
  const database = useDatabase();
  const wire = useWire(database);
  const network = useEvmNetwork();
  let on: ReturnType<typeof payoutsOnChain>;
  beforeEach(() => {
    on = payoutsOnChain(database, wire, network);
  });
  const look = (payout: Payout) => lookAt(on.store(), on.verifiers(), payout);
  const inHours = (hours: number) => {
    const store = on.store();
    return { ...store, nowMs: store.nowMs + hours * 60 * 60 * 1000 };
  };
  const writes = () =>
    wire.proxy.operations().filter((operation) => operation === 'TransactWriteItems').length;
  const evidenceOf = async ({ id }: Payout) =>
    (await on.evidence()).filter(({ payout_id }) => payout_id === id);

  test('changes nothing before the transaction is final, and then says sent, with its evidence', async () => {
    const { payout, signed } = await on.underway();
    const before = writes();
    for (const mined of [0, 1]) {
      await network.client.mine({ blocks: mined });
      expect((await look(payout))?.after).toMatchObject({ status: 'processing' });
    }
    expect(writes()).toBe(before);
    await network.finalize();

    const { transactionHash, blockNumber } = await network.client.getTransactionReceipt(signed);
    const found = await look(payout);
    expect([found?.before.status, found?.after.status]).toEqual(['processing', 'sent']);
    const evidence = { position: 0n, block: blockNumber, at: expect.stringMatching(/Z$/) };
    const item = await on.stored(payout);
    expect(item).toMatchObject({
      ...{ status: 'sent', tx_hash: transactionHash, evidence },
      attempts: [{ state: 'landed' }],
      queue_key: `done#${payout.id}`,
    });
    expect(item.history.at(-1)).toMatchObject({ status: 'sent', by: 'chain' });
    expect(item).not.toHaveProperty('look_key');
    expect(await evidenceOf(payout)).toEqual([
      {
        transaction: `polygon#${signed.hash}`,
        position: positionKey(0),
        network_day: `polygon#${item.evidence?.at.slice(0, 10)}`,
        payout_id: payout.id,
        user_id: payout.user_id,
        amount_micro: AMOUNT,
        block: blockNumber,
        at: item.evidence?.at,
      },
    ]);
    expect(await on.books(payout)).toEqual(PAID);
    // There is nothing more to look at.
    expect(await look(payout)).toBe(undefined);
  });

  test.each(['loseReply', 'failAfter', 'inProgressAfter'] as const)(
    '%s once: all is written once',
    async (fault) => {
      const { payout } = await on.underway();
      await network.finalize();
      wire.proxy.script('TransactWriteItems', [faults[fault]]);
      expect((await look(payout))?.after.status).toBe('sent');
      expect(await evidenceOf(payout)).toHaveLength(1);
      expect(await on.books(payout)).toEqual(PAID);
    },
  );

  /** Two payouts of one amount to one address. */
  const twins = async (): Promise<[Payout, Payout]> => {
    const first = await on.claimed();
    return [first, await on.claimed(first.address)];
  };

  test.each([0, 1])(
    'of two payouts that claim one transfer one is sent, and the other is for a person: %i',
    async (firstAt) => {
      const both = await twins();
      const signed = await on.pay(both[0].address);
      for (const payout of both) await on.record(payout, { kind: 'evm', ...signed });
      await network.finalize();
      const [first, second] = firstAt === 0 ? both : both.toReversed();
      // The second takes it after the first has seen that it is free.
      wire.proxy.script('TransactWriteItems', [meanwhile('before', () => look(second as Payout))]);
      expect((await look(first as Payout))?.after).toMatchObject({
        status: 'processing',
        attempts: [{ state: 'open', found: 'transfer_taken' }],
        review: { why: expect.stringContaining('the payment of another payout') },
      });
      expect((await on.stored(second as Payout)).status).toBe('sent');
      expect(await on.books(first as Payout)).toEqual(HELD);
      expect(await on.books(second as Payout)).toEqual(PAID);
      expect([await evidenceOf(first as Payout), await evidenceOf(second as Payout)]).toMatchObject(
        [{ length: 0 }, { length: 1 }],
      );
    },
  );

  test('of two transfers alike in one transaction each settles one, also when both are looked at at once', async () => {
    const both = await twins();
    const signed = await on.disperse(both[0].address, 2);
    for (const payout of both) await on.record(payout, { kind: 'evm', ...signed });
    await network.finalize();
    wire.proxy.script('TransactWriteItems', [meanwhile('before', () => look(both[1]))]);
    expect((await look(both[0]))?.after.status).toBe('sent');
    const items = await Promise.all(both.map((payout) => on.stored(payout)));
    expect(items.map(({ status }) => status)).toEqual(['sent', 'sent']);
    expect(new Set(items.map(({ evidence }) => evidence?.position)).size).toBe(2);
    for (const payout of both) expect(await on.books(payout)).toEqual(PAID);
  });

  test('what was said to be sent before there was a verifier gets its evidence, and no more', async () => {
    const { client, payer, fund, token } = network;
    const contracts = await deploySafeContracts(client, payer);
    const owner = await fundedAccount(client);
    const safe = await createSafe(client, payer, contracts, [owner], 1);
    await fund(safe);
    const payout = await on.claimed();
    const call = transferCall(token, { to: payout.address as `0x${string}`, units: AMOUNT });
    const safeTx = await safeTransaction(client, contracts, safe, [call]);
    const { hash, nonce } = safeTx;
    await on.record(payout, { kind: 'safe', safe, nonce, safe_tx_hash: hash });
    const executed = await send(client, payer, await execCall(safeTx, [owner]));
    const said = { status: 'sent', by: ANN, tx_hash: executed.hash } as const;
    await applyTransition(on.store(), payout, said);
    const books = await database.account(payout.user_id);
    await network.finalize();

    expect((await look(payout))?.after).toMatchObject({
      attempts: [{ id: hash, state: 'landed' }],
      evidence: { position: expect.any(BigInt) },
    });
    expect(await evidenceOf(payout)).toMatchObject([{ transaction: `polygon#${executed.hash}` }]);
    expect(await database.account(payout.user_id)).toEqual(books);
    expect((await on.stored(payout)).history).toHaveLength(3);
  });

  /** A key of its own, since of the payer's every other test uses the nonces. */
  const signedBy = async (payout: Payout) => {
    const account = await fundedAccount(network.client);
    await network.fund(account.address);
    const payment = { to: payout.address as `0x${string}`, units: AMOUNT };
    const call = transferCall(network.token, payment);
    const signed = await sign(network.client, account, call);
    await on.record(payout, { kind: 'evm', ...signed });
    return { account, signed, call };
  };

  describe('of an attempt that may be dead', () => {
    test('a death that is proven allows a refund, and makes none', async () => {
      const payout = await on.claimed();
      const { account, signed } = await signedBy(payout);
      const elsewhere = transferCall(network.token, { to: freshAddress(), units: 1n });
      await send(network.client, account, elsewhere, { nonce: signed.nonce, feeGwei: 20n });
      const fail = { status: 'failed', by: ANN, note: 'replaced' } as const;
      await expect(applyTransition(on.store(), payout, fail)).rejects.toMatchObject({
        tag: 'payout_may_be_sent',
      });
      await network.finalize();
      expect((await look(payout))?.after).toMatchObject({
        status: 'processing',
        attempts: [{ state: 'dead', death: { by: 'chain' }, proof: { cause: 'nonce_passed' } }],
      });
      expect(await on.books(payout)).toEqual(HELD);
      expect(await on.stored(payout)).not.toHaveProperty('look_key');
      await applyTransition(on.store(), payout, fail);
      expect(await on.books(payout)).toEqual(BACK);
    });

    test.each([
      ['in lower case', freshAddress()],
      ['with its checksum', `0x${checksummed(freshAddress().slice(2))}`],
    ])(
      'where another that nobody recorded took the nonce and paid, a person has to look: an address %s',
      async (_what, address) => {
        const payout = await on.claimed(address);
        const { account, signed, call } = await signedBy(payout);
        const other = await send(network.client, account, call, {
          nonce: signed.nonce,
          feeGwei: 20n,
        });
        await network.finalize();
        expect((await look(payout))?.after).toMatchObject({
          attempts: [{ state: 'open', found: 'paid_by_other' }],
          review: { why: expect.stringContaining(other.hash) },
        });
        expect(await on.books(payout)).toEqual(HELD);
      },
    );

    test('but not where that one paid another amount', async () => {
      const payout = await on.claimed();
      const { account, signed } = await signedBy(payout);
      const payment = { to: payout.address as `0x${string}`, units: AMOUNT - 1n };
      const another = transferCall(network.token, payment);
      await send(network.client, account, another, { nonce: signed.nonce, feeGwei: 20n });
      await network.finalize();
      const found = await look(payout);
      expect(found?.after).toMatchObject({ attempts: [{ state: 'dead' }] });
      expect(found?.after).not.toHaveProperty('review');
    });

    test('nor where it is what the payout was said to be sent by', async () => {
      const payout = await on.claimed();
      const { account, signed, call } = await signedBy(payout);
      const chosen = { nonce: signed.nonce, feeGwei: 20n };
      const { hash } = await send(network.client, account, call, chosen);
      await applyTransition(on.store(), payout, { status: 'sent', by: ANN, tx_hash: hash });
      await network.finalize();
      const found = await look(payout);
      expect(found?.after).toMatchObject({ status: 'sent', attempts: [{ state: 'dead' }] });
      expect(found?.after).not.toHaveProperty('review');
    });

    test('what all providers have lost the receipt of is not gone where it has paid', async () => {
      const { payout } = await on.underway();
      await network.finalize();
      const forgets: RpcFault = async ({ method, params }, ask, response) =>
        answer(response, /Receipt|ByHash/.test(method) ? null : await ask(method, params));
      const other = await startRpcProxy(network.url);
      try {
        for (const provider of [other, network.proxy]) provider.behave(forgets);
        const chain = network.openChain({ urls: [other.url, network.proxy.url] });
        const found = await lookAt(
          on.store(),
          { polygon: { chain, paidIn: network.settings } },
          payout,
        );
        expect(found?.undecided).toEqual(['a transaction that has paid has no receipt']);
        expect(found?.after.attempts).toMatchObject([{ state: 'open' }]);
        expect(found?.after).not.toHaveProperty('review');
        const late = await lookAt(
          inHours(3),
          { polygon: { chain, paidIn: network.settings } },
          payout,
        );
        expect(late?.after).toMatchObject({
          attempts: [{ state: 'open' }],
          review: { why: expect.stringContaining('waiting for long') },
        });
      } finally {
        network.proxy.behave();
        await other.close();
      }
      expect((await look(payout))?.after.status).toBe('sent');
    });

    test('nor where that is another payout’s evidence', async () => {
      const [payout, sibling] = await twins();
      const { account, signed, call } = await signedBy(payout);
      const other = await send(network.client, account, call, {
        nonce: signed.nonce,
        feeGwei: 20n,
      });
      await on.record(sibling, { kind: 'evm', ...other });
      await network.finalize();
      expect((await look(sibling))?.after.status).toBe('sent');
      expect((await look(payout))?.after).toMatchObject({ attempts: [{ state: 'dead' }] });
    });

    test('one for which a person vouched is still looked at: it pays, or needs a person', async () => {
      const vouch = (payout: Payout) =>
        applyChange(on.store(), payout, {
          after: (before, at) =>
            afterReview(
              before,
              { note: 'dropped', dead: before.attempts?.map(({ id }) => id) ?? [] },
              BOB,
              at,
            ),
        });
      const [kept, refunded] = [await on.claimed(), await on.claimed()];
      for (const payout of [kept, refunded]) {
        const { signed } = await signedBy(payout);
        await vouch(payout);
        await broadcast(network.client, signed);
      }
      await applyTransition(on.store(), refunded, { status: 'failed', by: ANN, note: 'dropped' });
      await network.finalize();
      expect((await look(kept))?.after).toMatchObject({
        status: 'sent',
        tx_hash: expect.any(String),
      });
      expect((await look(refunded))?.after).toMatchObject({
        status: 'failed',
        attempts: [{ state: 'dead', found: 'paid_although_failed' }],
        review: { why: expect.stringContaining('the payout was failed') },
      });
      expect(await on.books(refunded)).toEqual(BACK);
      expect((await on.stored(refunded)).look_key).toBe(`review#${refunded.id}`);
      expect(await look(refunded)).toBe(undefined);
    });
  });

  describe('of an attempt and of the one that took its nonce', () => {
    const nonceTaken = async () => {
      const payout = await on.claimed();
      const { account, signed, call } = await signedBy(payout);
      const other = await sign(network.client, account, call, {
        nonce: signed.nonce,
        feeGwei: 20n,
      });
      await on.record(payout, { kind: 'evm', ...other });
      await broadcast(network.client, other);
      await network.finalize();
      return { payout, other };
    };
    const bothSettled = async (payout: Payout) => {
      expect(await look(payout)).toBeDefined();
      const item = await on.stored(payout);
      expect(item).toMatchObject({
        status: 'sent',
        attempts: [{ state: 'dead', proof: { cause: 'nonce_passed' } }, { state: 'landed' }],
      });
      expect(item).not.toHaveProperty('review');
      expect(await on.books(payout)).toEqual(PAID);
    };

    test('the first is dead, and the other has paid, which is no stranger', async () => {
      const { payout, other } = await nonceTaken();
      await bothSettled(payout);
      expect((await on.stored(payout)).tx_hash).toBe(other.hash);
    });

    test('that the providers differ on what has paid makes it no stranger', async () => {
      const { payout, other } = await nonceTaken();
      const isOther = (receipt: { transactionHash?: unknown }) =>
        receipt.transactionHash === other.hash;
      network.proxy.behave(
        lies('eth_getTransactionReceipt', (receipt) =>
          isOther(receipt) ? { ...receipt, status: '0x0' } : receipt,
        ),
      );
      const found = await look(payout);
      expect(found?.undecided).toEqual([expect.stringContaining('provider')]);
      expect(found?.after).toMatchObject({
        status: 'processing',
        attempts: [{ state: 'dead' }, { state: 'open' }],
      });
      expect(found?.after).not.toHaveProperty('review');
      network.proxy.behave();
      await bothSettled(payout);
    });

    test('who else has paid, and is not known, delays the death and not the payment', async () => {
      const { payout } = await nonceTaken();
      network.proxy.behave(only('eth_getLogs', rpcFaults.closes));
      const found = await look(payout);
      expect(found?.undecided).toEqual([expect.stringContaining('provider')]);
      expect(found?.after).toMatchObject({
        status: 'sent',
        attempts: [{ state: 'open' }, { state: 'landed' }],
      });
      network.proxy.behave();
      await bothSettled(payout);
    });

    test('once the payout is sent nobody has to look at what others may still execute', async () => {
      const { client, token } = network;
      const payout = await on.claimed();
      // Tokens come from the contract alone: its key is no sender of ours.
      const account = await fundedAccount(client);
      const disperser = await deployDisperser(client, account);
      await network.fund(disperser);
      const payment = { to: payout.address as `0x${string}`, units: AMOUNT };
      const call = await disperseCall(client, account, disperser, [transferCall(token, payment)]);
      const signed = await sign(client, account, call, { gas: 500_000n });
      const chosen = { nonce: signed.nonce, gas: 500_000n, feeGwei: 20n };
      const other = await sign(client, account, call, chosen);
      for (const one of [signed, other]) await on.record(payout, { kind: 'evm', ...one });
      await broadcast(client, other);
      await network.finalize();
      await bothSettled(payout);
    });
  });

  test('one that pays another amount is for a person', async () => {
    const payout = await on.claimed();
    await on.record(payout, { kind: 'evm', ...(await on.pay(payout.address, AMOUNT - 1n)) });
    await network.finalize();
    expect((await look(payout))?.after).toMatchObject({
      status: 'processing',
      attempts: [{ state: 'open', found: 'amount_differs' }],
      review: { why: expect.stringContaining('another amount') },
    });
    expect(await on.books(payout)).toEqual(HELD);
  });

  test.each(['lies', 'hangs', 'answers HTML'] as const)(
    'a provider that %s decides nothing, and writes nothing',
    async (how) => {
      const { payout } = await on.underway();
      await network.finalize();
      const before = await on.stored(payout);
      const lie = lies('eth_getTransactionReceipt', (receipt) => ({ ...receipt, status: '0x0' }));
      network.proxy.behave(how === 'lies' ? lie : rpcFaults[how]);
      expect((await look(payout))?.undecided).toEqual([expect.stringContaining('provider')]);
      expect(await on.stored(payout)).toEqual(before);
      network.proxy.behave();
      expect((await look(payout))?.after.status).toBe('sent');
    },
  );

  test('a failure of our own is no disagreement of the providers, and writes nothing', async () => {
    const { payout } = await on.underway();
    const before = await on.stored(payout);
    const failing = { ...network.chain, fateOf: () => Promise.reject(new TypeError('ours')) };
    const verifiers = { polygon: { chain: failing, paidIn: network.settings } };
    await expect(lookAt(inHours(3), verifiers, payout)).rejects.toThrow('ours');
    expect(await on.stored(payout)).toEqual(before);
  });

  test('what never becomes clear is a person’s to look at in the end', async () => {
    const { payout } = await on.underway();
    await network.finalize();
    network.proxy.behave(rpcFaults.closes);
    const found = await lookAt(inHours(3), on.verifiers(), payout);
    expect(found?.after).toMatchObject({
      ...{ status: 'processing', attempts: [{ state: 'open' }] },
      review: { why: expect.stringContaining('waiting for long') },
    });
    network.proxy.behave();
    expect((await look(payout))?.after.status).toBe('sent');
  });

  test('there is none of what has no attempts, nor on a network without a verifier', async () => {
    expect(await look(await on.claimed())).toBe(undefined);
    const { payout } = await on.underway();
    expect(await lookAt(on.store(), {}, payout)).toBe(undefined);
    expect(await look({ ...payout, id: payout.id.replace(/.$/, 'z') })).toBe(undefined);
  });
});
