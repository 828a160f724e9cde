/** JSON whose integers keep every digit, since an int64 does not fit JavaScript's number. */
import { exactInteger } from './money.ts';

declare global {
  interface JSON {
    /** ECMAScript's JSON.rawJSON, which is in V8 but not yet in TypeScript's library. */
    rawJSON(text: string): object;
  }
}

/**
 * Parses JSON; an exact integer of int64 size comes back as bigint, any other number as number.
 * Throws SyntaxError for text that is not JSON, and for strings or keys with lone surrogates: no
 * UTF-8 can carry them, so they could be neither stored nor echoed.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text, reviveExactly as (key: string, value: unknown) => unknown);
}

function reviveExactly(key: string, value: unknown, context: { source?: string }): unknown {
  // Stryker disable next-line StringLiteral: callers replace this error by their own
  if (!key.isWellFormed()) throw new SyntaxError('lone surrogate in a key');
  if (typeof value === 'string' && !value.isWellFormed())
    // Stryker disable next-line StringLiteral: callers replace this error by their own
    throw new SyntaxError('lone surrogate in a string');
  // Objects and arrays have no source, and that of a string has its quotes.
  // Stryker disable next-line StringLiteral: neither text is a number
  return exactInteger(context.source ?? '') ?? value;
}

/** Writes JSON; a bigint becomes an integer literal with all its digits. */
export function stringifyJson(value: unknown): string {
  return JSON.stringify(value, (_key, member) =>
    typeof member === 'bigint' ? JSON.rawJSON(member.toString()) : member,
  );
}
