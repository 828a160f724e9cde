/** Walks the operators' queue to its end. */
import type { listQueue } from '../../../../lib/store/payouts/queue-page.ts';

/** All pages, as ids; `list` gives the page after an id. */
export async function walkQueue(
  list: (after: string | undefined) => ReturnType<typeof listQueue>,
): Promise<string[][]> {
  const pages: string[][] = [];
  for (let after: string | undefined; ; ) {
    const { payouts, next } = await list(after);
    pages.push(payouts.map(({ id }) => id));
    if (next === undefined) return pages;
    after = next;
  }
}
