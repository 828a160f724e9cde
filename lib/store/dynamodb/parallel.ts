/** Works on many things at once, but not on all of them. */

/**
 * Runs `work` on every item, at most `width` at a time. Ends with the last one; rejects as soon as
 * one does.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}
