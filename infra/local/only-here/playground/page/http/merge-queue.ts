/** The two queues of the operators as the one that they are to people. */

/** The oldest payouts of a queue, and whether these are all. */
export interface Queue<Queued extends { readonly id: string }> {
  readonly payouts: readonly Queued[];
  readonly isWhole: boolean;
}

/**
 * Oldest first, up to where every queue is known. Ids are UUIDv7, whose order is that of time; one
 * that cannot be read is in both queues.
 */
export function mergeQueues<Queued extends { readonly id: string }>(
  queues: readonly Queue<Queued>[],
): Queue<Queued> {
  const ends = queues.filter(({ isWhole }) => !isWhole).map(({ payouts }) => payouts.at(-1)?.id);
  const each = new Map(
    queues.flatMap(({ payouts }) => payouts).map((queued) => [queued.id, queued]),
  );
  const payouts = [...each.values()]
    .filter(({ id }) => ends.every((end = '') => id <= end))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  return { payouts, isWhole: ends.length === 0 };
}

export const PAGE_ROWS = 20;

/** What is shown of the queue, and what is said of all of it. */
export function pageOf<Queued extends { readonly id: string }>(
  { payouts, isWhole }: Queue<Queued>,
  wantedFirst: number,
) {
  const lastPage = Math.floor(Math.max(payouts.length - 1, 0) / PAGE_ROWS) * PAGE_ROWS;
  const first = Math.min(wantedFirst, lastPage);
  const shown = payouts.slice(first, first + PAGE_ROWS);
  const many = `${isWhole ? '' : 'More than '}${payouts.length}`;
  const waiting = many === '1' ? '1 payout waits.' : `${many} payouts wait.`;
  const range = ` These are ${first + 1} to ${first + shown.length}, oldest first.`;
  const hasPages = payouts.length > PAGE_ROWS;
  return {
    ...{ first, shown, hasPages },
    count: payouts.length === 0 ? '' : waiting + (hasPages ? range : ''),
    hasNext: first + shown.length < payouts.length,
  };
}
