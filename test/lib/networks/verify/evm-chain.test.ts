import { beforeAll, describe, expect, test } from 'vitest';
import {
  broadcast,
  type Call,
  deployDisperser,
  deployToken,
  disperseCall,
  fundedAccount,
  lower,
  mintCall,
  perform,
  send,
  sign,
  transferCall,
} from '../../../../infra/local/only-here/chains/evm-contracts.ts';
import {
  createSafe,
  deploySafeContracts,
  execCall,
  type SafeContracts,
  safeTransaction,
} from '../../../../infra/local/only-here/chains/safe-wallet.ts';
import { evmChain } from '../../../../lib/networks/verify/evm-chain.ts';
import { UndecidedError } from '../../../../lib/settlement/on-chain.ts';
import type { Attempt } from '../../../../lib/settlement/records.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { describeOnChain } from '../../../support/chain-engines.ts';
import { changed, changedLogs, receipt } from '../../../support/evm-lies.ts';
import {
  attemptOf,
  freshAddress,
  safeAttemptOf,
  useEvmNetwork,
} from '../../../support/evm-network.ts';
import { lies } from '../../../support/rpc-proxy.ts';

const UNITS = 25_000_000n;
/** Enough for a transfer; what reverts cannot be estimated. */
const GAS = 100_000n;
const MINUTE_S = 60;

describeOnChain('evm')('an EVM chain', () => {
  const network = useEvmNetwork();

  /** A new key that holds tokens and may pay, and a transfer to a new address, signed by it. */
  const signedTransfer = async ({ units = UNITS, token = network.token, allowed = true } = {}) => {
    const { client } = network;
    const account = await fundedAccount(client);
    if (allowed) await network.fund(account.address);
    else await perform(client, network.payer, mintCall(token, { to: account.address, units }));
    const address = freshAddress();
    const signed = await sign(client, account, transferCall(token, { to: address, units }));
    return { account, address, signed, attempt: attemptOf(signed) };
  };
  const paying = (address: string) => ({ address, amount_micro: UNITS });

  describe('a transaction of a key', () => {
    test('is open until its block is final, and then has paid', async () => {
      const { address, signed, attempt } = await signedTransfer();
      const { client, chain } = network;
      expect(await chain.fateOf(attempt)).toEqual({ is: 'open' });
      expect(await chain.sightingOf(signed.hash)).toEqual({ is: 'unseen' });
      await broadcast(client, signed);
      const { sender, nonce } = signed;
      expect(await chain.sightingOf(signed.hash)).toEqual({ is: 'pending', sender, nonce });
      await client.mine({ blocks: 1 });
      expect(await chain.fateOf(attempt)).toEqual({ is: 'open' });
      expect(await chain.sightingOf(signed.hash)).toEqual({ is: 'pending', sender, nonce });
      await network.finalize();

      const receipt = await client.getTransactionReceipt({ hash: signed.hash });
      const block = await client.getBlock({ blockNumber: receipt.blockNumber });
      const transaction = {
        id: signed.hash,
        block: block.number,
        at: rfc3339(Number(block.timestamp) * 1000),
        succeeded: true,
        transfers: [{ position: 0, token: network.token, from: sender, to: address, units: UNITS }],
        memos: [],
        safeOutcomes: [],
      };
      expect(await chain.fateOf(attempt)).toEqual({ is: 'final', transaction });
      expect(await chain.sightingOf(signed.hash)).toEqual({ is: 'final', transaction });
      expect(await network.findingOf(attempt, paying(address))).toEqual({
        ...{ is: 'paid', transaction },
        transfer: transaction.transfers[0],
      });
    });

    test('that was reverted is dead, although its nonce is its own', async () => {
      const { account, address } = await signedTransfer();
      const call = transferCall(network.token, { to: address, units: 10n ** 18n });
      const signed = await send(network.client, account, call, { gas: GAS });
      await network.finalize();
      expect(await network.findingOf(attemptOf(signed), paying(address))).toMatchObject({
        ...{ is: 'dead', cause: 'reverted' },
      });
    });

    test('that was recorded with a nonce of another is undecided, since it may land', async () => {
      const { account, address } = await signedTransfer();
      const call = transferCall(network.token, { to: address, units: UNITS });
      const { nonce } = await send(network.client, account, call);
      await network.finalize();
      const signed = await send(network.client, account, call);
      const undecided = new UndecidedError(
        'a transaction has another sender or nonce than was recorded',
      );
      // Of the payer so many nonces have passed by now.
      for (const wrong of [{ nonce }, { sender: lower(network.payer.address) }])
        for (const fault of [undefined, lies('eth_getTransactionByHash', () => null)]) {
          network.proxy.behave(fault);
          await expect(network.chain.fateOf(attemptOf(signed, wrong))).rejects.toEqual(undecided);
        }
      network.proxy.behave();
      expect(await network.chain.fateOf(attemptOf(signed))).toEqual({ is: 'open' });
      await network.finalize();
      expect(await network.findingOf(attemptOf(signed), paying(address))).toMatchObject({
        is: 'paid',
      });
    });

    test.each([
      ['first', 0, 1],
      ['second', 1, 0],
    ])(
      'where the %s of two with one nonce lands, the other is gone',
      async (_what, lands, dies) => {
        const { account, address, signed } = await signedTransfer();
        const call = transferCall(network.token, { to: address, units: UNITS });
        const chosen = { nonce: signed.nonce, feeGwei: 20n };
        const two = [signed, await sign(network.client, account, call, chosen)] as const;
        await broadcast(network.client, two[0]);
        if (lands === 1) await broadcast(network.client, two[1]);
        await network.client.mine({ blocks: 1 });
        const [landed, died] = [attemptOf(two[lands as 0]), attemptOf(two[dies as 0])];
        expect(await network.chain.fateOf(died)).toEqual({ is: 'open' });
        await network.finalize();
        const { number } = await network.client.getBlock({ blockTag: 'finalized' });
        expect(await network.chain.fateOf(died)).toEqual({
          ...{ is: 'gone', cause: 'nonce_passed', height: number },
        });
        expect(await network.findingOf(landed, paying(address))).toMatchObject({ is: 'paid' });
        // Said by hand, without both of these, nothing proves that it will never land.
        const { sender, nonce, ...byHand } = died;
        for (const known of [{}, { sender }, { nonce }] as Partial<Attempt>[])
          expect(await network.chain.fateOf({ ...byHand, ...known })).toEqual({ is: 'open' });
      },
    );

    test('that its node forgets is open, as it may come back', async () => {
      const { signed, attempt } = await signedTransfer();
      await broadcast(network.client, signed);
      await network.client.dropTransaction({ hash: signed.hash });
      await network.finalize();
      expect(await network.chain.sightingOf(signed.hash)).toEqual({ is: 'unseen' });
      expect(await network.chain.fateOf(attempt)).toEqual({ is: 'open' });
      await broadcast(network.client, signed);
      await network.finalize();
      expect(await network.chain.fateOf(attempt)).toMatchObject({ is: 'final' });
    });

    test('that a reorganization takes away is open again, and dies of what takes its place', async () => {
      const { account, address, signed, attempt } = await signedTransfer();
      const { client, chain } = network;
      await broadcast(client, signed);
      await client.mine({ blocks: 1 });
      await client.request({ method: 'anvil_reorg' as never, params: [1, []] as never });
      await client.dropTransaction({ hash: signed.hash });
      expect(await client.getTransactionReceipt({ hash: signed.hash }).catch(() => 'none')).toBe(
        'none',
      );
      expect(await chain.fateOf(attempt)).toEqual({ is: 'open' });
      const call = transferCall(network.token, { to: address, units: UNITS });
      const other = await send(client, account, call, { nonce: signed.nonce, feeGwei: 30n });
      await network.finalize();
      expect(await chain.fateOf(attempt)).toMatchObject({ is: 'gone', cause: 'nonce_passed' });
      expect(await network.findingOf(attemptOf(other), paying(address))).toMatchObject({
        is: 'paid',
      });
    });
  });

  test.each([
    ['another amount', { units: UNITS - 1n }, 'amount_differs'],
    ['another sender', { allowed: false }, 'sender_differs'],
  ])('%s is told apart', async (_what, options, mismatch) => {
    const { address, signed, attempt } = await signedTransfer(options);
    await broadcast(network.client, signed);
    await network.finalize();
    const finding = { is: 'wrong', mismatch, transaction: signed.hash };
    expect(await network.findingOf(attempt, paying(address))).toEqual(finding);
  });

  test('another token and another address are told apart', async () => {
    const { client, payer } = network;
    const other = await deployToken(client, payer, 'OTHER');
    await perform(client, payer, mintCall(other, { to: payer.address, units: UNITS }));
    const [address, elsewhere] = [freshAddress(), freshAddress()];
    const wrong = [
      await send(client, payer, transferCall(other, { to: address, units: UNITS })),
      await sign(client, payer, transferCall(network.token, { to: elsewhere, units: UNITS })),
    ] as const;
    await broadcast(client, wrong[1]);
    await network.finalize();
    const found = await Promise.all(
      wrong.map((signed) => network.findingOf(attemptOf(signed), paying(address))),
    );
    expect(found).toMatchObject([{ mismatch: 'token_differs' }, { mismatch: 'address_differs' }]);
  });

  test('a contract that disperses pays many in one transaction, as itself', async () => {
    const { client, payer } = network;
    const disperser = await deployDisperser(client, payer);
    await network.fund(disperser);
    const addresses = Array.from({ length: 20 }, freshAddress);
    const calls = addresses.map((to) => transferCall(network.token, { to, units: UNITS }));
    const call = await disperseCall(client, payer, disperser, calls);
    const signed = await send(client, payer, call);
    await network.finalize();
    for (const address of addresses)
      expect(await network.findingOf(attemptOf(signed), paying(address))).toMatchObject({
        ...{ is: 'paid', transfer: { from: disperser, to: address } },
      });
  });

  test('of a block with many transfers the time is asked for once', async () => {
    const { chain, client, payer, proxy, token } = network;
    const to = freshAddress();
    for (const units of [1n, 2n, 3n]) await send(client, payer, transferCall(token, { to, units }));
    await network.finalize();
    // Then it is not the last final block, which is asked for whatever is in it.
    await client.mine({ blocks: 1 });
    const before = proxy.calls.length;
    const transfers = await chain.transfersTo(to, rfc3339(Date.now()));
    expect(transfers.map(({ units }) => units)).toEqual([1n, 2n, 3n]);
    const number = `0x${transfers[0]?.block.toString(16)}`;
    const isAsked = ({ method, params }: (typeof proxy.calls)[0]) =>
      method === 'eth_getBlockByNumber' && params[0] === number;
    expect(proxy.calls.slice(before).filter(isAsked)).toHaveLength(1);
  });

  describe('a transaction of a Safe', () => {
    let contracts: SafeContracts;
    beforeAll(async () => {
      contracts = await deploySafeContracts(network.client, network.payer);
    });

    /** A Safe of which two of three owners sign, that holds tokens and may pay. */
    const newSafe = async () => {
      const { client, payer } = network;
      const owners = await Promise.all([1, 2, 3].map(() => fundedAccount(client)));
      const safe = await createSafe(client, payer, contracts, owners, 2);
      await network.fund(safe);
      const prepare = (calls: readonly Call[], chosen?: Parameters<typeof safeTransaction>[4]) =>
        safeTransaction(client, contracts, safe, calls as [Call, ...Call[]], chosen);
      const execute = async (transaction: Awaited<ReturnType<typeof prepare>>, by = payer) =>
        send(client, by, await execCall(transaction, owners.slice(1)));
      return { safe, prepare, execute };
    };

    test('pays a hundred in one MultiSend, each by a transfer of its own', async () => {
      const { safe, prepare, execute } = await newSafe();
      const addresses = Array.from({ length: 100 }, freshAddress);
      const transaction = await prepare(
        addresses.map((to) => transferCall(network.token, { to, units: UNITS })),
      );
      const attempt = safeAttemptOf(transaction);
      expect(await network.chain.fateOf(attempt)).toEqual({ is: 'open' });
      const { hash } = await execute(transaction);
      await network.client.mine({ blocks: 1 });
      expect(await network.chain.fateOf(attempt)).toEqual({ is: 'open' });
      await network.finalize();
      const fate = await network.chain.fateOf(attempt);
      expect(fate).toMatchObject({
        is: 'final',
        transaction: {
          id: hash,
          safeOutcomes: [{ safe, safe_tx_hash: transaction.hash, succeeded: true }],
        },
      });
      const positions = new Set<number>();
      for (const address of addresses) {
        const finding = await network.findingOf(attempt, paying(address));
        expect(finding).toMatchObject({ is: 'paid', transfer: { from: safe, to: address } });
        if (finding.is === 'paid') positions.add(finding.transfer.position);
      }
      expect(positions.size).toBe(100);
    });

    test('that fails within is a success of the chain, and dead', async () => {
      const { prepare, execute } = await newSafe();
      const address = freshAddress();
      const tooMuch = transferCall(network.token, { to: address, units: 10n ** 18n });
      // Without gas of its own, a Safe reverts instead.
      const transaction = await prepare([tooMuch], { safeTxGas: 100_000n });
      const { hash } = await execute(transaction);
      await network.finalize();
      const { status } = await network.client.getTransactionReceipt({ hash });
      expect(status).toBe('success');
      const attempt = safeAttemptOf(transaction);
      expect(await network.chain.fateOf(attempt)).toMatchObject({
        is: 'final',
        transaction: { succeeded: true, transfers: [], safeOutcomes: [{ succeeded: false }] },
      });
      expect(await network.findingOf(attempt, paying(address))).toMatchObject({
        ...{ is: 'dead', cause: 'safe_failed' },
      });
    });

    test('whose nonce another has used is gone, once that is final', async () => {
      const { prepare, execute } = await newSafe();
      const call = () => transferCall(network.token, { to: freshAddress(), units: UNITS });
      // Not the first nonce of the Safe.
      await execute(await prepare([call()]));
      await network.client.mine({ blocks: 1 });
      const [landing, dying] = [await prepare([call()]), await prepare([call()])];
      const attempt = safeAttemptOf(dying);
      await execute(landing);
      await network.client.mine({ blocks: 1 });
      expect(await network.chain.fateOf(attempt)).toEqual({ is: 'open' });
      await network.finalize();
      const { number } = await network.client.getBlock({ blockTag: 'finalized' });
      expect(await network.chain.fateOf(attempt)).toEqual({
        ...{ is: 'gone', cause: 'nonce_passed', height: number },
      });
      expect(await network.chain.fateOf(safeAttemptOf(landing))).toMatchObject({ is: 'final' });
      // Said by hand, without the Safe or its nonce, nothing proves that it will never land.
      const { safe: _safe, ...ofNoSafe } = attempt;
      const { nonce: _nonce, ...ofNoNonce } = attempt;
      for (const byHand of [ofNoSafe, ofNoNonce])
        expect(await network.chain.fateOf(byHand)).toEqual({ is: 'open' });
    });

    test('that a key of ours executes does not die with its nonce: others may execute it', async () => {
      const { prepare, execute } = await newSafe();
      const call = () => transferCall(network.token, { to: freshAddress(), units: UNITS });
      const ours = await execute(await prepare([call()]));
      expect(await network.chain.sightingOf(ours.hash)).toEqual({ is: 'pending' });
      await network.finalize();
      const stranger = await fundedAccount(network.client);
      const { hash, sender, nonce } = await execute(await prepare([call()]), stranger);
      expect(await network.chain.sightingOf(hash)).toEqual({ is: 'pending', sender, nonce });
      await network.finalize();
    });

    test('is open where no Safe is at its address', async () => {
      const { prepare } = await newSafe();
      const call = transferCall(network.token, { to: freshAddress(), units: UNITS });
      const attempt = safeAttemptOf(await prepare([call]), { safe: freshAddress() });
      expect(await network.chain.fateOf(attempt)).toEqual({ is: 'open' });
    });

    test('whose logs are not all there is not gone', async () => {
      const { prepare, execute } = await newSafe();
      const call = () => transferCall(network.token, { to: freshAddress(), units: UNITS });
      const dying = await prepare([call()]);
      await execute(await prepare([call()]));
      await network.finalize();
      // As though every provider had lost them, or the nonce had been used long before.
      const { proxy } = network;
      const blind = network.openChain({ urls: [proxy.url, proxy.url] });
      proxy.behave(lies('eth_getLogs', () => []));
      expect(await blind.fateOf(safeAttemptOf(dying))).toEqual({ is: 'open' });
      proxy.behave();
      expect(await blind.fateOf(safeAttemptOf(dying))).toMatchObject({ is: 'gone' });
    });

    test('that a log tells of and its receipt does not is undecided, even where all agree', async () => {
      const { prepare, execute } = await newSafe();
      const call = transferCall(network.token, { to: freshAddress(), units: UNITS });
      const transaction = await prepare([call]);
      await execute(transaction);
      await network.finalize();
      const { proxy } = network;
      const chain = network.openChain({ urls: [proxy.url, proxy.url] });
      const ofAnotherSafe = changedLogs({ address: freshAddress() });
      for (const answer of [() => null, changed({ logs: [] }), ofAnotherSafe]) {
        proxy.behave(receipt(answer));
        await expect(chain.fateOf(safeAttemptOf(transaction))).rejects.toThrow(
          new UndecidedError('a log is not in the receipt of its transaction'),
        );
      }
      const besides = (answer: Record<string, unknown>) => ({
        ...answer,
        logs: [ofAnotherSafe(answer), answer].flatMap(({ logs }) => logs),
      });
      proxy.behave(receipt(besides));
      expect(await chain.fateOf(safeAttemptOf(transaction))).toMatchObject({ is: 'final' });
    });

    test('of which one provider tells otherwise is undecided', async () => {
      const { prepare, execute } = await newSafe();
      const call = transferCall(network.token, { to: freshAddress(), units: UNITS });
      const transaction = await prepare([call]);
      const attempt = safeAttemptOf(transaction);
      const used = `0x${'0'.repeat(63)}1`;
      network.proxy.behave(lies('eth_call', () => used));
      await expect(network.chain.fateOf(attempt)).rejects.toThrow(UndecidedError);
      network.proxy.behave();
      await execute(transaction);
      await network.finalize();
      for (const method of ['eth_call', 'eth_getLogs', 'eth_getTransactionReceipt']) {
        const nothing = { eth_call: '0x', eth_getLogs: [] }[method] ?? null;
        network.proxy.behave(lies(method, () => nothing));
        await expect(network.chain.fateOf(attempt)).rejects.toThrow(UndecidedError);
      }
      network.proxy.behave();
      expect(await network.chain.fateOf(attempt)).toMatchObject({ is: 'final' });
    });

    test('is found where the clock of whoever recorded it was ahead of the chain’s', async () => {
      const { client, chain } = network;
      const { prepare, execute } = await newSafe();
      const call = transferCall(network.token, { to: freshAddress(), units: UNITS });
      const transaction = await prepare([call]);
      await execute(transaction);
      await client.mine({ blocks: 1 });
      const { timestamp } = await client.getBlock();
      // By then it is in none of the last blocks that are searched at once.
      await client.mine({ blocks: 2_010, interval: 1 });
      const recorded_at = rfc3339((Number(timestamp) + 30 * MINUTE_S) * 1000);
      const fate = await chain.fateOf(safeAttemptOf(transaction, { recorded_at }));
      expect(fate).toMatchObject({ is: 'final' });
    });
  });

  test('which chain it is has to be said', () => {
    const { chainId: _chainId, ...settings } = network.settings;
    expect(() => evmChain(settings, [], { timeoutMs: 1 })).toThrow('lack its chainId');
  });
});
