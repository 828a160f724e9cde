/**
 * How a command says what it did or that it failed: one sentence where a person can act on it, and
 * an exit code. Text from others steers no terminal and no reader of what is printed.
 */
import { escapeHidden } from '../lib/hidden-text.ts';

/** Prints a line, or several. */
export const print = (text: string): void => console.log(escapeHidden(text));

/** Prints one line, of which nothing in it makes two. */
export const printLine = (line: string): void => print(line.replaceAll('\n', '\\u000a'));

/** Prints to the error stream. */
export const complain = (text: string): void => console.error(escapeHidden(text));

/** A failure that the person at the terminal can act on: one sentence, shown without a stack. */
export class Problem extends Error {
  override readonly name: string = 'Problem';
}

/** A command line that cannot be used. */
export class UsageError extends Problem {
  override readonly name = 'UsageError';
}

/** The exit codes; scripts rely on them. */
export const EXIT = { ok: 0, failed: 1, unusable: 2 } as const;

/** What to print for any failure: the sentence of a Problem, everything for the rest. */
export function describe(error: unknown): string {
  if (error instanceof Problem) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Prints the failure, with the help where the command line was at fault; gives the exit code. */
export function fail(error: unknown, help: string, print: (text: string) => void): number {
  const unusable = error instanceof UsageError;
  print(escapeHidden(unusable ? error.message + help : describe(error)));
  return unusable ? EXIT.unusable : EXIT.failed;
}
