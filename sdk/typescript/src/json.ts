/** JSON whose integers keep every digit, also in browsers whose own JSON cannot do that. */

/** A quotation mark, a backslash with what it stands before, or a number as RFC 8259 spells it. */
const TOKEN = /"|\\.|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const INTEGER = /^-?\d+$/;

/** As many as Python reads. More are no amount, and take a time that grows faster than they do. */
const MOST_DIGITS = 4300;

/**
 * Parses JSON; a number written as an integer comes back as bigint, any other one as number. Throws
 * SyntaxError, or RangeError for what is nested too deeply.
 *
 * Every number is replaced by its place in a list, which no rounding can harm, and looked up there
 * once JSON.parse has dealt with all the rest. The blanks keep digits apart that stood side by
 * side, so that no malformed number becomes a right one.
 *
 * A string is never matched as a whole: where its end is missing, as in a hostile reply, every one
 * of its quotation marks would be tried as a beginning, each time up to the end of the text.
 */
export function parseJson(text: string): unknown {
  const numbers: string[] = [];
  let isInString = false;
  const indexed = text.replace(TOKEN, (token) => {
    if (token === '"') isInString = !isInString;
    const isNumber = !isInString && token !== '"' && !token.startsWith('\\');
    return isNumber ? ` ${numbers.push(token) - 1} ` : token;
  });
  return JSON.parse(indexed, (_key, value) =>
    typeof value === 'number' ? exact(numbers[value]) : value,
  );
}

function exact(literal = ''): bigint | number {
  if (!INTEGER.test(literal)) return Number(literal);
  if (literal.length > MOST_DIGITS) throw new SyntaxError('An integer has too many digits.');
  return BigInt(literal);
}

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
