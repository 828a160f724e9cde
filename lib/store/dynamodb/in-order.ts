/** Bounded concurrency that keeps the order. */

/**
 * What `work` makes of each item, in the order of the items, of which at most `atOnce` are being
 * worked on.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  atOnce: number,
  work: (item: Item, index: number) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  let index = 0;
  try {
    for await (const item of items) {
      const result = work(item, index++);
      // A failure is thrown when its turn comes; until then it must not count as unhandled.
      result.catch(() => undefined);
      running.push(result);
      if (running.length === atOnce) yield await (running.shift() as Promise<Result>);
    }
    while (running.length > 0) yield await (running.shift() as Promise<Result>);
  } finally {
    await Promise.allSettled(running);
  }
}
