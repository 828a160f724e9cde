/** Why transactions are cancelled: a reason for each of their parts. */
import { awsError, type Reply } from '../../../support/fault-proxy.ts';

type Reason = { Code: string };

export const PASSED: Reason = { Code: 'None' };

export const conflictOr =
  (reason: Reason) =>
  (isMet: boolean): Reason =>
    isMet ? { Code: 'TransactionConflict' } : reason;

export const cancelled = (reasons: Reason[]): Reply =>
  awsError(400, 'TransactionCanceledException', { CancellationReasons: reasons });

/** The reasons of a reply to these parts, with a place for those that were left out. */
export function reasonsOf({ body }: Reply, parts: readonly unknown[]): Reason[] {
  const { CancellationReasons: reasons = [] } = JSON.parse(body) as {
    CancellationReasons?: Reason[];
  };
  const left = [...reasons];
  return parts.map((part) => (part ? left.shift() : undefined) ?? PASSED);
}

/** The reply with these in the place of its reasons. */
export const withReasons = (reply: Reply, reasons: Reason[]): Reply => {
  const { CancellationReasons: had, ...error } = JSON.parse(reply.body);
  const body = JSON.stringify({ ...error, ...(had && { CancellationReasons: reasons }) });
  return { ...reply, body };
};
