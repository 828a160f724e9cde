/** The items that say which transfer settles which payout. */
import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { describe, expect, test, vi } from 'vitest';
import { ApiError, CorruptItemError } from '../../../../../lib/errors.ts';
import type { PayoutWithHistory } from '../../../../../lib/settlement/payout-with-history.ts';
import {
  EvidenceItem,
  evidenceItemOf,
  evidenceOn,
  evidencePart,
  positionKey,
  TransferTakenError,
  takenPositions,
  takingEvidence,
  transactionKey,
  untilNotTaken,
} from '../../../../../lib/store/payouts/chain/evidence-items.ts';
import { useDatabase } from '../../../../support/database.ts';
import { HASHES } from '../../../../support/samples.ts';
import { pagesOf } from '../../../../support/staged-faults.ts';
import { useWire } from '../../../../support/wire.ts';
import { claimedOn } from '../../../settlement/claimed-payout.ts';

const database = useDatabase();
const wire = useWire(database);

const claimed = claimedOn('ethereum');
const AT = '2026-11-27T23:59:59.000Z';
const sentBy = (tx_hash: string, position = 3n, id = claimed.id): PayoutWithHistory => ({
  ...claimed,
  ...{ id, status: 'sent', tx_hash, evidence: { position, block: 77n, at: AT } },
});
const hash = () => `0x${randomUUID().replaceAll('-', '').repeat(2)}`;
const put = (...payouts: PayoutWithHistory[]) =>
  database.putAll({
    table: database.tables.Evidence,
    items: payouts.map((payout) => evidenceItemOf(payout) as object as Record<string, unknown>),
  });

test('an item follows from what the payout says of its payment', () => {
  expect(evidenceItemOf(sentBy(HASHES.ethereum))).toEqual({
    transaction: `ethereum#${HASHES.ethereum}`,
    position: '0000000003',
    network_day: 'ethereum#2026-11-27',
    payout_id: claimed.id,
    user_id: claimed.user_id,
    amount_micro: 25_000_000n,
    block: 77n,
    at: AT,
  });
  expect(v.is(EvidenceItem, evidenceItemOf(sentBy(HASHES.ethereum)))).toBe(true);
  expect(evidenceItemOf(claimed)).toBe(undefined);
  const { evidence: _, ...without } = sentBy(HASHES.ethereum);
  expect(evidenceItemOf(without)).toBe(undefined);
  const { tx_hash: __, ...nowhere } = sentBy(HASHES.ethereum);
  expect(evidenceItemOf(nowhere)).toBe(undefined);
});

test.each([
  ['transaction', 'names no network', HASHES.ethereum],
  ['network_day', 'names no network', '2026-11-27'],
  ['position', 'has a digit too many', '00000000003'],
  ['position', 'is no number', 'x0000000003'],
])('an item whose %s %s is none of ours', (name, _what, value) => {
  const item = { ...evidenceItemOf(sentBy(HASHES.ethereum)), [name]: value };
  expect(v.is(EvidenceItem, item)).toBe(false);
});

test('positions are in their order as text', () => {
  const positions = [0, 2, 10, 4_294_967_295];
  const keys = positions.map(positionKey);
  expect(keys.toSorted()).toEqual(keys);
  expect(positionKey(10n)).toBe(positionKey(10));
});

test('only who has no evidence yet takes a transfer', () => {
  const sent = sentBy(HASHES.ethereum);
  expect(evidencePart('Evidence', claimed, claimed)).toBe(undefined);
  expect(evidencePart('Evidence', sent, sent)).toBe(undefined);
  expect(evidencePart('Evidence', claimed, sent)).toMatchObject({
    Put: { TableName: 'Evidence', Item: evidenceItemOf(sent) },
  });
});

test('a transfer is taken by one payout, and may be put again for it', async () => {
  const tx = hash();
  const take = (payout: PayoutWithHistory) => {
    const part = evidencePart(database.tables.Evidence, claimed, payout);
    return wire.connection.client.send(new PutCommand(part?.Put as never));
  };
  await take(sentBy(tx));
  await take(sentBy(tx));
  const other = claimed.id.replace(/.$/, 'f');
  await expect(take(sentBy(tx, 3n, other))).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
  });
  await take(sentBy(tx, 4n, other));
});

describe('a change that brings evidence', () => {
  const exceeded = new ApiError('outflow_budget_exceeded');
  const after = () => claimed;
  const taken = expect.any(TransferTakenError);

  test.each([
    [['evidence'], taken],
    [['evidence', 'payout'], taken],
    [['evidence', 'account'], exceeded],
    [['evidence', 'budget'], exceeded],
    [['account'], exceeded],
    [['budget'], exceeded],
    [['payout'], exceeded],
  ])('refused by %j blames another payout only where nothing else is to blame', (names, why) => {
    const change = takingEvidence(wire.store(), { after, refusal: () => exceeded });
    const refused = Object.fromEntries(names.map((name) => [name, {}]));
    expect(change.refusal?.(refused, claimed)).toEqual(why);
  });

  test('knows no other refusal where the change itself has none', () => {
    const { refusal } = takingEvidence(wire.store(), { after });
    expect(refusal?.({ payout: {} }, claimed)).toBe(undefined);
    expect(refusal?.({ evidence: {} }, claimed)).toEqual(taken);
  });
});

describe('the positions that are taken', () => {
  test('are those of others, in this very transaction, on all pages', async () => {
    const tx = hash();
    const other = claimed.id.replace(/.$/, 'f');
    await put(
      sentBy(tx, 3n),
      sentBy(tx, 4n, other),
      sentBy(tx, 5n, other),
      sentBy(hash(), 6n, other),
    );
    wire.proxy.script('Query', [], pagesOf(1));
    const isTaken = await takenPositions(wire.store(), 'ethereum', tx, claimed.id);
    expect([3, 4, 5, 6].map(isTaken)).toEqual([false, true, true, false]);
    const elsewhere = await takenPositions(wire.store(), 'polygon', tx, claimed.id);
    expect([3, 4, 5, 6].map(elsewhere)).toEqual([false, false, false, false]);
    for (const { request } of wire.proxy.log) expect(request.ConsistentRead).toBe(true);
  });

  test('are not guessed from what cannot be read', async () => {
    const tx = hash();
    const item = { ...evidenceItemOf(sentBy(tx)), payout_id: 'x' };
    await database.putAll({ table: database.tables.Evidence, items: [item] });
    await expect(takenPositions(wire.store(), 'ethereum', tx, claimed.id)).rejects.toThrow(
      CorruptItemError,
    );
  });
});

test('what left on a day is found by network and day', async () => {
  const day = '2026-11-20';
  const on = (payout: PayoutWithHistory, at: string, network = 'ethereum') => ({
    ...payout,
    network,
    evidence: { position: 1n, block: 7n, at },
  });
  const inside = [`${day}T00:00:00.000Z`, `${day}T23:59:59.999Z`];
  const outside = ['2026-11-19T23:59:59.999Z', '2026-11-21T00:00:00.000Z'];
  const payouts = inside.map((at) => on(sentBy(hash()), at));
  await put(
    ...payouts,
    ...outside.map((at) => on(sentBy(hash()), at)),
    on(sentBy(hash()), inside[0] as string, 'polygon'),
  );
  wire.proxy.script('Query', [], pagesOf(1));
  const found = await Array.fromAsync(evidenceOn(wire.store(), 'ethereum', day));
  expect(found.map(({ transaction }) => transaction).sort()).toEqual(
    payouts.map(({ tx_hash }) => transactionKey('ethereum', String(tx_hash))).sort(),
  );
});

test('one that cannot be read is logged, and hides no other', async () => {
  const [one, other] = [sentBy(hash()), sentBy(hash())];
  const day = '2026-11-18';
  const at = `${day}T00:00:00.000Z`;
  const evidence = { position: 1n, block: 7n, at };
  await put({ ...one, evidence }, { ...other, evidence });
  const item = { ...evidenceItemOf({ ...one, evidence }), block: 'x' };
  await database.putAll({ table: database.tables.Evidence, items: [item] });
  const logged = vi.spyOn(console, 'error').mockReturnValue();
  const found = await Array.fromAsync(evidenceOn(wire.store(), 'ethereum', day));
  expect(found).toMatchObject([{ transaction: transactionKey('ethereum', String(other.tx_hash)) }]);
  expect(logged.mock.calls).toMatchObject([[{ event: 'corrupt_item', id: one.id }]]);
});

test('a hash that was stored before hashes had one spelling is the same transaction', () =>
  expect(transactionKey('ethereum', HASHES.ethereum.toUpperCase())).toBe(
    transactionKey('ethereum', HASHES.ethereum),
  ));

describe('what another took meanwhile', () => {
  const failing = (error: Error, times: number) => {
    let calls = 0;
    const judge = async () => {
      if (++calls <= times) throw error;
      return calls;
    };
    return { judge, calls: () => calls };
  };

  test('is judged anew, and in the end is a mismatch', async () => {
    expect(await untilNotTaken(failing(new TransferTakenError(), 19).judge)).toBe(20);
    await expect(untilNotTaken(failing(new TransferTakenError(), 20).judge)).rejects.toMatchObject({
      ...{ tag: 'payout_evidence_mismatch', details: { why: 'transfer_taken' } },
    });
  });

  test.each([new Error('x'), new ApiError('payout_evidence_mismatch', { why: 'transfer_taken' })])(
    'but not any other error: %s',
    async (error) => {
      const { judge, calls } = failing(error, 1);
      await expect(untilNotTaken(judge)).rejects.toBe(error);
      expect(calls()).toBe(1);
    },
  );
});
