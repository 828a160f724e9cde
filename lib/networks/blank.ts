/** Placeholders: what programs give in the place of a hash that they do not have. */

/** Twelve bytes, as before an address in a word of the EVM: a hash has them by chance in 2^94. */
const BLANK_END = /^(?:0{24}|f{24})|(?:0{24}|f{24})$/;

/**
 * Whether these digits (hex, lower case) are no hash: empty or full memory, a small number, an
 * address. A hash may still be invented; only its chain knows that.
 */
export const isBlank = (hex: string): boolean => BLANK_END.test(hex);

/** The longest piece that is taken for a repeated one, in digits: what is left is 2^96 to chance. */
const LONGEST_PERIOD = 16;
const LONG_RUN = /(.)\1{23}/;

/**
 * Whether these digits of an address (hex in lower case, or base58) are made up: a run of 24 equal
 * ones anywhere, as in 0xdead...0000 and all low addresses, or one piece over and over, as deadbeef
 * or 1234567890.
 */
export const isMadeUp = (hex: string): boolean =>
  LONG_RUN.test(hex) ||
  Array.from({ length: LONGEST_PERIOD }, (_, at) => hex.slice(at + 1)).some((rest) =>
    hex.startsWith(rest),
  );
