/** Payouts that were said to be sent before anybody asked their chain, on the real engine and anvil. */
import { describe, expect, test } from 'vitest';
import type { Payout } from '../../../../../lib/payout.ts';
import { adoptEvidence, sentSince } from '../../../../../lib/store/payouts/chain/adopt-evidence.ts';
import { evidenceIn } from '../../../../../lib/store/payouts/chain/evidence-items.ts';
import { rfc3339 } from '../../../../../lib/time.ts';
import { describeOnChain } from '../../../../support/chain-engines.ts';
import { useDatabase } from '../../../../support/database.ts';
import { useEvmNetwork } from '../../../../support/evm-network.ts';
import { useWire } from '../../../../support/wire.ts';
import { AMOUNT, GENESIS_S, inOrder, NETWORK, useOutflow } from './outflow-desk.ts';

describeOnChain('evm')('what was said to be sent', () => {
  const database = useDatabase();
  const wire = useWire(database);
  const network = useEvmNetwork(GENESIS_S);
  const desk = useOutflow(database, wire, network);
  const { at, dayOf } = desk;

  test('before anybody asked gets its evidence', async () => {
    const payout = await desk.claimed(at(0));
    const hash = await desk.transferAt(at(1), payout.address, AMOUNT);
    await desk.said(at(1, '12:30'), payout, hash);
    const { days, missing } = await desk.reconcile();
    expect(missing).toEqual([]);
    expect(days).toEqual([inOrder(dayOf(0), 0), inOrder(dayOf(1), 1), inOrder(dayOf(2), 0)]);
    const [kept] = await evidenceIn(desk.storeAt(at(3)), NETWORK, hash);
    expect(kept).toMatchObject({ payout_id: payout.id, amount_micro: AMOUNT });
    const [stored] = await database.payouts(payout.user_id);
    expect(stored).toMatchObject({ status: 'sent', evidence: { position: 0n, at: kept?.at } });
    expect((await desk.reconcile(at(3, '13:00'))).days).toEqual(days);
  });

  test('twice by one transfer has evidence once', async () => {
    const one = await desk.claimed(at(0));
    const other = await desk.claimed(at(0, '12:01'));
    await desk.spoil('Payouts', { user_id: other.user_id, id: other.id }, 'address', one.address);
    const hash = await desk.transferAt(at(1), one.address, AMOUNT);
    for (const payout of [one, other]) await desk.said(at(1, '12:30'), payout, hash);
    const { days, missing } = await desk.reconcile();
    expect(missing).toMatchObject([{ transaction: hash, why: 'transfer_taken' }]);
    expect(days[1]).toEqual(inOrder(dayOf(1), 1));
  });

  test('and is not is missing, once it had its time', async () => {
    const [wrong, never, late] = [
      await desk.claimed(at(0)),
      await desk.claimed(at(0, '12:01')),
      await desk.claimed(at(0, '12:02')),
    ];
    const hash = await desk.transferAt(at(1), wrong.address, AMOUNT - 1n);
    const unknown = `0x${'ab'.repeat(32)}`;
    await desk.said(at(1, '12:30'), wrong, hash);
    await desk.said(at(1, '12:30'), never, unknown);
    await desk.said(at(3, '11:30'), late, `0x${'cd'.repeat(32)}`);
    const { missing } = await desk.reconcile();
    const byId = missing.sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
    expect(byId).toEqual([
      { network: NETWORK, id: wrong.id, transaction: hash, why: 'amount_differs' },
      { network: NETWORK, id: never.id, transaction: unknown, why: 'not_final' },
    ]);
  });

  test('by what is no hash of its network is missing, and no provider has to say so', async () => {
    const payout = await desk.claimed(at(0));
    await desk.said(at(1), payout, `0x${'ab'.repeat(32)}`);
    await desk.spoil('Payouts', keyOf(payout), 'tx_hash', 'by hand');
    const { missing, undecided } = await desk.reconcile();
    const what = { network: NETWORK, id: payout.id, transaction: 'by hand' };
    expect([missing, undecided]).toEqual([[{ ...what, why: 'not_final' }], []]);
  });

  describe('and has changed since it was read', () => {
    /** Paid and said to be sent, and how it was read then. */
    const readEarlier = async () => {
      const payout = await desk.claimed(at(0));
      const hash = await desk.transferAt(at(1), payout.address, AMOUNT);
      await desk.said(at(1, '12:30'), payout, hash);
      await network.finalize();
      const sent = await sentSince(desk.storeAt(at(2)), rfc3339(at(0)));
      const read = sent.find(({ id }) => id === payout.id);
      if (!read) throw new Error('the index does not show it');
      return { payout, hash, adopt: () => adoptEvidence(desk.storeAt(at(2)), verified(), read) };
    };
    const verified = () => desk.chainOf([desk.payer()]);
    const storedOf = async ({ user_id }: Payout) => (await database.payouts(user_id))[0];

    test('keeps the evidence that it has by now', async () => {
      const { payout, adopt } = await readEarlier();
      expect(await adopt()).toBe(undefined);
      const stored = await storedOf(payout);
      expect(stored).toHaveProperty('evidence');
      expect(await adopt()).toBe(undefined);
      expect(await storedOf(payout)).toEqual(stored);
    });

    test('gets no evidence of a transaction that it does not name any more', async () => {
      const { payout, hash, adopt } = await readEarlier();
      await desk.spoil('Payouts', keyOf(payout), 'tx_hash', `0x${'ab'.repeat(32)}`);
      await adopt();
      expect(await storedOf(payout)).not.toHaveProperty('evidence');
      expect(await evidenceIn(desk.storeAt(at(2)), NETWORK, hash)).toEqual([]);
    });
  });
});

const keyOf = ({ user_id, id }: Payout) => ({ user_id, id });
