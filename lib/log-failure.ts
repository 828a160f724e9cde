/** Logs what went wrong with one of many pieces of work, where nobody waits for an answer. */
import { CorruptItemError } from './errors.ts';
import { logError } from './log.ts';

export function logFailure(thrown: unknown, fields: Record<string, string>): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack } = error;
  const event = error instanceof CorruptItemError ? 'corrupt_item' : 'unexpected_error';
  logError(event, { ...fields, name, message, stack });
}
