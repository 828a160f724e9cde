import { type Address, createSolanaRpc } from '@solana/kit';
import { expect, onTestFinished, test } from 'vitest';
import {
  accountOf,
  fundedSigner,
  issueToken,
  mint,
  payments,
  send,
  sign,
} from '../../../../../infra/local/only-here/chains/solana-contracts.ts';
import { finalize, startSolana } from '../../../../../infra/local/only-here/chains/solana-rpc.ts';
import { describeOnChain } from '../../../../support/chain-engines.ts';
import { gone } from '../../../../support/processes.ts';

const GENESIS_S = 1_800_000_000;

describeOnChain('solana')('litesvm behind JSON-RPC', () => {
  const started = async () => {
    const solana = await startSolana({ genesisS: GENESIS_S });
    onTestFinished(solana.stop);
    const rpc = createSolanaRpc(solana.url);
    const token = await issueToken(solana, { decimals: 6 });
    const payer = await fundedSigner(solana);
    await mint(solana, token, payer.address, 100n);
    const pay = (to: Address, units: bigint) => payments(token, payer, [{ to, units }]);
    const heldBy = async (owner: Address) => {
      const { value } = await rpc.getTokenAccountBalance(await accountOf(token, owner)).send();
      return value.amount;
    };
    return { solana, rpc, token, payer, pay, heldBy };
  };

  test('moves tokens as SPL does, between accounts that it opens', async () => {
    const { solana, token, payer, pay, heldBy } = await started();
    const to = (await fundedSigner(solana)).address;
    await expect(heldBy(to)).rejects.toThrow();
    await send(solana, await sign(solana, payer, await pay(to, 40n)));
    expect([await heldBy(payer.address), await heldBy(to)]).toEqual(['60', '40']);
    await expect(send(solana, await sign(solana, payer, await pay(to, 61n)))).resolves.toBe(
      undefined,
    );
    expect(await heldBy(to)).toBe('40');
    expect(token.decimals).toBe(6);
  });

  test('takes a transaction once, up to the last block height of its blockhash', async () => {
    const { solana, rpc, payer, pay, heldBy } = await started();
    const to = (await fundedSigner(solana)).address;
    const [first, second, third] = [
      await sign(solana, payer, await pay(to, 1n)),
      await sign(solana, payer, await pay(to, 2n)),
      await sign(solana, payer, await pay(to, 3n)),
    ];
    await send(solana, first);
    await expect(send(solana, first)).rejects.toThrow();
    const height = await rpc.getBlockHeight({ commitment: 'processed' }).send();
    solana.advance(Number(first.lastValidBlockHeight - height));
    await send(solana, second);
    solana.advance(1);
    await expect(send(solana, third)).rejects.toThrow();
    expect(await heldBy(to)).toBe('3');
  });

  test('makes blocks when it is told to, and calls final what 32 of them came after', async () => {
    const { solana, rpc, payer, pay } = await started();
    const { signature, ...signed } = await sign(solana, payer, await pay(payer.address, 1n));
    const slot = await rpc.getSlot({ commitment: 'processed' }).send();
    await send(solana, signed);
    const status = async () => {
      const { value } = await rpc.getSignatureStatuses([signature as never]).send();
      return value[0]?.confirmationStatus;
    };
    expect(await status()).toBe('processed');
    solana.advance(1, 100);
    expect(await status()).toBe('confirmed');
    finalize(solana);
    expect(await status()).toBe('finalized');
    expect(await rpc.getSlot({ commitment: 'processed' }).send()).toBe(slot + 133n);
    expect(await rpc.getBlockTime(slot).send()).toBe(BigInt(GENESIS_S));
    expect(await rpc.getBlockTime(slot + 100n).send()).toBe(BigInt(GENESIS_S + 40));
  });

  test('says so where it does not know a method, and outlives what is no JSON', async () => {
    const { solana, rpc } = await started();
    await expect(rpc.getSupply().send()).rejects.toThrow('Method not found');
    await expect(fetch(solana.url, { method: 'POST', body: 'hello' })).rejects.toThrow();
    expect(await rpc.getFirstAvailableBlock().send()).toBeGreaterThan(0n);
  });

  test('is gone once it is stopped', async () => {
    const solana = await startSolana();
    await solana.stop();
    await gone(solana.url);
  });
});
