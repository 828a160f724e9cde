/**
 * The log: one object per line, in the JSON format of the Lambda runtime. Bodies, cookies and
 * addresses are never logged, and neither is success, which the access log and the stored payout
 * tell; but for a write of an account, which keeps no history of its own.
 */
import { CorruptItemError } from './errors.ts';
import { escapeHidden } from './hidden-text.ts';

/** What is logged, by the name that metric filters and alarms know it by (infra/watch). */
export type LogEvent =
  | 'request_refused'
  | 'retrying'
  | 'account_changed'
  | 'corrupt_item'
  | 'outcome_unknown'
  | 'unexpected_error'
  | 'event_rejected'
  | 'rewards_unlocked'
  | 'queue_measured'
  | 'account_drifted'
  | 'account_skipped'
  | 'account_unjudged'
  | 'accounts_reconciled'
  | 'payouts_looked_at'
  | 'chain_undecided'
  | 'payout_needs_review'
  | 'outflow_reconciled'
  | 'outflow_unexplained'
  | 'evidence_missing'
  | 'sanctioned_address';

type Fields = Record<string, string | number | boolean | undefined>;

export const logInfo = (event: LogEvent, fields: Fields): void =>
  console.info({ event, ...readable(fields) });
export const logWarning = (event: LogEvent, fields: Fields): void =>
  console.warn({ event, ...readable(fields) });
export const logError = (event: LogEvent, fields: Fields): void =>
  console.error({ event, ...readable(fields) });

/** Ids and messages may be text from others, of which Lambda escapes but a part. */
const readable = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      // Stryker disable next-line ConditionalExpression: what is no text has nothing to escape
      typeof value === 'string' ? escapeHidden(value) : value,
    ]),
  );

/**
 * Logs name, message and stack of what was thrown. Its cause may hold a body and is left out, but
 * for a corrupt item that left a write in doubt: that is an event as well.
 */
export function logFailure(
  thrown: unknown,
  fields: Record<string, string>,
  event: LogEvent = thrown instanceof CorruptItemError ? 'corrupt_item' : 'unexpected_error',
): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack, cause } = error;
  logError(event, { ...fields, name, message, stack });
  if (cause instanceof CorruptItemError) logFailure(cause, fields);
}
