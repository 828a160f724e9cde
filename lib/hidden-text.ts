/** Text that others wrote: whether anybody can see it, and how it is shown without steering. */
import * as v from 'valibot';

/**
 * What draws nothing and may change how its neighbours are drawn: control and format characters
 * (ESC, bidi), the separators of lines, and all that Unicode lets a reader ignore (zero-width, soft
 * hyphen, fillers, variation selectors).
 */
const HIDDEN = String.raw`\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}`;

/** Letters and symbols that are drawn as nothing: of braille, musical notes and hieroglyphs. */
const BLANK = String.raw`\u{2800}\u{1D159}\u{13441}\u{13442}`;

/** The two patterns take longer to make than a cold start has to give: made by their first use. */
let seen: RegExp | undefined;
let steering: RegExp | undefined;

/** Whether the text has a character that people see. */
export function isVisible(text: string): boolean {
  seen ??= new RegExp(String.raw`[^\p{White_Space}${HIDDEN}${BLANK}]`, 'u');
  return seen.test(text);
}

/** The same of a field. */
export const visible = () => v.check(isVisible);

/** Nearly all text, in which there is nothing to escape. */
// Stryker disable next-line Regex: text that is not known to be plain takes the longer way
const PLAIN = /^[\t\n\x20-\x7e]*$/;

/**
 * The text with every hidden character, but for tabs and line feeds, as JSON escapes it (`\u202e`).
 * JSON text stays the same JSON, as such a character is in it only within a string.
 */
export function escapeHidden(text: string): string {
  // Stryker disable next-line ConditionalExpression: plain text takes the longer way to itself
  if (PLAIN.test(text)) return text;
  steering ??= new RegExp(String.raw`(?![\t\n])[${HIDDEN}]`, 'gu');
  return text.replace(steering, (hidden) =>
    Array.from({ length: hidden.length }, (_, at) => codeUnit(hidden, at)).join(''),
  );
}

const codeUnit = (text: string, at: number): string =>
  `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`;
