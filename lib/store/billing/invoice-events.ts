/** Invoices as billing opens and closes them; paying one from the balance is `spend.ts`. */
import * as v from 'valibot';
import { Invoice } from '../../reward.ts';
import { parseItem } from '../dynamodb/item.ts';
import type { Item } from '../dynamodb/read.ts';
import type { Store } from '../dynamodb/store.ts';
import { applyOnce, mustAgree, type Writes } from './apply-once.ts';

type InvoiceStore = Store<'Invoices'>;
type InvoiceId = Pick<Invoice, 'user_id' | 'invoice_id'>;
type OpenedInvoice = InvoiceId & Pick<Invoice, 'total_micro'>;

/** What a closing leaves that came before the opening; the opening then fills in the total. */
const ClosedUnseen = v.strictObject({
  user_id: Invoice.entries.user_id,
  invoice_id: Invoice.entries.invoice_id,
  status: v.literal('closed'),
});

const IS_NEW = 'attribute_not_exists(user_id)';
const IS_CLOSED_UNSEEN = '#status = :closed AND attribute_not_exists(total_micro)';
const IS_OPEN = '#status = :open';
const STATUS_NAME = { '#status': 'status' };

/** Puts an open invoice. Throws EventRejectedError when an earlier opening named another total. */
export function openInvoice(
  store: InvoiceStore,
  { user_id, invoice_id, total_micro }: OpenedInvoice,
): Promise<void> {
  const key = { user_id, invoice_id };
  const writesFrom = (item: Item | undefined): Writes => {
    const stored = item && storedInvoice(store, item);
    if (!stored) return firstWrite(store, { ...key, status: 'open', total_micro });
    if (!('total_micro' in stored))
      return update(store, key, 'SET total_micro = :total', IS_CLOSED_UNSEEN, {
        ':closed': 'closed',
        ':total': total_micro,
      });
    mustAgree<Pick<Invoice, 'total_micro'>>(stored, { total_micro }, ['total_micro']);
    return undefined;
  };
  return applyOnce(store, 'Invoices', key, writesFrom);
}

/** Closes an open invoice; a covered one stays covered, since it is the record of the spend. */
export function closeInvoice(
  store: InvoiceStore,
  { user_id, invoice_id }: InvoiceId,
): Promise<void> {
  const key = { user_id, invoice_id };
  const writesFrom = (item: Item | undefined): Writes => {
    const stored = item && storedInvoice(store, item);
    if (!stored) return firstWrite(store, { ...key, status: 'closed' });
    if (stored.status !== 'open') return undefined;
    const values = { ':open': 'open', ':closed': 'closed' };
    return update(store, key, 'SET #status = :closed', IS_OPEN, values);
  };
  return applyOnce(store, 'Invoices', key, writesFrom);
}

const storedInvoice = ({ tables }: InvoiceStore, item: Item) =>
  item.total_micro === undefined
    ? parseItem(ClosedUnseen, item, tables.Invoices)
    : parseItem(Invoice, item, tables.Invoices);

const firstWrite = ({ tables }: InvoiceStore, item: InvoiceId & Partial<Invoice>): Writes => ({
  item: { Put: { TableName: tables.Invoices, Item: item, ConditionExpression: IS_NEW } },
});

const update = (
  { tables }: InvoiceStore,
  key: InvoiceId,
  expression: string,
  condition: string,
  values: Item,
): Writes => ({
  item: {
    Update: {
      TableName: tables.Invoices,
      Key: key,
      UpdateExpression: expression,
      ConditionExpression: condition,
      ExpressionAttributeNames: STATUS_NAME,
      ExpressionAttributeValues: values,
    },
  },
});
