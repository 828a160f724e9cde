/** Medians, percentiles and ratios of what was measured. */

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The smallest value that at least this share (above 0, up to 1) of the values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

/** The ratio of two medians in milliseconds, with both of them as its detail. */
export function ratio(
  ours: readonly number[],
  floor: readonly number[],
): [value: number, detail: string] {
  const [a, b] = [median(ours), median(floor)];
  return [a / b, `${a.toFixed(1)} ms / ${b.toFixed(1)} ms`];
}
