/** The scheduled settling as it is deployed: a payout from its request to its evidence. */
import { describe, expect, test } from 'vitest';
import type { Payout } from '../../lib/payout.ts';
import { useAskedChain } from '../support/asked-chain.ts';
import { describeOnChain } from '../support/chain-engines.ts';
import { freshAddress } from '../support/evm-network.ts';
import { SECRET_KEY } from '../support/rpc-proxy.ts';
import { HASHES, PATHS } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const AMOUNT = 25_000_000n;

describeOnChain('evm')('on a network whose chain is asked', () => {
  const environment = {};
  const chain = useAskedChain(environment);
  const service = useService({ environment, publish: true });

  const requested = async () => {
    const { cookie } = await service.newSession({ available_micro: 40_000_000n });
    const address = freshAddress();
    return service.requestPayout(cookie, { network: 'polygon', address });
  };
  const operate = ({ id }: Payout, step: string, body?: object) =>
    service.operator('ann')('POST', `${PATHS.queue}/${id}/${step}`, { body });
  const pay = async (payout: Payout, units = AMOUNT) => {
    if (!chain) throw new Error('there is no chain');
    await operate(payout, 'processing');
    const { hash, sender, nonce } = await chain.pay(payout.address, units);
    expect((await operate(payout, 'attempts', { kind: 'evm', hash, sender, nonce })).status).toBe(
      200,
    );
    return hash;
  };
  const view = async ({ id }: Payout) =>
    (await service.operator('ann')('GET', `${PATHS.queue}/${id}`)).json;

  test('what is being paid is sent once it is final, and published', async () => {
    const payout = await requested();
    const tx_hash = await pay(payout);
    await service.run('SettleByChain');
    expect(await view(payout)).toMatchObject({
      status: 'processing',
      attempts: [{ state: 'open' }],
    });
    await chain?.finalize();
    await service.run('SettleByChain');
    expect(await view(payout)).toMatchObject({
      ...{ status: 'sent', tx_hash, attempts: [{ state: 'landed' }] },
      evidence: { position: 0n, block: expect.any(BigInt) },
    });
    expect(await service.account(payout.user_id)).toMatchObject({
      ...{ reserved_micro: 0n, paid_out_micro: AMOUNT },
    });
    const events = await service.published(3);
    expect(events.at(-1)).toMatchObject({
      'detail-type': 'referral.payout.sent',
      detail: { payout: { id: payout.id, tx_hash }, sequence: 3n },
    });
    // What proves it is for operators.
    expect(JSON.stringify(events.at(-1), String)).not.toContain('evidence');
  });

  test('what pays wrongly is for a person, who is told in the log', async () => {
    const payout = await requested();
    await pay(payout, AMOUNT - 1n);
    await chain?.finalize();
    service.logs.length = 0;
    await service.run('SettleByChain');
    expect(await view(payout)).toMatchObject({
      status: 'processing',
      review: { why: expect.stringContaining('another amount') },
    });
    const lines = service.logs.map((line) => JSON.parse(line).message);
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'payout_needs_review', id: payout.id }),
    );
    expect((await operate(payout, 'failed', { note: 'no' })).json).toMatchObject({
      error: 'payout_may_be_sent',
    });
  });

  describe('sent by hand', () => {
    test('is answered by the chain', async () => {
      const payout = await requested();
      const { hash: tx_hash } = (await chain?.pay(payout.address, AMOUNT)) ?? { hash: '' };
      const early = await operate(payout, 'sent', { tx_hash });
      expect([early.status, early.json]).toMatchObject([409, { error: 'payout_not_final' }]);
      await chain?.finalize();
      const right = await operate(payout, 'sent', { tx_hash });
      expect([right.status, right.json]).toMatchObject([200, { evidence: { position: 0n } }]);
      const again = await operate(payout, 'sent', { tx_hash });
      expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([right.text, 'true']);

      const other = await operate(await requested(), 'sent', { tx_hash });
      expect([other.status, other.json]).toMatchObject([
        409,
        { error: 'payout_evidence_mismatch', why: 'address_differs' },
      ]);
    });

    test('on another network an operator is believed', async () => {
      const { cookie } = await service.newSession({ available_micro: 40_000_000n });
      const payout = await service.requestPayout(cookie);
      const { status, json } = await operate(payout, 'sent', { tx_hash: HASHES.solana });
      expect([status, json]).toMatchObject([200, { status: 'sent' }]);
      expect(json).not.toHaveProperty('evidence');
    });
  });

  test('nothing of the providers’ secret is in any log', () => {
    expect(service.logs.length).toBeGreaterThan(0);
    expect(service.logs.join('\n')).not.toContain(SECRET_KEY);
  });
});
