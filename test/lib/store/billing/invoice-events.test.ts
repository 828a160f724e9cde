/** Invoices open and close in whichever order, and a covered one stays covered. */
import { beforeEach, expect, test } from 'vitest';
import { EventRejectedError } from '../../../../lib/billing-events.ts';
import { CorruptItemError } from '../../../../lib/errors.ts';
import { useDatabase } from '../../../support/database.ts';
import { invoice } from '../../../support/histories.ts';
import { meanwhile } from '../../../support/staged-faults.ts';
import { useWire } from '../../../support/wire.ts';
import { useBilling } from './billing-of-user.ts';

const database = useDatabase();
const wire = useWire(database);
const billing = useBilling(database, wire);
const { apply, opening, closing } = billing;

const OPEN = { status: 'open', total_micro: 3_000_000n };
const CLOSED = { ...OPEN, status: 'closed' };
let key: { user_id: string; invoice_id: string };
beforeEach(() => {
  key = { user_id: billing.user(), invoice_id: `1.${billing.user()}` };
});
const expectStored = async (fields: object) =>
  expect(await database.invoices(key.user_id)).toEqual([{ ...key, ...fields }]);

test('an invoice opens and closes, and does not touch the balance', async () => {
  await apply(opening());
  await expectStored(OPEN);
  await apply(closing());
  await apply(opening());
  await expectStored(CLOSED);
  expect(await billing.account()).toBeUndefined();
});

test('one that closed first has its total filled in, and stays closed', async () => {
  await apply(closing());
  await expectStored({ status: 'closed' });
  await apply(opening());
  await expectStored(CLOSED);
});

test('one that is covered stays covered', async () => {
  const covered = invoice(key.user_id, key.invoice_id, 'covered', OPEN.total_micro);
  await database.putInvoice(covered);
  await apply(closing());
  await apply(opening());
  await expectStored(covered);
});

test.each([
  ['of an open one', () => [opening()], OPEN],
  ['of a closed one', () => [closing(), opening()], CLOSED],
])('another total %s is rejected and changes nothing', async (_name, earlier, stored) => {
  for (const envelope of earlier()) await apply(envelope);
  await expect(apply(opening({ total_micro: 1n }))).rejects.toThrow(
    new EventRejectedError('contradicts an earlier event: total_micro'),
  );
  await expectStored(stored);
});

test.each([
  ['an opening, its closing', () => opening(), () => closing()],
  ['a closing, its opening', () => closing(), () => opening()],
])('between the read and the write of %s: both are applied', async (_name, event, other) => {
  wire.proxy.script('GetItem', [meanwhile('after', () => apply(other()))]);
  await apply(event());
  await expectStored(CLOSED);
});

test('a stored invoice that this code did not write is reported, not guessed at', async () => {
  await database.putInvoice({ ...key, status: 'open' });
  await expect(apply(opening())).rejects.toThrow(CorruptItemError);
  await expect(apply(closing())).rejects.toThrow(CorruptItemError);
});
