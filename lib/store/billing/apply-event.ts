/** Applies the billing side's events to the books. */
import type { BillingEvent } from '../../billing-events.ts';
import type { Db } from '../dynamodb/store.ts';
import { closeInvoice, openInvoice } from './invoice-events.ts';
import { grantReward, reverseReward } from './reward-events.ts';

export type BillingTables = {
  ACCOUNTS_TABLE: string;
  REWARDS_TABLE: string;
  INVOICES_TABLE: string;
};

/**
 * Applies the event, or finds that it was applied before. Throws EventRejectedError when it can
 * never be; after any other error it may or may not have been applied, and applying it again is
 * safe.
 */
export function applyBillingEvent(
  db: Db,
  tables: BillingTables,
  event: BillingEvent,
  deadlineMs: number,
): Promise<void> {
  switch (event['detail-type']) {
    case 'referral.reward.granted': {
      const reward = { ...event.detail, status: 'pending' as const, granted_at: event.time };
      return grantReward(db, tables, reward, deadlineMs);
    }
    case 'referral.reward.reversed':
      return reverseReward(db, tables, event.detail, deadlineMs);
    case 'billing.invoice.opened':
      return openInvoice(db, tables, event.detail, deadlineMs);
    case 'billing.invoice.closed':
      return closeInvoice(db, tables, event.detail, deadlineMs);
  }
}
