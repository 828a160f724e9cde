/** What pays wrongly, or for another: a person has to look at it, and nothing is given back before. */
import { expect, test } from 'vitest';
import { disperseCall, send } from '../../../infra/local/only-here/chains/evm-contracts.ts';
import { describeOnChain } from '../../support/chain-engines.ts';
import { freshAddress } from '../../support/evm-network.ts';
import { paymentsOn } from './payments.ts';
import { AMOUNT, alarmsOf, useProof } from './proof-desk.ts';

describeOnChain('evm')('on polygon', () => {
  const desk = useProof('polygon');
  const pay = paymentsOn(desk, 'polygon');
  const side = () => desk.sides.polygon;
  const settled = async () => {
    await side().finalize();
    return desk.settle();
  };

  test.each([
    ['underpaid', 'amount_differs', () => ({ units: AMOUNT - 1n })],
    ['wrong token', 'token_differs', () => ({ token: side().otherToken })],
    ['wrong sender', 'sender_differs', () => ({ by: side().stranger })],
  ])('%s', async (_name, found, payment) => {
    const { id, signed } = await pay.signed(payment());
    await pay.send(signed);
    expect(alarmsOf(await settled())).toEqual([id]);
    expect(await desk.outcome(id)).toEqual({
      ...{ status: 'processing', refund: 'payout_may_be_sent', attempts: [`open ${found}`] },
      review: expect.stringContaining(signed.hash),
    });
    // It rings once, and waits for a person from then on.
    expect(alarmsOf(await settled())).toEqual([]);
    const { tx_hash } = await desk.show(id);
    expect(tx_hash).toBeUndefined();
  });

  test('a disperse contract', async () => {
    const payouts = await Array.fromAsync({ length: 5 }, () => desk.claimed('polygon'));
    const { client, payer, disperser } = side();
    const calls = payouts.map((payout) => pay.transfer(payout));
    const call = await disperseCall(client, payer, disperser, calls);
    const sent = await send(client, payer, call);
    for (const { id } of payouts) await pay.record(id, sent);
    expect(await settled()).toMatchObject([{ looked: 5, sent: 5, reviews: 0 }]);
    const all = await Promise.all(payouts.map(({ id }) => desk.show(id)));
    expect(new Set(all.map(({ status, tx_hash }) => `${status} ${tx_hash}`))).toEqual(
      new Set([`sent ${sent.hash}`]),
    );
    expect(new Set(all.map(({ evidence }) => evidence?.position)).size).toBe(5);
  });

  test('the same transfer claimed by two payouts', async () => {
    const address = freshAddress();
    const [one, other] = [
      await desk.claimed('polygon', { address }),
      await desk.claimed('polygon', { address }),
    ];
    const { signed } = await pay.signed({}, one);
    await pay.record(other.id, signed);
    await pay.send(signed);
    const alarms = alarmsOf(await settled());
    const all = await Promise.all([one, other].map(({ id }) => desk.show(id)));
    expect(all.map(({ status }) => status).sort()).toEqual(['processing', 'sent']);
    const unpaid = all.find(({ status }) => status === 'processing')?.id ?? '';
    expect(alarms).toEqual([unpaid]);
    expect(await desk.outcome(unpaid)).toMatchObject({
      ...{ refund: 'payout_may_be_sent', attempts: ['open transfer_taken'] },
    });
  });

  test('two payouts of one amount to one address in one batch rest on two transfers', async () => {
    const address = freshAddress();
    const two = [
      await desk.claimed('polygon', { address }),
      await desk.claimed('polygon', { address }),
    ];
    const calls = two.map((payout) => pay.transfer(payout));
    await (await pay.bySafe(two, calls)).execute();
    expect(alarmsOf(await settled())).toEqual([]);
    const all = await Promise.all(two.map(({ id }) => desk.show(id)));
    expect(all.map(({ status }) => status)).toEqual(['sent', 'sent']);
    expect(all[0]?.evidence?.position).not.toBe(all[1]?.evidence?.position);
  });

  test('paid although it was given back by mistake', async () => {
    const { id, signed } = await pay.signed();
    const review = { note: 'its key is lost', dead: [signed.hash] };
    expect((await desk.sayAsBob(id, 'reviewed', review)).status).toBe(200);
    expect((await desk.say(id, 'failed', { note: 'lost' })).status).toBe(200);
    await pay.send(signed);
    expect(alarmsOf(await settled())).toEqual([id]);
    expect(await desk.show(id)).toMatchObject({
      ...{ status: 'failed', attempts: [{ found: 'paid_although_failed' }] },
      review: { why: expect.stringContaining('It has paid, as is final') },
    });
  });
});
