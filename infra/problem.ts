/**
 * A failure that the person at the terminal can act on: its message is one sentence, shown without
 * a stack trace.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
}

/** What to print for any failure: the sentence of a Problem, everything for the rest. */
export function describe(error: unknown): string {
  if (error instanceof Problem) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
