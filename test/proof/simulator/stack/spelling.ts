/** A UUID has many spellings, and all of them name the same user or payout. */
const SPELLINGS: readonly [(id: string) => string, ...((id: string) => string)[]] = [
  (id) => id,
  (id) => id.toUpperCase(),
  (id) => id,
  (id) => [...id].map((digit, at) => (at % 2 ? digit : digit.toUpperCase())).join(''),
];

/** The id as somebody might spell it; `nth` says how, so that a history is repeated to the letter. */
export const spelled = (id: string, nth: number): string =>
  (SPELLINGS[nth % SPELLINGS.length] ?? SPELLINGS[0])(id);
