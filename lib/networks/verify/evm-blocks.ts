/** Which blocks of an EVM chain to search: by time, and in ranges that providers answer about. */
import { UndecidedError } from '../../settlement/on-chain.ts';
import { lowest } from './agree.ts';
import type { Block, Range } from './evm-provider.ts';

type BlockAt = (number: bigint) => Promise<Block>;

const RANGE_BLOCKS = 2_000n;
/** Polygon's blocks of eleven days, Ethereum's of two months: more is not searched. */
const RANGES_MAX = 250;

const TOO_MANY = `there are more than ${RANGES_MAX * Number(RANGE_BLOCKS)} blocks to be searched`;

/**
 * From the last block back to the first that was made at this second or later, or somewhat further.
 * Throws an UndecidedError where that is too far.
 */
export async function* rangesBack(
  last: Block,
  sinceS: number,
  blockAt: BlockAt,
): AsyncGenerator<Range> {
  let to = last.number;
  for (let ranges = 0; ranges < RANGES_MAX; ranges++) {
    const from = to < RANGE_BLOCKS ? 0n : to - RANGE_BLOCKS + 1n;
    yield { from, to };
    if (from === 0n || (await blockAt(from)).atS < sinceS) return;
    to = from - 1n;
  }
  throw new UndecidedError(TOO_MANY);
}

/**
 * Throws an UndecidedError where `rangesBack` would, but at once: for whoever needs all of them, and
 * asks again every minute.
 */
export async function mustReachBack(last: Block, sinceS: number, blockAt: BlockAt): Promise<void> {
  const first = last.number - BigInt(RANGES_MAX) * RANGE_BLOCKS + 1n;
  if (first > 0n && (await blockAt(first)).atS >= sinceS) throw new UndecidedError(TOO_MANY);
}

/** From the first of these blocks up to `end`, which is none of them. Throws as `rangesBack` does. */
export function rangesWithin(first: bigint, end: bigint): Range[] {
  const ranges: Range[] = [];
  for (let from = first; from < end; from += RANGE_BLOCKS)
    ranges.push({ from, to: lowest([from + RANGE_BLOCKS, end]) - 1n });
  if (ranges.length > RANGES_MAX) throw new UndecidedError(TOO_MANY);
  return ranges;
}

/** The first block that was made at this second or later; the last one must be such a block. */
export async function firstBlockFrom(
  second: number,
  last: Block,
  blockAt: BlockAt,
): Promise<bigint> {
  const isEarlier = async (number: bigint) => (await blockAt(number)).atS < second;
  let from = last.number;
  let before = from;
  // In steps that double, since the oldest blocks may be gone from a node, and are seldom meant.
  for (let step = RANGE_BLOCKS; ; step *= 2n) {
    if (from === 0n) return from;
    // Stryker disable next-line EqualityOperator: a whole step down to block 0 ends there either way
    before = from < step ? 0n : from - step;
    if (await isEarlier(before)) break;
    from = before;
  }
  while (from - before > 1n) {
    const middle = (before + from) / 2n;
    if (await isEarlier(middle)) before = middle;
    else from = middle;
  }
  return from;
}
