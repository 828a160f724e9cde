/**
 * The log: one object per line, in the JSON format of the Lambda runtime. The alarms count some of
 * these events by name, so a renamed event needs its metric filter renamed too (infra/). Bodies,
 * cookies and addresses are never logged, and neither is success: the access log and the stored
 * payout tell it already.
 */

export type LogEvent =
  | 'request_refused'
  | 'retrying'
  | 'corrupt_item'
  | 'outcome_unknown'
  | 'unexpected_error'
  | 'event_rejected'
  | 'rewards_unlocked'
  | 'queue_measured'
  | 'account_drifted'
  | 'accounts_reconciled';

type Fields = Record<string, string | number | boolean | undefined>;

export const logInfo = (event: LogEvent, fields: Fields): void =>
  console.info({ event, ...fields });
export const logWarning = (event: LogEvent, fields: Fields): void =>
  console.warn({ event, ...fields });
export const logError = (event: LogEvent, fields: Fields): void =>
  console.error({ event, ...fields });
