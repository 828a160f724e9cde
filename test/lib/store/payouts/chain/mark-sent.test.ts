/** `sent` by hand where the chain is asked: it is the chain that answers. */
import { beforeEach, describe, expect, test } from 'vitest';
import {
  deployToken,
  fundedAccount,
  mintCall,
  perform,
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
import { stringifyJson } from '../../../../../lib/json.ts';
import type { Payout } from '../../../../../lib/payout.ts';
import { MISMATCHES, type Mismatch } from '../../../../../lib/settlement/evidence.ts';
import type { Chain } from '../../../../../lib/settlement/on-chain.ts';
import type { Limits } from '../../../../../lib/settlement/outflow.ts';
import { decide } from '../../../../../lib/store/balance/freeze.ts';
import { applyTransition } from '../../../../../lib/store/payouts/apply-transition.ts';
import { lookAt, type VerifierSource } from '../../../../../lib/store/payouts/chain/apply-look.ts';
import { markSent } from '../../../../../lib/store/payouts/chain/mark-sent.ts';
import { describeOnChain } from '../../../../support/chain-engines.ts';
import { useDatabase } from '../../../../support/database.ts';
import { freshAddress, useEvmNetwork } from '../../../../support/evm-network.ts';
import { faults } from '../../../../support/fault-proxy.ts';
import { rpcFaults } from '../../../../support/rpc-proxy.ts';
import { ADDRESSES, HASHES } from '../../../../support/samples.ts';
import { meanwhile } from '../../../../support/staged-faults.ts';
import { useWire } from '../../../../support/wire.ts';
import { AMOUNT, ANN, BOB, HELD, PAID, payoutsOnChain } from './payouts-on-chain.ts';

/** Enough for a transfer; what reverts cannot be estimated. */
const GAS = 100_000n;

describeOnChain('evm')('sent by hand', () => {
  const database = useDatabase();
  const wire = useWire(database);
  const network = useEvmNetwork();
  let on: ReturnType<typeof payoutsOnChain>;
  beforeEach(() => {
    on = payoutsOnChain(database, wire, network);
  });
  const source = (): VerifierSource => ({
    networks: ['polygon'],
    open: async () => on.verifiers(),
  });
  const say = ({ id }: Payout, tx_hash: string, by = ANN, limits: Limits = {}) =>
    markSent(on.store(), source(), id, { by, tx_hash }, limits);
  const NOT_FINAL = { tag: 'payout_not_final' };
  const saying = (why: string) => ({
    ...NOT_FINAL,
    message: `${why}; it is recorded, and looked at every minute.`,
  });
  const mismatch = (why: Mismatch) => ({
    ...{ tag: 'payout_evidence_mismatch', details: { why }, message: MISMATCHES[why] },
  });

  describe('final and right', () => {
    test.each(['requested', 'claimed'] as const)(
      '%s: it is sent, with its evidence',
      async (from) => {
        const payout = await on[from]();
        const { hash } = await on.pay(payout.address);
        await network.finalize();
        const { payout: sent, replayed } = await say(payout, hash.toUpperCase().replace('X', 'x'));
        expect([sent, replayed]).toMatchObject([
          { status: 'sent', tx_hash: hash, evidence: { position: 0n } },
          false,
        ]);
        expect(sent.history.at(-1)).toMatchObject({ by: ANN });
        expect(await on.books(payout)).toEqual(PAID);
        const [item] = (await on.evidence()).filter(({ payout_id }) => payout_id === payout.id);
        expect(item).toMatchObject({ transaction: `polygon#${hash}` });

        const again = await say(payout, hash, BOB);
        expect([stringifyJson(again.payout), again.replayed]).toEqual([stringifyJson(sent), true]);
        await expect(say(payout, HASHES.ethereum)).rejects.toMatchObject({
          tag: 'payout_not_actionable',
        });
      },
    );

    test.each(['loseReply', 'failAfter'] as const)(
      '%s once: evidence is written once',
      async (fault) => {
        const payout = await on.claimed();
        const { hash } = await on.pay(payout.address);
        await network.finalize();
        wire.proxy.script('TransactWriteItems', [faults[fault]]);
        expect(await say(payout, hash)).toMatchObject({
          payout: { status: 'sent' },
          replayed: false,
        });
        expect(
          (await on.evidence()).filter(({ payout_id }) => payout_id === payout.id),
        ).toHaveLength(1);
        expect(await on.books(payout)).toEqual(PAID);
      },
    );

    test.each([1, 2])(
      'of two payouts at once as many are sent as there are transfers: %i',
      async (transfers) => {
        const first = await on.claimed();
        const second = await on.claimed(first.address);
        const { hash } = await on.disperse(first.address, transfers);
        await network.finalize();
        wire.proxy.script('TransactWriteItems', [
          meanwhile('before', () => say(second, hash, BOB)),
        ]);
        const said = say(first, hash);
        if (transfers === 2) expect(await said).toMatchObject({ payout: { status: 'sent' } });
        else await expect(said).rejects.toMatchObject(mismatch('transfer_taken'));
        const items = [await on.stored(first), await on.stored(second)];
        expect(items.filter(({ status }) => status === 'sent')).toHaveLength(transfers);
        const positions = items.flatMap(({ evidence }) => (evidence ? [evidence.position] : []));
        expect(new Set(positions).size).toBe(transfers);
      },
    );

    test('the transfer of a payout that was sent before the chain was asked settles no later one', async () => {
      const old = await on.claimed();
      const { hash } = await on.pay(old.address);
      await applyTransition(on.store(), old, { status: 'sent', by: ANN, tx_hash: hash });
      await network.finalize();
      wire.time.advance(60 * 60 * 1000);
      const young = await on.claimed(old.address);
      await expect(say(young, hash)).rejects.toMatchObject(mismatch('too_early'));
      expect(await on.books(young)).toEqual(HELD);
    });
  });

  describe('not final yet', () => {
    test('it is recorded as an attempt, with what the chain knows of it, once', async () => {
      const payout = await on.claimed();
      const { hash, sender, nonce } = await on.pay(payout.address);
      for (const mined of [0, 1]) {
        await network.client.mine({ blocks: mined });
        const why = saying('The transaction is not final yet');
        await expect(say(payout, hash)).rejects.toMatchObject(why);
      }
      const item = await on.stored(payout);
      expect(item).toMatchObject({ status: 'processing', look_key: `watch#${payout.id}` });
      expect(item.attempts).toEqual([
        {
          ...{ id: hash, kind: 'evm', sender, nonce, hash, state: 'open', by: ANN },
          recorded_at: expect.any(String),
        },
      ]);
      await expect(
        applyTransition(on.store(), payout, { status: 'failed', by: ANN, note: 'late' }),
      ).rejects.toMatchObject({ tag: 'payout_may_be_sent' });
      await network.finalize();
      expect(await say(payout, hash)).toMatchObject({
        payout: { status: 'sent', attempts: [{ state: 'landed' }] },
      });
    });

    test('also one that nobody has seen, or that the providers do not agree on', async () => {
      const payout = await on.claimed();
      const account = await fundedAccount(network.client);
      await network.fund(account.address);
      const call = transferCall(network.token, {
        to: payout.address as `0x${string}`,
        units: AMOUNT,
      });
      const { hash } = await sign(network.client, account, call);
      network.proxy.behave(rpcFaults.hangs);
      const undecided = saying('The providers do not say the same of the transaction yet');
      await expect(say(payout, hash)).rejects.toMatchObject(undecided);
      network.proxy.behave();
      const unseen = saying('No provider knows this transaction, so check its hash');
      await expect(say(payout, hash)).rejects.toMatchObject(unseen);
      expect((await on.stored(payout)).attempts).toEqual([
        {
          ...{ id: hash, kind: 'evm', hash, state: 'open', by: ANN },
          recorded_at: expect.any(String),
        },
      ]);
    });

    test('what a key of ours executes for a Safe does not die with the nonce of that key', async () => {
      const { client, payer, token } = network;
      const contracts = await deploySafeContracts(client, payer);
      const owner = await fundedAccount(client);
      const safe = await createSafe(client, payer, contracts, [owner], 1);
      await network.fund(safe);
      const payout = await on.claimed();
      const call = transferCall(token, { to: payout.address as `0x${string}`, units: AMOUNT });
      const safeTx = await safeTransaction(client, contracts, safe, [call]);
      const executor = await fundedAccount(client);
      await network.fund(executor.address);
      const execution = await execCall(safeTx, [owner]);
      const { hash, nonce } = await send(client, executor, execution);
      await expect(say(payout, hash)).rejects.toMatchObject(NOT_FINAL);
      // Another transaction of the key takes its place.
      const elsewhere = transferCall(token, { to: freshAddress(), units: 1n });
      await send(client, executor, elsewhere, { nonce, feeGwei: 20n });
      await network.finalize();
      const found = await lookAt(on.store(), on.verifiers(), payout);
      expect(found?.after.attempts).toMatchObject([{ id: hash, state: 'open' }]);
      // What the owners have signed anybody may still execute.
      const executed = await send(client, payer, execution);
      await network.finalize();
      expect(await say(payout, executed.hash)).toMatchObject({ payout: { status: 'sent' } });
    });

    test('a payout that nobody has claimed is claimed for it', async () => {
      const payout = await on.requested();
      const { hash } = await on.pay(payout.address);
      await expect(say(payout, hash)).rejects.toMatchObject(NOT_FINAL);
      const { history, attempts } = await on.stored(payout);
      expect([history.at(-1), attempts]).toMatchObject([
        { status: 'processing', by: ANN },
        [{ id: hash, state: 'open' }],
      ]);
      expect(await on.books(payout)).toEqual(HELD);
    });

    test('by whoever may claim it: within the limits, of an account that is not frozen', async () => {
      const payout = await on.requested();
      const { hash } = await on.pay(payout.address);
      const refused: [Limits, string][] = [
        [{ approvalAboveMicro: 1n }, 'approval_required'],
        [{ budgetsMicro: { polygon: AMOUNT - 1n } }, 'outflow_budget_exceeded'],
      ];
      for (const [limits, tag] of refused)
        await expect(say(payout, hash, ANN, limits)).rejects.toMatchObject({ tag });
      await decide(on.store(), payout.user_id, 'frozen', { by: BOB, note: 'x' });
      await expect(say(payout, hash)).rejects.toMatchObject({ tag: 'account_frozen' });
      expect(await on.stored(payout)).toMatchObject({ status: 'requested' });
      expect(await on.stored(payout)).not.toHaveProperty('attempts');
    });

    test('one that another has claimed is not claimed again, whatever the limits are', async () => {
      const payout = await on.claimed();
      const { hash } = await on.pay(payout.address);
      const limits = { approvalAboveMicro: 1n, budgetsMicro: { polygon: 1n } };
      await expect(say(payout, hash, BOB, limits)).rejects.toMatchObject(NOT_FINAL);
      const { history, attempts } = await on.stored(payout);
      expect(history.map(({ by }) => by)).toEqual(['user', ANN]);
      expect(attempts).toMatchObject([{ id: hash, by: BOB }]);
    });

    test('on Solana it is recorded by its signature, which has no nonce', async () => {
      const payout = await on.claimed(ADDRESSES.solana, 'solana');
      const chain: Chain = { ...network.chain, sightingOf: async () => ({ is: 'unseen' }) };
      const verifiers: VerifierSource = {
        networks: ['solana'],
        open: async () => ({ solana: { chain, paidIn: network.settings } }),
      };
      const tx_hash = HASHES.solana;
      await expect(
        markSent(on.store(), verifiers, payout.id, { by: ANN, tx_hash }, {}),
      ).rejects.toMatchObject(NOT_FINAL);
      expect((await on.stored(payout)).attempts).toEqual([
        {
          ...{ id: tx_hash, kind: 'solana', signature: tx_hash, state: 'open', by: ANN },
          recorded_at: expect.any(String),
        },
      ]);
    });

    test('a lost reply to its recording records it once', async () => {
      const payout = await on.claimed();
      const { hash } = await on.pay(payout.address);
      wire.proxy.script('TransactWriteItems', [faults.loseReply]);
      await expect(say(payout, hash)).rejects.toMatchObject(NOT_FINAL);
      expect((await on.stored(payout)).attempts).toHaveLength(1);
    });
  });

  describe('final and wrong is refused with why, and changes nothing:', () => {
    const hashOf: Partial<Record<Mismatch, (payout: Payout) => Promise<{ hash: string }>>> = {
      amount_differs: ({ address }) => on.pay(address, AMOUNT + 1n),
      address_differs: () => on.pay(freshAddress()),
      no_transfer: () => on.pay(freshAddress(), 1n),
      reverted: async ({ address }) => {
        const to = address as `0x${string}`;
        const call = transferCall(network.token, { to, units: 10n ** 30n });
        return send(network.client, network.payer, call, { gas: GAS });
      },
      sender_differs: async ({ address }) => {
        const { client, token, payer } = network;
        const other = await fundedAccount(client);
        await perform(client, payer, mintCall(token, { to: other.address, units: AMOUNT }));
        const to = address as `0x${string}`;
        return send(client, other, transferCall(token, { to, units: AMOUNT }));
      },
      token_differs: async ({ address }) => {
        const { client, payer } = network;
        const token = await deployToken(client, payer, 'OTHER');
        await perform(client, payer, mintCall(token, { to: payer.address, units: AMOUNT }));
        return on.pay(address, AMOUNT, token);
      },
      transfer_taken: async ({ address }) => {
        const signed = await on.pay(address);
        await network.finalize();
        await say(await on.claimed(address), signed.hash);
        return signed;
      },
      safe_failed: async ({ address }) => {
        const { client, payer, token } = network;
        const contracts = await deploySafeContracts(client, payer);
        const owner = await fundedAccount(client);
        const safe = await createSafe(client, payer, contracts, [owner], 1);
        // One of ours, which holds nothing.
        network.settings.senders.push(safe);
        const call = transferCall(token, { to: address as `0x${string}`, units: AMOUNT });
        const options = { safeTxGas: 200_000n };
        const transaction = await safeTransaction(client, contracts, safe, [call], options);
        return send(client, payer, await execCall(transaction, [owner]), { gas: 500_000n });
      },
    };

    test.each(Object.keys(hashOf) as Mismatch[])('%s', async (why) => {
      const payout = await on.claimed();
      const { hash } = (await hashOf[why]?.(payout)) ?? { hash: '' };
      await network.finalize();
      const before = await on.stored(payout);
      await expect(say(payout, hash)).rejects.toMatchObject(mismatch(why));
      expect(await on.stored(payout)).toEqual(before);
      expect(await on.books(payout)).toEqual(HELD);
    });
  });

  describe('where nobody is asked', () => {
    const unread = (networks: string[]): VerifierSource => ({
      networks,
      open: () => Promise.reject(new Error('the secret was read')),
    });
    const sayTo = ({ id }: Payout, verifiers: VerifierSource, tx_hash: string = HASHES.ethereum) =>
      markSent(on.store(), verifiers, id, { by: ANN, tx_hash }, {});

    test.each([[[]], [['solana']]])(
      'an operator is believed, as without verifiers: %j',
      async (networks) => {
        const payout = await on.claimed();
        const { payout: sent } = await sayTo(payout, unread(networks));
        expect(sent).toMatchObject({ status: 'sent', tx_hash: HASHES.ethereum });
        expect(sent).not.toHaveProperty('evidence');
        expect(await on.books(payout)).toEqual(PAID);
      },
    );

    test('it costs what it did without verifiers', async () => {
      const payout = await on.claimed();
      wire.proxy.log.length = 0;
      await sayTo(payout, unread([]));
      const operations = wire.proxy.operations().filter((operation) => operation !== 'Query');
      expect(operations).toEqual(['GetItem', 'TransactWriteItems']);
    });

    test('what has ended is answered by what is stored of it', async () => {
      const payout = await on.claimed();
      await applyTransition(on.store(), payout, { status: 'failed', by: ANN, note: 'x' });
      await expect(sayTo(payout, unread(['polygon']))).rejects.toMatchObject({
        tag: 'payout_not_actionable',
      });
      await expect(sayTo(payout, unread(['polygon']), 'x')).rejects.toMatchObject({
        tag: 'invalid_args',
      });
    });

    test('a hash that its network cannot have is refused before the chain is asked', async () => {
      const payout = await on.claimed();
      await expect(sayTo(payout, unread(['polygon']), 'x')).rejects.toMatchObject({
        ...{ tag: 'invalid_args', details: { field: 'tx_hash' } },
      });
    });

    test('what fails otherwise than for want of agreement is no word of the chain', async () => {
      const payout = await on.claimed();
      const before = await on.stored(payout);
      const failing: Chain = {
        ...network.chain,
        sightingOf: () => Promise.reject(new TypeError('x')),
      };
      const verifiers: VerifierSource = {
        networks: ['polygon'],
        open: async () => ({ polygon: { chain: failing, paidIn: network.settings } }),
      };
      await expect(sayTo(payout, verifiers)).rejects.toThrow(TypeError);
      expect(await on.stored(payout)).toEqual(before);
    });

    test('without the secret nothing is said and nothing written', async () => {
      const payout = await on.claimed();
      const before = await on.stored(payout);
      await expect(sayTo(payout, unread(['polygon']))).rejects.toThrow('the secret was read');
      expect(await on.stored(payout)).toEqual(before);
    });
  });
});
