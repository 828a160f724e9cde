import { expect, test } from 'vitest';
import { openAccount } from '../../../../infra/local/only-here/chains/solana-contracts.ts';
import { finalize } from '../../../../infra/local/only-here/chains/solana-rpc.ts';
import { solanaProvider } from '../../../../lib/networks/verify/solana-provider.ts';
import { UndecidedError } from '../../../../lib/settlement/on-chain.ts';
import { describeOnChain } from '../../../support/chain-engines.ts';
import { rpcFaults } from '../../../support/rpc-proxy.ts';
import { HASHES } from '../../../support/samples.ts';
import {
  GENESIS_S,
  TIMEOUT_MS,
  type Told,
  tells,
  useSolana,
} from '../../../support/solana-bench.ts';

describeOnChain('solana')('a provider of Solana', () => {
  const bench = useSolana();
  const opened = async (timeoutMs = TIMEOUT_MS) => {
    const proxy = await bench.proxy();
    return { proxy, provider: solanaProvider(proxy.url, timeoutMs) };
  };

  test('tells how far the chain is final, in slots and in heights, which are less', async () => {
    const { provider } = await opened();
    const before = await provider.tip();
    bench.solana.advance(40, 5);
    const after = await provider.tip();
    expect(after.slot - before.slot).toBe(45n);
    expect(after.height - before.height).toBe(40n);
    expect(before.height).toBeLessThan(before.slot);
    const seconds = await provider.timeOf(after.slot);
    expect((await provider.timeOf(after.slot + 10n)) - seconds).toBe(4n);
  });

  test('knows a transaction at once, and gives it once it is final', async () => {
    const { provider } = await opened();
    const { slot } = await provider.tip();
    const { signature } = await bench.pay({ to: await bench.stranger(), units: 1n });
    expect(await provider.knows(HASHES.solana, slot)).toBe(false);
    expect(await provider.knows(signature, slot)).toBe(true);
    expect(await provider.transaction(signature)).toBeUndefined();
    finalize(bench.solana);
    expect(await provider.transaction(signature)).toMatchObject({ meta: { err: null } });
  });

  test('is not believed where a transaction is none that its chain can have', async () => {
    const { proxy, provider } = await opened();
    const { signature } = await bench.pay({ to: await bench.stranger(), units: 1n });
    finalize(bench.solana);
    const told = ({ meta, ...rest }: Told, change: (meta: Told) => object) => ({
      ...rest,
      meta: { ...meta, ...change(meta) },
    });
    const withAmount = (amount: string) => (meta: Told) => ({
      postTokenBalances: meta.postTokenBalances.map((balance: object) => ({
        ...balance,
        uiTokenAmount: { amount },
      })),
    });
    const impossible = ['-5', '0x10', '5 ', '9'.repeat(21)].map(withAmount);
    for (const change of [...impossible, () => ({ loadedAddresses: {} })]) {
      proxy.behave(tells({ getTransaction: (result) => told(result, change) }));
      await expect(provider.transaction(signature)).rejects.toThrow();
    }
    proxy.behave(tells({ getTransaction: (result) => told(result, () => ({})) }));
    expect(await provider.transaction(signature)).toBeDefined();
  });

  test('does not answer for slots that it has not seen', async () => {
    const { proxy, provider } = await opened();
    const { slot } = await provider.tip();
    await expect(provider.knows(HASHES.solana, slot + 1000n)).rejects.toThrow(UndecidedError);
    // One that has come just so far answers.
    const context = { slot: Number(slot) };
    proxy.behave(tells({ getSignatureStatuses: ({ value }) => ({ context, value }) }));
    expect(await provider.knows(HASHES.solana, slot)).toBe(false);
    await expect(provider.knows(HASHES.solana, slot + 1n)).rejects.toThrow(UndecidedError);
    proxy.behave(tells({ getSignatureStatuses: ({ value }) => ({ context: {}, value }) }));
    await expect(provider.knows(HASHES.solana, slot)).rejects.toThrow();
    proxy.behave();
    await expect(provider.listed(bench.payer.address, 0n, slot + 1n)).rejects.toThrow();
  });

  test('lists what succeeded, page by page, from a second to a slot', async () => {
    const { proxy, provider } = await opened();
    const to = await bench.stranger();
    const first = await bench.pay({ to, units: 1n });
    bench.solana.advance(300);
    const failed = await bench.pay({ to, units: 10n ** 15n });
    const second = await bench.pay({ to, units: 2n });
    bench.solana.advance(300);
    await bench.pay({ to, units: 3n });
    finalize(bench.solana);
    const { slot } = await provider.tip();
    const of = async (since = 0n, upTo = slot) =>
      (await provider.listed(to, since, upTo))?.map(({ signature }) => signature);
    const all = await of();
    expect(all).toHaveLength(3);
    expect(all).not.toContain(failed.signature);
    expect(await of(0n, slot - 60n)).toEqual([second.signature, first.signature]);
    const { blockTime = 0n } = (await provider.transaction(second.signature)) ?? {};
    expect(await of(blockTime, slot - 60n)).toEqual([second.signature]);

    // As many as a page holds, so that one asks for the next.
    const entry = { slot: Number(slot), err: null, blockTime: GENESIS_S };
    const pageOf = (first: number) =>
      Array.from({ length: 1000 }, (_, at) => ({ ...entry, signature: `s${first + at}` }));
    const page = pageOf(0);
    /** Tells of all these transactions, each page from the one on before which it is asked for. */
    const has = (count: number) => {
      const after = (before = 's-1') => Number(before.slice(1)) + 1;
      const told = (_: Told, [, { before }]: Told[]) =>
        pageOf(after(before)).slice(0, count - after(before));
      proxy.behave(tells({ getSignaturesForAddress: told as never }));
    };
    has(1999);
    expect(await of()).toHaveLength(1999);
    // One that ends in the very second of the beginning may go on in it.
    expect(await of(BigInt(GENESIS_S))).toHaveLength(1999);
    has(9999);
    expect(await of()).toHaveLength(9999);
    proxy.behave(tells({ getSignaturesForAddress: () => page }));
    expect(await of()).toBeUndefined();
    // A page that reaches back beyond the beginning is the last one.
    expect(await of(BigInt(GENESIS_S) + 1n)).toEqual([]);
  });

  test('names the accounts that hold an owner’s tokens', async () => {
    const { provider } = await opened();
    const to = await bench.stranger();
    expect(await provider.accountsOf(to, bench.token.mint)).toEqual([]);
    await bench.run([await openAccount(bench.token, bench.payer, to)]);
    expect(await provider.accountsOf(to, bench.token.mint)).toHaveLength(1);
  });

  test('that gives another transaction than was asked for is not believed', async () => {
    const { proxy, provider } = await opened();
    const { signature } = await bench.pay({ to: await bench.stranger(), units: 1n });
    finalize(bench.solana);
    const other = ({ transaction, ...others }: Told) => ({
      ...others,
      transaction: { ...transaction, signatures: [HASHES.solana] },
    });
    proxy.behave(tells({ getTransaction: other }));
    const error = new UndecidedError('a provider answered with another transaction');
    await expect(provider.transaction(signature)).rejects.toThrow(error);
  });

  test('is asked for what is final, which a node tells by default, in forms that are read', async () => {
    const { proxy, provider } = await opened();
    const { mint } = bench.token;
    const { address } = bench.payer;
    await provider.tip();
    await provider.transaction(HASHES.solana);
    await provider.decimalsOf(mint);
    await provider.accountsOf(address, mint);
    await provider.listed(address, 0n, 1n);
    expect(proxy.calls.map(({ params }) => params)).toEqual([
      [],
      [HASHES.solana, { encoding: 'json', maxSupportedTransactionVersion: 0 }],
      [mint],
      [address, { mint }, { encoding: 'base64' }],
      [address, { limit: 1000, minContextSlot: 1 }],
    ]);
  });

  test.each(Object.entries(rpcFaults))(
    'is asked once, and failed with: %s',
    async (name, fault) => {
      const { proxy, provider } = await opened(/^(hangs|stalls)/.test(name) ? 300 : TIMEOUT_MS);
      proxy.behave(fault);
      await expect(provider.tip()).rejects.toThrow();
      await expect(provider.knows(HASHES.solana, 0n)).rejects.toThrow();
      await expect(provider.transaction(HASHES.solana)).rejects.toThrow();
      expect(proxy.calls).toHaveLength(3);
    },
  );

  test.each([
    ['a word', 'none'],
    ['nothing', null],
    ['a fraction', { absoluteSlot: 1.5, blockHeight: 1 }],
    ['a number below zero', { absoluteSlot: -1, blockHeight: 1 }],
    ['a part', { absoluteSlot: 1 }],
  ])('fails where it answers %s', async (_name, lie) => {
    const { proxy, provider } = await opened();
    proxy.behave(tells({ getEpochInfo: () => lie }));
    await expect(provider.tip()).rejects.toThrow();
  });
});
