/** What left by the chain against what the books say, on the real engine and on anvil. */
import { expect, test } from 'vitest';
import { evidenceIn } from '../../../../../lib/store/payouts/chain/evidence-items.ts';
import { describeOnChain } from '../../../../support/chain-engines.ts';
import { useDatabase } from '../../../../support/database.ts';
import { freshAddress, useEvmNetwork } from '../../../../support/evm-network.ts';
import { faults } from '../../../../support/fault-proxy.ts';
import { lies } from '../../../../support/rpc-proxy.ts';
import { useWire } from '../../../../support/wire.ts';
import { AMOUNT, GENESIS_S, inOrder, NETWORK, useOutflow } from './outflow-desk.ts';

describeOnChain('evm')('outflow', () => {
  const database = useDatabase();
  const wire = useWire(database);
  const network = useEvmNetwork(GENESIS_S);
  const desk = useOutflow(database, wire, network);
  const { at, dayOf } = desk;
  const keyOf = (txHash: string, position = 0) => ({
    transaction: `${NETWORK}#${txHash}`,
    position: String(position).padStart(10, '0'),
  });
  const unknown = `0x${'ab'.repeat(32)}`;
  /** What the transaction proves, and once more under another key. */
  const kept = async (txHash: string, elsewhere: ReturnType<typeof keyOf>) => {
    const [item] = await evidenceIn(desk.storeAt(at(3)), NETWORK, txHash);
    const items = [{ ...item, ...elsewhere }];
    await database.putAll({ table: database.tables.Evidence, items });
    return item;
  };

  test('of three days is what payouts rest on, and what goes to another sender has not left', async () => {
    await desk.settled(at(0));
    const other = (await desk.newSender()).address.toLowerCase();
    await desk.transferAt(at(1), other, 77n);
    await desk.settled(at(2, '10:00'));
    await desk.settled(at(2, '11:00'));
    const verified = desk.chainOf([desk.payer(), other]);
    expect(await desk.reconcile(at(3), { [NETWORK]: verified })).toEqual({
      days: [inOrder(dayOf(0), 1), inOrder(dayOf(1), 0), inOrder(dayOf(2), 2)],
      ...{ unexplained: [], missing: [], undecided: [], left: [] },
    });
  });

  test('that pays no payout is named, without its address', async () => {
    await desk.settled(at(1));
    const to = freshAddress();
    const transaction = await desk.transferAt(at(1, '13:00'), to, 10_000_000n);
    const { days, unexplained, missing } = await desk.reconcile();
    expect(unexplained).toEqual([
      { network: NETWORK, day: dayOf(1), transaction, position: 0, units: '10000000' },
    ]);
    expect(missing).toEqual([]);
    expect(days[1]).toEqual({
      ...inOrder(dayOf(1), 1),
      ...{ transfers: 2, unexplained: 1, chain_micro: '35000000', difference_micro: 10_000_000 },
    });
    expect(JSON.stringify(desk.logs)).not.toContain(to.slice(2));
  });

  test('that the chain has lost although it was final is missing', async () => {
    const { id, tx_hash: transaction } = await desk.settled(at(2));
    await network.client.request({
      method: 'anvil_reorg',
      params: [4, []],
    } as never);
    const { days, missing } = await desk.reconcile();
    expect(missing).toEqual([
      { network: NETWORK, id, transaction, position: 0, why: 'not_on_chain' },
    ]);
    expect(days[2]).toMatchObject({
      ...{ transfers: 0, missing: 1, chain_micro: '0' },
      ...{ books_micro: String(AMOUNT), difference_micro: Number(AMOUNT) },
    });
  });

  test.each([
    ['block', 1n, 'block_differs'],
    ['at', 'a second later', 'block_differs'],
    ['amount_micro', AMOUNT + 5n, 'payout_differs'],
    ['payout_id', '01a2143a-5bde-76f4-850b-2c8c69d4af89', 'payout_differs'],
  ] as const)('whose evidence has another %s is missing', async (name, value, why) => {
    const payout = await desk.settled(at(0));
    const spoilt = name === 'at' ? new Date(at(0) + 1000).toISOString() : value;
    await desk.spoil('Evidence', keyOf(payout.tx_hash), name, spoilt);
    const { missing, days, unexplained } = await desk.reconcile();
    const id = name === 'payout_id' ? value : payout.id;
    expect(missing[0]).toMatchObject({ id, transaction: payout.tx_hash, why });
    const difference_micro = name === 'amount_micro' ? 5 : 0;
    expect(days[0]).toMatchObject({ transfers: 1, unexplained: 0, difference_micro });
    expect(unexplained).toEqual([]);
  });

  test.each([
    ['address', freshAddress(), 'address_differs'],
    ['amount_micro', AMOUNT + 5n, 'payout_differs'],
    ['status', 'failed', 'payout_differs'],
  ])('whose payout has another %s is missing', async (name, value, why) => {
    const { id, user_id, tx_hash } = await desk.settled(at(0));
    await desk.spoil('Payouts', { user_id, id }, name, value);
    const { missing } = await desk.reconcile();
    expect(missing).toMatchObject([{ id, transaction: tx_hash, position: 0, why }]);
  });

  test('whose payout says to rest on evidence that is another’s is missing', async () => {
    const [one, other] = [await desk.settled(at(0)), await desk.settled(at(0, '13:00'))];
    const { user_id, id } = other;
    await desk.spoil('Payouts', { user_id, id }, 'tx_hash', one.tx_hash);
    const { missing } = await desk.reconcile();
    expect(missing).toMatchObject([
      { id, transaction: other.tx_hash, why: 'payout_differs' },
      { id, transaction: one.tx_hash, why: 'not_kept' },
    ]);
  });

  test('at a place that its transaction does not have is missing', async () => {
    const { id, user_id, tx_hash: transaction } = await desk.settled(at(0));
    const item = await kept(transaction, keyOf(transaction, 1));
    const evidence = { position: 1n, block: item?.block, at: item?.at };
    await desk.spoil('Payouts', { user_id, id }, 'evidence', evidence);
    const { missing } = await desk.reconcile();
    const byPlace = missing.sort((a, b) => Number(a.position) - Number(b.position));
    expect(byPlace).toMatchObject([
      { id, transaction, position: 0, why: 'payout_differs' },
      { id, transaction, position: 1, why: 'not_on_chain' },
    ]);
  });

  test('that the index of days alone knows of is missing, and counts', async () => {
    const { id, tx_hash } = await desk.settled(at(1));
    await kept(tx_hash, keyOf(unknown));
    const { missing, days } = await desk.reconcile();
    expect(missing).toMatchObject([{ id, transaction: unknown, why: 'payout_differs' }]);
    expect(days[1]).toMatchObject({
      ...{ transfers: 1, missing: 1, chain_micro: String(AMOUNT) },
      ...{ books_micro: String(2n * AMOUNT), difference_micro: Number(AMOUNT) },
    });
  });

  test('whose payout has its hash in a spelling of before is in order', async () => {
    const { user_id, id, tx_hash } = await desk.settled(at(1));
    const spelt = `0x${tx_hash.slice(2).toUpperCase()}`;
    await desk.spoil('Payouts', { user_id, id }, 'tx_hash', spelt);
    const { missing, days } = await desk.reconcile();
    expect(missing).toEqual([]);
    expect(days[1]).toEqual(inOrder(dayOf(1), 1));
  });

  test('that is nowhere to be found is missing when it was said an hour ago', async () => {
    const [old, young] = [await desk.claimed(at(0)), await desk.claimed(at(0, '12:01'))];
    await desk.said(at(3, '11:00'), old, unknown);
    await desk.said(at(3, '11:00:00.001'), young, unknown);
    const { missing } = await desk.reconcile(at(3, '12:00'));
    expect(missing).toMatchObject([{ id: old.id, why: 'not_final' }]);
  });

  test('by a sender that is ours no more is missing, and says so', async () => {
    const { id } = await desk.settled(at(1));
    const other = (await desk.newSender()).address.toLowerCase();
    const { missing } = await desk.reconcile(at(3), { [NETWORK]: desk.chainOf([other]) });
    expect(missing).toMatchObject([{ id, why: 'sender_differs' }]);
  });

  test('is of the day on whose clock it was made, and of a day that has just ended nothing is said', async () => {
    await desk.settled(at(0, '23:59:59'));
    await desk.settled(at(1, '00:00:00'));
    const first = [inOrder(dayOf(0), 1), inOrder(dayOf(1), 1)];
    expect((await desk.reconcile(at(2, '00:59:59'))).days.slice(-1)).toEqual(first.slice(0, 1));
    expect((await desk.reconcile(at(2, '01:00:00'))).days.slice(-2)).toEqual(first);
  });

  test('that the index of days does not show yet is asked of the table', async () => {
    const { tx_hash } = await desk.settled(at(1));
    await desk.spoil('Evidence', keyOf(tx_hash), 'network_day', 'none#yet');
    const { days } = await desk.reconcile();
    expect(days[1]).toEqual(inOrder(dayOf(1), 1));
  });

  test('that the chain and the index agree on is not asked for one by one', async () => {
    const { tx_hash } = await desk.settled(at(1));
    network.proxy.calls.length = 0;
    wire.proxy.log.length = 0;
    expect((await desk.reconcile()).days[1]).toEqual(inOrder(dayOf(1), 1));
    expect(JSON.stringify(network.proxy.calls)).not.toContain(tx_hash);
    const asked = wire.proxy.log.filter(
      ({ request }) => request.TableName === database.tables.Evidence,
    );
    for (const { request } of asked) expect(request).toHaveProperty('IndexName');
  });

  test.each([
    ['evidence', 'Query'],
    ['payouts', 'GetItem'],
  ])(
    'of a network whose %s cannot be got is left for the next run, and stops no other',
    async (_what, operation) => {
      const { tx_hash } = await desk.settled(at(1));
      await desk.spoil('Evidence', keyOf(tx_hash), 'network_day', 'none#yet');
      const idle = desk.chainOf([(await desk.newSender()).address.toLowerCase()]);
      // The table itself, which is asked for nothing of a network on which nothing has left.
      wire.proxy.script(operation, [], (exchange) =>
        (exchange.request.ConsistentRead ? faults.invalid : faults.none)(exchange),
      );
      const verifiers = { [NETWORK]: desk.chainOf([desk.payer()]), ethereum: idle };
      const { days, undecided, left } = await desk.reconcile(at(3), verifiers);
      expect([left, undecided]).toEqual([[NETWORK], []]);
      const failure = { event: 'unexpected_error', network: NETWORK };
      expect(desk.logs).toContainEqual(expect.objectContaining(failure));
      expect(days.map(({ network: name }) => name)).toEqual(['ethereum', 'ethereum', 'ethereum']);
    },
  );

  test('of a network whose providers do not agree is left for the next run, and stops no other', async () => {
    await desk.settled(at(1));
    const ours = [desk.payer()];
    network.proxy.behave(lies('eth_getLogs', () => []));
    const direct = network.client.transport.url as string;
    const verifiers = {
      [NETWORK]: desk.chainOf(ours, [network.proxy.url, direct]),
      ethereum: desk.chainOf(ours, [direct, direct]),
    };
    const { days, undecided, missing, left } = await desk.reconcile(at(3), verifiers);
    expect(left).toEqual([NETWORK]);
    expect(undecided).toEqual([{ network: NETWORK, why: 'providers 1 and 2 do not agree' }]);
    expect(missing).toEqual([]);
    expect(days.map(({ network: name }) => name)).toEqual(['ethereum', 'ethereum', 'ethereum']);
    network.proxy.behave();
    expect((await desk.reconcile(at(3, '13:00'))).days[1]).toEqual(inOrder(dayOf(1), 1));
  });

  test('with an item that cannot be read goes on with all others', async () => {
    const [one] = [await desk.settled(at(1)), await desk.settled(at(1, '13:00'))];
    await desk.spoil('Evidence', keyOf(one.tx_hash), 'block', 'x');
    const { days } = await desk.reconcile();
    const failure = { event: 'corrupt_item', network: NETWORK, transaction: one.tx_hash };
    expect(desk.logs).toContainEqual(expect.objectContaining(failure));
    expect(days[1]).toMatchObject({ transfers: 2, unexplained: 1 });
  });

  test('that rests on a payout that cannot be read is missing, and all else is compared', async () => {
    const [one, other] = [await desk.settled(at(1)), await desk.settled(at(1, '13:00'))];
    const spoil = ({ user_id, id }: typeof one, name: string, value: string) =>
      desk.spoil('Payouts', { user_id, id }, name, value);
    await spoil(one, 'history', 'none');
    await spoil(other, 'address', freshAddress());
    const { days, unexplained, missing, left } = await desk.reconcile();
    const failure = { event: 'corrupt_item', network: NETWORK, transaction: one.tx_hash };
    expect(desk.logs).toContainEqual(expect.objectContaining(failure));
    const whyOf = Object.fromEntries(missing.map(({ id, why }) => [id, why]));
    expect(whyOf).toEqual({ [one.id]: 'payout_differs', [other.id]: 'address_differs' });
    expect(days[1]).toEqual({ ...inOrder(dayOf(1), 2), missing: 2 });
    expect([left, unexplained]).toEqual([[], []]);
  });
});
