/**
 * Invoices as billing opens and closes them; covering one from the balance is `invoice-spend.ts`.
 */
import * as v from 'valibot';
import { Invoice } from '../../invoice.ts';
import { parseItem } from '../dynamodb/item.ts';
import type { Db } from '../dynamodb/store.ts';
import { land, mustAgree, type StoredItem, type Writes } from './apply-once.ts';

type Tables = { INVOICES_TABLE: string };
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

/**
 * Puts an open invoice. Throws EventRejectedError when an earlier opening named another total, and
 * see `land`.
 */
export function openInvoice(
  db: Db,
  tables: Tables,
  { user_id, invoice_id, total_micro }: OpenedInvoice,
  deadlineMs: number,
): Promise<void> {
  const key = { user_id, invoice_id };
  const writesFrom = (item: StoredItem | undefined): Writes | undefined => {
    const stored = item && storedInvoice(tables, item);
    if (!stored) return firstWrites(tables, { ...key, status: 'open', total_micro });
    if (!('total_micro' in stored))
      return {
        item: update(tables, key, 'SET total_micro = :total', IS_CLOSED_UNSEEN, {
          ':closed': 'closed',
          ':total': total_micro,
        }),
      };
    mustAgree<Pick<Invoice, 'total_micro'>>(stored, { total_micro }, ['total_micro']);
    return undefined;
  };
  return land(db, { table: tables.INVOICES_TABLE, key, writesFrom }, deadlineMs);
}

/**
 * Closes an open invoice; a covered one stays covered, since it is the record of the spend. See
 * `land`.
 */
export function closeInvoice(
  db: Db,
  tables: Tables,
  { user_id, invoice_id }: InvoiceId,
  deadlineMs: number,
): Promise<void> {
  const key = { user_id, invoice_id };
  const writesFrom = (item: StoredItem | undefined): Writes | undefined => {
    const stored = item && storedInvoice(tables, item);
    if (!stored) return firstWrites(tables, { ...key, status: 'closed' });
    if (stored.status !== 'open') return undefined;
    const values = { ':open': 'open', ':closed': 'closed' };
    return { item: update(tables, key, 'SET #status = :closed', IS_OPEN, values) };
  };
  return land(db, { table: tables.INVOICES_TABLE, key, writesFrom }, deadlineMs);
}

const storedInvoice = (tables: Tables, item: StoredItem) =>
  item.total_micro === undefined
    ? parseItem(ClosedUnseen, item, tables.INVOICES_TABLE)
    : parseItem(Invoice, item, tables.INVOICES_TABLE);

const firstWrites = (tables: Tables, item: InvoiceId & Partial<Invoice>): Writes => ({
  item: { Put: { TableName: tables.INVOICES_TABLE, Item: item, ConditionExpression: IS_NEW } },
});

const update = (
  tables: Tables,
  key: InvoiceId,
  expression: string,
  condition: string,
  values: Record<string, unknown>,
) => ({
  Update: {
    TableName: tables.INVOICES_TABLE,
    Key: key,
    UpdateExpression: expression,
    ConditionExpression: condition,
    ExpressionAttributeNames: STATUS_NAME,
    ExpressionAttributeValues: values,
  },
});
