/** The same on Solana's own runtime, behind a shim: no validator, and blocks as the test makes them. */

import { createSolanaRpc, generateKeyPairSigner, type Instruction } from '@solana/kit';
import { expect, test } from 'vitest';
import {
  accountOf,
  memo,
  payments,
  type Signed,
  send,
  sign,
} from '../../../infra/local/only-here/chains/solana-contracts.ts';
import { describeOnChain } from '../../support/chain-engines.ts';
import { rpcFaults } from '../../support/rpc-proxy.ts';
import { AMOUNT, alarmsOf, useProof } from './proof-desk.ts';

describeOnChain('solana')('on solana', () => {
  const desk = useProof('solana');
  const side = () => desk.sides.solana;
  const claimed = async () =>
    desk.claimed('solana', { address: (await generateKeyPairSigner()).address });
  const record = (id: string, { signature, lastValidBlockHeight }: Signed) =>
    desk.attempt(id, {
      ...{ kind: 'solana', signature },
      last_valid_block_height: lastValidBlockHeight,
    });
  /** One transaction for all of these, recorded for each, and not sent. */
  const signed = async (
    payouts: { id: string; address: string }[],
    { units = AMOUNT, more = [] as Instruction[] } = {},
  ) => {
    const { solana, token, payer } = side();
    const paid = payouts.map(({ address }) => ({ to: address, units }));
    const instructions = [...(await payments(token, payer, paid)), ...more];
    const transaction = await sign(solana, payer, instructions);
    for (const { id } of payouts) await record(id, transaction);
    return transaction;
  };
  const settled = async () => {
    await side().finalize();
    return desk.settle();
  };

  test('many payouts in one transaction, which makes the token accounts that are missing', async () => {
    const payouts = await Array.fromAsync({ length: 5 }, claimed);
    const transaction = await signed(payouts);
    await send(side().solana, transaction);
    expect(await desk.settle()).toMatchObject([{ looked: 5, sent: 0 }]);
    expect(await settled()).toMatchObject([{ looked: 5, sent: 5, reviews: 0 }]);
    const all = await Promise.all(payouts.map(({ id }) => desk.show(id)));
    for (const payout of all)
      expect(payout).toMatchObject({ status: 'sent', tx_hash: transaction.signature });
    // Of each payout two instructions: the account, and the transfer.
    expect(all.map(({ evidence }) => evidence?.position)).toEqual([
      1000n,
      3000n,
      5000n,
      7000n,
      9000n,
    ]);
    expect(await desk.service.run('Reconcile')).toMatchObject({ drifted: 0n });
  });

  test('a payout to an account of tokens itself', async () => {
    const { token, payer, solana } = side();
    const owner = (await generateKeyPairSigner()).address;
    const account = await accountOf(token, owner);
    const payout = await desk.claimed('solana', { address: account });
    const instructions = await payments(token, payer, [{ to: owner, units: AMOUNT }]);
    const transaction = await sign(solana, payer, instructions);
    await record(payout.id, transaction);
    await send(solana, transaction);
    await settled();
    expect(await desk.show(payout.id)).toMatchObject({ status: 'sent' });
  });

  test('expired blockhash', async () => {
    const payout = await claimed();
    const { lastValidBlockHeight } = await signed([payout]);
    const rpc = createSolanaRpc(side().solana.url);
    const height = await rpc.getBlockHeight({ commitment: 'finalized' }).send();
    side().solana.advance(Number(lastValidBlockHeight - height));
    expect(await desk.settle()).toMatchObject([{ looked: 1, died: 0 }]);
    expect((await desk.say(payout.id, 'failed', { note: 'no' })).json.error).toBe(
      'payout_may_be_sent',
    );
    side().solana.advance(1);
    expect(alarmsOf(await desk.settle())).toEqual([]);
    const [attempt] = (await desk.show(payout.id)).attempts ?? [];
    expect(attempt?.proof?.height).toBe(lastValidBlockHeight + 1n);
    expect(await desk.outcome(payout.id)).toMatchObject({
      ...{ refund: 'allowed', attempts: ['dead expired'] },
    });
  });

  test('failed transaction', async () => {
    const payouts = [await claimed(), await claimed()];
    await send(side().solana, await signed(payouts, { units: 10n ** 15n }));
    expect(alarmsOf(await settled())).toEqual([]);
    for (const { id } of payouts)
      expect(await desk.outcome(id)).toMatchObject({
        ...{ refund: 'allowed', attempts: ['dead reverted'] },
      });
  });

  test('memo', async () => {
    const [own, other] = [await claimed(), await claimed()];
    await send(side().solana, await signed([own], { more: [memo(own.id)] }));
    await send(side().solana, await signed([other], { more: [memo(own.id)] }));
    expect(alarmsOf(await settled())).toEqual([other.id]);
    expect(await desk.show(own.id)).toMatchObject({ status: 'sent' });
    expect(await desk.outcome(other.id)).toMatchObject({
      ...{ refund: 'payout_may_be_sent', attempts: ['open memo_differs'] },
    });
  });

  test('a provider that does not answer', async () => {
    const payout = await claimed();
    await send(side().solana, await signed([payout]));
    side().providers[0].behave(rpcFaults.fails);
    expect((await settled()).map(({ event }) => event)).toContain('chain_undecided');
    expect(await desk.outcome(payout.id)).toMatchObject({ refund: 'payout_may_be_sent' });
    side().providers[0].behave();
    await settled();
    expect(await desk.show(payout.id)).toMatchObject({ status: 'sent' });
  });
});
