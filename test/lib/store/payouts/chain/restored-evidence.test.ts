/** What a restore puts back of the evidence: what follows from payouts, and never another's. */
import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { evidenceItemOf } from '../../../../../lib/store/payouts/chain/evidence-items.ts';
import {
  missingEvidence,
  withEvidence,
} from '../../../../../lib/store/payouts/chain/restored-evidence.ts';
import { useDatabase } from '../../../../support/database.ts';
import { payout } from '../../../../support/histories.ts';
import { useWire } from '../../../../support/wire.ts';

type Item = Record<string, unknown>;

const wire = useWire(useDatabase());

const evidence = { position: 3n, block: 77n, at: '2026-02-02T00:00:00.000Z' };
const hash = () => `0x${randomUUID().replaceAll('-', '').repeat(2)}`;
const sent = (more: Item = {}): Item => ({
  ...payout(randomUUID(), 'sent', 5n),
  tx_hash: hash(),
  evidence,
  ...more,
});
const itemOf = (item: Item) => evidenceItemOf(item as never) as Item;
const put = (Item: Item) =>
  wire.store().client.send(new PutCommand({ TableName: 'EvidenceTable', Item }));
const missing = (item: Item) => missingEvidence(wire.store(), item);

test('what is missing is put back, as it follows from the payout', async () => {
  const item = sent();
  expect(await missing(item)).toEqual({ item: itemOf(item), was: undefined });
  expect(itemOf(item)).toMatchObject({
    transaction: `polygon#${item.tx_hash}`,
    position: '0000000003',
    network_day: 'polygon#2026-02-02',
    payout_id: item.id,
    amount_micro: 5n,
  });
});

test('nothing is missing of what is there, nor of a payout without evidence', async () => {
  const item = sent();
  await put(itemOf(item));
  expect(await missing(item)).toBeUndefined();
  expect(await missing(sent({ evidence: undefined }))).toBeUndefined();
  expect(await missing({ ...payout(randomUUID(), 'processing', 5n), evidence })).toBeUndefined();
  expect(await missing(sent({ amount_micro: 'a lot' }))).toBeUndefined();
});

test.each<[string, Item]>([
  ['says another amount', { amount_micro: 6n }],
  ['does not say whose it is', { payout_id: 7n }],
])('one that %s is put right', async (_what, damage) => {
  const item = sent();
  const was = { ...itemOf(item), ...damage };
  await put(was);
  expect(await missing(item)).toEqual({ item: itemOf(item), was });
});

test('that of another payout is never taken', async () => {
  const [item, other] = [sent(), randomUUID()];
  await put({ ...itemOf(item), payout_id: other });
  expect(await missing(item)).toEqual({ takenBy: other });
});

test('a payout of which only its event tells gets what the tables know of it, and no other', async () => {
  const { evidence: _, ...told } = sent();
  const known = () => withEvidence(told, [wire.store()]);
  expect(await known()).toBe(told);
  const item = itemOf({ ...told, evidence });
  // Others were paid by the same transaction, and one of them cannot be read.
  await put({ ...item, position: '0000000001', payout_id: randomUUID() });
  await put({ ...item, position: '0000000002', block: 'x' });
  expect(await known()).toBe(told);
  await put(item);
  expect(await known()).toEqual({ ...told, evidence });
  const open = { ...told, status: 'processing' };
  expect(await withEvidence(open, [wire.store()])).toBe(open);
  // Nothing is asked for what does not say by which transaction it was paid.
  wire.proxy.log.length = 0;
  const { tx_hash: __, ...nowhere } = told;
  expect(await withEvidence(nowhere, [wire.store()])).toBe(nowhere);
  expect(wire.proxy.log).toEqual([]);
  const proven = { ...told, evidence: { ...evidence, block: 78n } };
  expect(await withEvidence(proven, [wire.store()])).toBe(proven);
});
