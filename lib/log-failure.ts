/** Logs what went wrong for the operators; whoever else hears of it hears less. */
import { CorruptItemError } from './errors.ts';
import { type LogEvent, logError } from './log.ts';

/** Name, message and stack, but never the cause, which may hold a body. */
export function logFailure(
  thrown: unknown,
  fields: Record<string, string>,
  event: LogEvent = thrown instanceof CorruptItemError ? 'corrupt_item' : 'unexpected_error',
): void {
  const { name, message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
  logError(event, { ...fields, name, message, stack });
}
