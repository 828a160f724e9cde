/** JSON whose integers keep every digit, also in browsers whose own JSON cannot do that. */

/** A string, which is passed over whole, or a number as RFC 8259 spells it. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const INTEGER = /^-?\d+$/;

/**
 * Parses JSON; a number written as an integer comes back as bigint, any other one as number. Throws
 * SyntaxError.
 *
 * Every number is replaced by its place in a list, which no rounding can harm, and looked up there
 * once JSON.parse has dealt with all the rest. The blanks keep digits apart that stood side by
 * side, so that no malformed number becomes a right one.
 */
export function parseJson(text: string): unknown {
  const numbers: string[] = [];
  const indexed = text.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') ? token : ` ${numbers.push(token) - 1} `,
  );
  return JSON.parse(indexed, (_key, value) =>
    typeof value === 'number' ? exact(numbers[value]) : value,
  );
}

const exact = (literal = ''): bigint | number =>
  INTEGER.test(literal) ? BigInt(literal) : Number(literal);

/** Writes a flat object: a bigint with all its digits, and nothing for what is undefined. */
export const stringifyFlat = (
  fields: Readonly<Record<string, string | bigint | undefined>>,
): string =>
  `{${Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        `${JSON.stringify(key)}:${typeof value === 'bigint' ? value : JSON.stringify(value)}`,
    )
    .join()}}`;
