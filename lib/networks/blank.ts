/** Placeholders: what programs give in the place of a hash that they do not have. */

/** Twelve bytes, as before an address in a word of the EVM: a hash has them by chance in 2^94. */
const BLANK_END = /^(?:0{24}|f{24})|(?:0{24}|f{24})$/;

/**
 * Whether these digits (hex, lower case) are no hash: empty or full memory, a small number, an
 * address. A hash may still be invented; only its chain knows that.
 */
export const isBlank = (hex: string): boolean => BLANK_END.test(hex);
