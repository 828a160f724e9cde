/** `sent` said by an operator over HTTP: on a network whose chain is asked, the chain answers. */
import { expect, test } from 'vitest';
import { describeOnChain } from '../../support/chain-engines.ts';
import { rpcFaults } from '../../support/rpc-proxy.ts';
import { HASHES } from '../../support/samples.ts';
import { paymentsOn } from './payments.ts';
import { AMOUNT, useProof } from './proof-desk.ts';

describeOnChain('evm')('sent by hand', () => {
  const desk = useProof('ethereum');
  const pay = paymentsOn(desk, 'ethereum');
  const side = () => desk.sides.ethereum;
  /** A claimed payout, and a transaction that pays it and that nobody has recorded. */
  const paidBy = async (units = AMOUNT, address?: string) => {
    const payout = await desk.claimed('ethereum', address ? { address } : {});
    const { hash } = await pay.unrecorded(pay.transfer(payout, { units }), {});
    return { ...payout, tx_hash: hash };
  };

  test('what is final and right is sent, with its evidence, and a repetition is the same', async () => {
    const { id, tx_hash } = await paidBy();
    await side().finalize();
    const { status, json } = await desk.say(id, 'sent', { tx_hash });
    const { blockNumber } = await side().client.getTransactionReceipt({ hash: tx_hash });
    expect([status, json]).toMatchObject([200, { status: 'sent', tx_hash }]);
    expect(json.evidence).toMatchObject({ position: 0n, block: blockNumber });
    expect(json.history.at(-1)?.by).toMatch(/user\/ann$/);
    expect(await desk.say(id, 'sent', { tx_hash })).toMatchObject({ status: 200 });
  });

  test('what is not final yet is refused and recorded, and is sent once it is', async () => {
    const { id, tx_hash } = await paidBy();
    for (const state of ['in no block', 'in a block']) {
      const { status, json } = await desk.say(id, 'sent', { tx_hash });
      expect([state, status, json.error]).toEqual([state, 409, 'payout_not_final']);
      await pay.mine();
    }
    const { attempts, status } = await desk.show(id);
    expect([status, attempts]).toMatchObject([
      'processing',
      [{ kind: 'evm', id: tx_hash, state: 'open', sender: expect.any(String) }],
    ]);
    expect((await desk.say(id, 'failed', { note: 'no' })).json.error).toBe('payout_may_be_sent');
    await side().finalize();
    await desk.settle();
    expect(await desk.show(id)).toMatchObject({ status: 'sent', tx_hash });
  });

  test('what nobody has claimed is claimed by that', async () => {
    const { id } = await desk.requested('ethereum');
    const tx_hash = HASHES.ethereum;
    expect((await desk.say(id, 'sent', { tx_hash })).json.error).toBe('payout_not_final');
    expect(await desk.show(id)).toMatchObject({
      status: 'processing',
      attempts: [{ id: tx_hash }],
    });
  });

  test('what the providers do not agree on is not final to anybody', async () => {
    const { id, tx_hash } = await paidBy();
    await side().finalize();
    side().providers[1].behave(rpcFaults.fails);
    expect((await desk.say(id, 'sent', { tx_hash })).json.error).toBe('payout_not_final');
    side().providers[1].behave();
    expect((await desk.say(id, 'sent', { tx_hash })).status).toBe(200);
  });

  test.each([
    ['of another amount', 'amount_differs', () => paidBy(AMOUNT + 1n)],
    [
      'of another payout',
      'transfer_taken',
      async () => {
        const { id, address, tx_hash } = await paidBy();
        await side().finalize();
        expect((await desk.say(id, 'sent', { tx_hash })).status).toBe(200);
        return { ...(await desk.claimed('ethereum', { address })), tx_hash };
      },
    ],
    [
      'to another address',
      'address_differs',
      async () => {
        const { tx_hash } = await paidBy();
        return { ...(await desk.claimed('ethereum')), tx_hash };
      },
    ],
  ])('a transfer %s is no payment', async (_name, why, given) => {
    const { id, tx_hash } = await given();
    await side().finalize();
    const { status, json } = await desk.say(id, 'sent', { tx_hash });
    expect([status, json.error, json.why]).toEqual([409, 'payout_evidence_mismatch', why]);
    const { attempts, ...payout } = await desk.show(id);
    expect([payout.status, attempts]).toEqual(['processing', undefined]);
  });

  test('on a network without verifier the operator is believed', async () => {
    const { id } = await desk.claimed('polygon');
    const { status, json } = await desk.say(id, 'sent', { tx_hash: HASHES.ethereum });
    expect([status, json.status, json.evidence]).toEqual([200, 'sent', undefined]);
  });
});
