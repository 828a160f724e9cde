import { beforeAll, expect, test } from 'vitest';
import { send, transferCall } from '../../../../infra/local/only-here/chains/evm-contracts.ts';
import {
  firstBlockFrom,
  mustReachBack,
  rangesBack,
  rangesWithin,
} from '../../../../lib/networks/verify/evm-blocks.ts';
import { UndecidedError } from '../../../../lib/settlement/on-chain.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { describeOnChain } from '../../../support/chain-engines.ts';
import { freshAddress, useEvmNetwork } from '../../../support/evm-network.ts';
import { lags } from '../../../support/rpc-proxy.ts';

const GENESIS_S = Date.parse('2026-11-01T12:00:00Z') / 1000;
const MINUTE_S = 60;

/** Blocks that were made at these moments, whatever else they are. */
const blocksAt = (moments: number[]) => async (number: bigint) => ({
  number,
  hash: `0x${number}`,
  atS: moments[Number(number)] as number,
});
const everyMinute = (length: number) => Array.from({ length }, (_, index) => index * MINUTE_S);
const lastOf = async (moments: number[]) => blocksAt(moments)(BigInt(moments.length - 1));

test.each([[0], [1], [59], [60], [61], [30_000], [299_999], [300_000], [479_940]])(
  'the first block from second %i on is found among 8,000',
  async (second) => {
    const moments = everyMinute(8_000);
    const found = await firstBlockFrom(second, await lastOf(moments), blocksAt(moments));
    expect(Number(found)).toBe(moments.findIndex((atS) => atS >= second));
  },
);

test('a young block is found although the node has forgotten the old ones', async () => {
  const moments = everyMinute(100_000);
  const blockAt = async (number: bigint) => {
    if (number < 90_000n) throw new Error('it is gone');
    return blocksAt(moments)(number);
  };
  const second = 97_000 * MINUTE_S;
  expect(await firstBlockFrom(second, await lastOf(moments), blockAt)).toBe(97_000n);
});

test('blocks of one second are not told apart', async () => {
  const moments = [0, 10, 10, 10, 20];
  expect(await firstBlockFrom(10, await lastOf(moments), blocksAt(moments))).toBe(1n);
});

test.each<[string, number, [number, number][], number?]>([
  ['what is younger than the last range takes one', 7_900 * MINUTE_S, [[6_000, 7_999]]],
  [
    'a range that begins at that very second may go on before it',
    6_000 * MINUTE_S,
    [
      [6_000, 7_999],
      [4_000, 5_999],
    ],
  ],
  [
    'the first block ends them',
    -1,
    [
      [6_000, 7_999],
      [4_000, 5_999],
      [2_000, 3_999],
      [0, 1_999],
    ],
  ],
  [
    'no range is longer than the others',
    -1,
    [
      [1, 2_000],
      [0, 0],
    ],
    2_001,
  ],
])('going back, %s', async (_what, sinceS, expected, blocks = 8_000) => {
  const moments = everyMinute(blocks);
  const ranges = [];
  for await (const range of rangesBack(await lastOf(moments), sinceS, blocksAt(moments)))
    ranges.push([Number(range.from), Number(range.to)]);
  expect(ranges).toEqual(expected);
});

test('going back has an end, and says so', async () => {
  const last = { number: 10_000_000n, hash: '0x', atS: 10_000_000 };
  const blockAt = async (number: bigint) => ({ ...last, number, atS: Number(number) });
  let blocks = 0n;
  const search = async () => {
    for await (const { from, to } of rangesBack(last, 0, blockAt)) blocks += to - from + 1n;
  };
  await expect(search()).rejects.toThrow(
    new UndecidedError('there are more than 500000 blocks to be searched'),
  );
  expect(blocks).toBe(500_000n);
});

test.each([
  [499_999, 0, 'all of a short chain'],
  [10_000_000, 9_500_002, 'the last block within reach'],
])('of %i blocks, going back to second %i is not refused: %s', async (number, sinceS) => {
  const blockAt = async (at: bigint) => ({ number: at, hash: '0x', atS: Number(at) });
  const asked: bigint[] = [];
  const counted = (at: bigint) => {
    asked.push(at);
    return blockAt(at);
  };
  await mustReachBack(await blockAt(BigInt(number)), sinceS, counted);
  expect(asked.length).toBeLessThanOrEqual(1);
});

test('what cannot be reached going back is refused by one question', async () => {
  const asked: bigint[] = [];
  const blockAt = async (number: bigint) => {
    asked.push(number);
    return { number, hash: '0x', atS: Number(number) };
  };
  const last = { number: 10_000_000n, hash: '0x', atS: 10_000_000 };
  await expect(mustReachBack(last, 9_500_001, blockAt)).rejects.toThrow(
    new UndecidedError('there are more than 500000 blocks to be searched'),
  );
  expect(asked).toEqual([9_500_001n]);
});

test('ranges touch each other, and end before the end', () => {
  expect(rangesWithin(5n, 5n)).toEqual([]);
  expect(rangesWithin(5n, 2_006n)).toEqual([
    { from: 5n, to: 2_004n },
    { from: 2_005n, to: 2_005n },
  ]);
  expect(rangesWithin(0n, 500_000n)).toHaveLength(250);
  expect(() => rangesWithin(0n, 500_001n)).toThrow(UndecidedError);
});

describeOnChain('evm')('on a chain of six days', () => {
  const network = useEvmNetwork(GENESIS_S);
  const address = freshAddress();
  /** Of each transfer its amount, and when its block was made. */
  const sent: { units: bigint; at: string; hash: string }[] = [];

  beforeAll(async () => {
    const { client, payer, token } = network;
    const blockAt = async (time: string, units: bigint) => {
      const timestamp = BigInt(Date.parse(time) / 1000);
      await client.setNextBlockTimestamp({ timestamp });
      const { hash } = await send(client, payer, transferCall(token, { to: address, units }));
      await client.mine({ blocks: 1 });
      sent.push({ units, at: rfc3339(Number(timestamp) * 1000), hash });
      // Searches take more than one range of blocks.
      await client.mine({ blocks: 420, interval: MINUTE_S });
    };
    await blockAt('2026-11-02T23:59:59Z', 1n);
    await blockAt('2026-11-03T12:00:00Z', 2n);
    await blockAt('2026-11-04T00:00:00Z', 3n);
    await blockAt('2026-11-05T00:00:00Z', 4n);
    await blockAt('2026-11-06T23:00:00Z', 5n);
    await network.finalize();
  });

  const unitsOf = (transfers: { units: bigint }[]) => transfers.map(({ units }) => Number(units));

  test.each([
    ['2026-11-03', '2026-11-03', [2]],
    ['2026-11-03', '2026-11-04', [2, 3]],
    ['2026-11-02', '2026-11-05', [1, 2, 3, 4]],
    ['2026-10-01', '2026-11-01', []],
    ['2026-11-05', '2026-11-06', [4, 5]],
  ])('transfers from %s to %s are %j', async (first, last, expected) =>
    expect(unitsOf(await network.chain.transfersWithin(first, last))).toEqual(expected),
  );

  test('a transfer is told with its place and time', async () => {
    const [transfer] = await network.chain.transfersWithin('2026-11-03', '2026-11-03');
    const { units, at, hash } = sent[1] as (typeof sent)[0];
    const receipt = await network.client.getTransactionReceipt({ hash: hash as `0x${string}` });
    expect(transfer).toEqual({
      ...{ transaction: hash, block: receipt.blockNumber, at, position: 0, token: network.token },
      ...{ from: network.payer.address.toLowerCase(), to: address, units },
    });
  });

  test('a day that is not over and final is undecided', async () => {
    const { chain } = network;
    await expect(chain.transfersWithin('2026-11-07', '2026-11-07')).rejects.toThrow(
      new UndecidedError('the 2026-11-07 is not over and final'),
    );
  });

  test('a day is over once a block of its very end is final', async () => {
    const { client, proxy } = network;
    const { hash } = sent[3] as (typeof sent)[0];
    const receipt = await client.getTransactionReceipt({ hash: hash as `0x${string}` });
    const last = await client.getBlock({ blockTag: 'finalized' });
    const within = (day: string) =>
      network.openChain({ urls: [proxy.url, proxy.url] }).transfersWithin(day, day);
    proxy.behave(lags(last.number - receipt.blockNumber));
    expect(unitsOf(await within('2026-11-04'))).toEqual([3]);
    proxy.behave(lags(last.number - receipt.blockNumber + 1n));
    await expect(within('2026-11-04')).rejects.toThrow(UndecidedError);
  });

  test.each([
    ['2026-11-01T00:00:00.000Z', [1, 2, 3, 4, 5]],
    ['2026-11-03T12:00:00.000Z', [2, 3, 4, 5]],
    // Clocks differ.
    ['2026-11-03T13:00:00.000Z', [2, 3, 4, 5]],
    ['2026-11-03T13:00:01.000Z', [3, 4, 5]],
    ['2026-11-07T12:00:00.000Z', []],
  ])('transfers to an address since %s, or an hour before, are %j', async (since, expected) =>
    expect(unitsOf(await network.chain.transfersTo(address, since))).toEqual(expected),
  );

  test('to an address that had none, there are none', async () =>
    expect(await network.chain.transfersTo(freshAddress(), '2026-11-01T00:00:00.000Z')).toEqual(
      [],
    ));

  test('what is not final is none of them', async () => {
    const { client, payer, token } = network;
    const to = freshAddress();
    await send(client, payer, transferCall(token, { to, units: 1n }));
    await client.mine({ blocks: 2 });
    expect(await network.chain.transfersTo(to, '2026-11-07T00:00:00.000Z')).toEqual([]);
    await client.mine({ blocks: 1 });
    expect(unitsOf(await network.chain.transfersTo(to, '2026-11-07T00:00:00.000Z'))).toEqual([1]);
  });
});
