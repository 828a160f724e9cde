import {
  type Abi,
  concatHex,
  encodeAbiParameters,
  encodeEventTopics,
  erc20Abi,
  erc721Abi,
  type Hex,
  pad,
  parseAbi,
  toHex,
} from 'viem';
import { expect, test } from 'vitest';
import {
  executionFilter,
  isAskedFor,
  type Log,
  safeOutcomesIn,
  transferFilter,
  transfersIn,
} from '../../../../lib/networks/verify/evm-logs.ts';

const TOKEN = `0x${'70'.repeat(20)}`;
const FROM = `0x${'a1'.repeat(20)}` as Hex;
const TO = `0x${'b2'.repeat(20)}` as Hex;
const HASH = `0x${'5a'.repeat(32)}` as Hex;

const log = (topics: readonly unknown[], data: string, index = 7): Log => ({
  address: TOKEN,
  topics: topics as string[],
  data,
  ...{ block: 9n, blockHash: HASH, transaction: HASH, index },
});
const word = (value: bigint) => pad(toHex(value));

const TRANSFER_TOPICS = encodeEventTopics({
  ...{ abi: erc20Abi, eventName: 'Transfer', args: { from: FROM, to: TO } },
});
const TRANSFER = log(TRANSFER_TOPICS, word(25n));

test('a transfer of a token is read with its place in the block', () =>
  expect(transfersIn([TRANSFER])).toEqual([
    { position: 7, token: TOKEN, from: FROM, to: TO, units: 25n },
  ]));

test.each<[string, Log]>([
  [
    'of an NFT',
    log(
      encodeEventTopics({
        ...{ abi: erc721Abi, eventName: 'Transfer', args: { from: FROM, to: TO, tokenId: 1n } },
      }),
      '0x',
    ),
  ],
  ['of an NFT that gives data besides', log([...TRANSFER_TOPICS, word(1n)], word(25n))],
  ['whose sender is longer than an address', log([TRANSFER_TOPICS[0], HASH, pad(TO)], word(25n))],
  ['without a recipient', log(TRANSFER_TOPICS.slice(0, 2), word(25n))],
  ['without an amount', log(TRANSFER_TOPICS, '0x')],
  ['with more than an amount', log(TRANSFER_TOPICS, concatHex([word(25n), word(1n)]))],
  [
    'that is an approval',
    log(
      encodeEventTopics({
        ...{ abi: erc20Abi, eventName: 'Approval', args: { owner: FROM, spender: TO } },
      }),
      word(25n),
    ),
  ],
  ['without topics', log([], word(25n))],
])('a transfer %s is none', (_what, none) => expect(transfersIn([none])).toEqual([]));

test.each([
  ['ExecutionSuccess', true],
  ['ExecutionFailure', false],
])('%s is read in the form of Safe 1.4.1, and in that of 1.3.0', (eventName, succeeded) => {
  const indexed: Abi = parseAbi([
    `event ${eventName}(bytes32 indexed txHash, uint256 payment)`,
  ] as never);
  const unindexed: Abi = parseAbi([`event ${eventName}(bytes32 txHash, uint256 payment)`] as never);
  const data = encodeAbiParameters([{ type: 'bytes32' }, { type: 'uint256' }], [HASH, 0n]);
  const outcome = { safe: TOKEN, safe_tx_hash: HASH, succeeded };
  const topics = encodeEventTopics({ abi: indexed, eventName, args: { txHash: HASH } });
  expect(safeOutcomesIn([log(topics, word(0n))])).toEqual([outcome]);
  expect(safeOutcomesIn([log(encodeEventTopics({ abi: unindexed, eventName }), data)])).toEqual([
    outcome,
  ]);
  expect(safeOutcomesIn([log(encodeEventTopics({ abi: unindexed, eventName }), '0x')])).toEqual([]);
  expect(isAskedFor(log(topics, word(0n)), executionFilter(TOKEN))).toBe(true);
  expect(isAskedFor(TRANSFER, executionFilter(TOKEN))).toBe(false);
});

test('no transfer is taken for what a Safe says', () =>
  expect(safeOutcomesIn([TRANSFER])).toEqual([]));

test.each<[string, Partial<Log>, boolean]>([
  ['this transfer', {}, true],
  ['one of another token', { address: FROM }, false],
  ['one by another sender', { topics: [...TRANSFER.topics.with(1, pad(TO))] }, false],
  ['one to another address', { topics: [...TRANSFER.topics.with(2, pad(FROM))] }, false],
  ['one without a recipient', { topics: TRANSFER.topics.slice(0, 2) }, false],
])('of what was asked for is %s: %o', (_what, change, expected) => {
  const filter = transferFilter(TOKEN, [TOKEN, FROM], TO);
  expect(isAskedFor({ ...TRANSFER, ...change }, filter)).toBe(expected);
});

test('where no recipient was asked for, any is', () =>
  expect(isAskedFor(TRANSFER, transferFilter(TOKEN, [FROM]))).toBe(true));
