/** What never pays: each is proven by the chain before anything may be given back. */
import { expect, test } from 'vitest';
import { describeOnChain } from '../../support/chain-engines.ts';
import { GAS, paymentsOn } from './payments.ts';
import { AMOUNT, alarmsOf, useProof } from './proof-desk.ts';

const MUCH = 10n ** 15n;

describeOnChain('evm')('on ethereum', () => {
  const desk = useProof('ethereum');
  const pay = paymentsOn(desk, 'ethereum');
  const side = () => desk.sides.ethereum;
  const settled = async () => {
    await side().finalize();
    return desk.settle();
  };

  test('inner failure', async () => {
    const payouts = [await desk.claimed('ethereum'), await desk.claimed('ethereum')];
    const [one, other] = payouts as [(typeof payouts)[0], (typeof payouts)[0]];
    const calls = [pay.transfer(one), pay.transfer(other, { units: MUCH })];
    const { transaction, execute } = await pay.bySafe(payouts, calls, { safeTxGas: 300_000n });
    const { hash } = await execute();
    const lines = await settled();
    const receipt = await side().client.getTransactionReceipt({ hash });
    expect([receipt.status, receipt.logs.length]).toEqual(['success', 1]);
    expect(alarmsOf(lines)).toEqual([]);
    expect(await desk.show(one.id)).toMatchObject({
      status: 'processing',
      attempts: [{ id: transaction.hash, state: 'dead', death: { by: 'chain' } }],
    });
    for (const { id } of payouts)
      expect(await desk.outcome(id)).toEqual({
        ...{ status: 'processing', refund: 'allowed', review: undefined },
        attempts: ['dead safe_failed'],
      });
  });

  test('reverted', async () => {
    const { id, signed } = await pay.signed({ units: MUCH, gas: GAS });
    await pay.send(signed);
    expect(alarmsOf(await settled())).toEqual([]);
    expect(await desk.outcome(id)).toMatchObject({
      refund: 'allowed',
      attempts: ['dead reverted'],
    });
  });

  test('replaced by the same nonce: the first of two candidates lands', async () => {
    const first = await pay.signed();
    const { nonce } = first.signed;
    const { signed: second } = await pay.signed({ nonce, feeGwei: 20n }, first);
    await pay.send(first.signed);
    expect(await settled()).toMatchObject([{ event: 'payouts_looked_at', sent: 1, reviews: 0 }]);
    expect(await desk.show(first.id)).toMatchObject({
      ...{ status: 'sent', tx_hash: first.signed.hash, evidence: { position: expect.anything() } },
      attempts: [{ state: 'landed' }, { id: second.hash }],
    });
    await settled();
    expect(await desk.outcome(first.id)).toMatchObject({
      ...{ status: 'sent', refund: 'payout_not_actionable' },
      attempts: ['landed', 'dead nonce_passed'],
    });
  });

  test('replaced by the same nonce: what took it pays nobody', async () => {
    const { id, signed } = await pay.signed();
    const { nonce } = signed;
    const stranger = { id, address: side().stranger.address };
    await pay.unrecorded(pay.transfer(stranger, { units: 1n }), { nonce });
    await pay.mine();
    await desk.settle();
    const { status, json } = await desk.say(id, 'failed', { note: 'not final yet' });
    expect([status, json.error]).toEqual([409, 'payout_may_be_sent']);
    expect(alarmsOf(await settled())).toEqual([]);
    expect(await desk.outcome(id)).toMatchObject({
      ...{ refund: 'allowed', attempts: ['dead nonce_passed'] },
    });
  });

  test('replaced by the same nonce: what took it has paid, and nobody had recorded it', async () => {
    const { id, address, signed } = await pay.signed();
    await pay.unrecorded(pay.transfer({ id, address }), { nonce: signed.nonce, feeGwei: 30n });
    expect(alarmsOf(await settled())).toEqual([id]);
    expect(await desk.outcome(id)).toMatchObject({
      ...{ status: 'processing', refund: 'payout_may_be_sent', attempts: ['open paid_by_other'] },
      review: expect.stringContaining('a transaction that nobody recorded seems to have paid'),
    });
  });

  test('dropped', async () => {
    const { id, signed } = await pay.signed();
    await pay.send(signed);
    await side().client.dropTransaction({ hash: signed.hash });
    expect(await settled()).toMatchObject([{ event: 'payouts_looked_at', died: 0, reviews: 0 }]);
    expect(await desk.outcome(id)).toMatchObject({
      ...{ status: 'processing', refund: 'payout_may_be_sent', attempts: ['open'] },
    });
    // It is still as valid as ever, and whoever has it may send it.
    await pay.send(signed);
    await settled();
    expect(await desk.show(id)).toMatchObject({ status: 'sent', tx_hash: signed.hash });
  });

  test('reorganised before finality', async () => {
    const { id, signed } = await pay.signed();
    await pay.send(signed);
    await pay.mine();
    expect(await desk.settle()).toMatchObject([{ looked: 1, sent: 0, undecided: 0 }]);
    await side().client.request({ method: 'anvil_reorg', params: [1, []] } as never);
    expect(
      await side()
        .client.getTransactionReceipt({ hash: signed.hash })
        .catch(() => 'gone'),
    ).toBe('gone');
    expect(await settled()).toMatchObject([{ looked: 1, sent: 0, died: 0, reviews: 0 }]);
    expect(await desk.outcome(id)).toMatchObject({
      ...{ status: 'processing', refund: 'payout_may_be_sent', attempts: ['open'] },
    });
    await pay.send(signed);
    await settled();
    const { tx_hash, evidence } = await desk.show(id);
    const { blockNumber } = await side().client.getTransactionReceipt({ hash: signed.hash });
    expect([tx_hash, evidence?.block]).toEqual([signed.hash, blockNumber]);
  });

  test('a death that is proven gives nothing back by itself', async () => {
    const { id, signed } = await pay.signed({ units: MUCH, gas: GAS });
    await pay.send(signed);
    await settled();
    expect(await desk.show(id)).toMatchObject({ status: 'processing', amount_micro: AMOUNT });
    expect((await desk.say(id, 'released', { note: 'again' })).status).toBe(200);
  });
});
