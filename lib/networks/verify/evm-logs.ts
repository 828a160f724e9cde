/** What logs of an EVM chain say: transfers of tokens (ERC-20), and what Safes have executed. */
import type { FinalTransaction, Transfer } from '../../settlement/on-chain.ts';

/** Of hex digits, all in lower case. */
export type Log = {
  address: string;
  topics: string[];
  data: string;
  block: bigint;
  blockHash: string;
  transaction: string;
  index: number;
};

/** What logs are asked for: of this contract, and at each place one of these topics. */
export type LogFilter = { address: string; topics: string[][] };

/** The Keccak-256 of `Transfer(address,address,uint256)`; NFTs (ERC-721) share it. */
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
/** Of `ExecutionSuccess(bytes32,uint256)` and `ExecutionFailure(bytes32,uint256)`. */
const EXECUTION_SUCCESS = '0x442e715f626346e8c54381002da614f62bee8d27386535b2521ec8540898556e';
const EXECUTION_FAILURE = '0x23428b18acfb3ea64b08dc0c1d296ea9c09702c09083ca5272e64d115b687d23';

/** The ERC-20 transfers among the logs: one of an NFT has its number as a fourth topic, and no data. */
export const transfersIn = (logs: readonly Log[]): Transfer[] =>
  logs.flatMap(({ address: token, topics, data, index: position }) => {
    const [event, ...indexed] = topics;
    const [from, to, ...others] = indexed.map(addressIn);
    const isTransfer = event === TRANSFER && others.length === 0 && data.length === 2 + WORD;
    if (!isTransfer || from === undefined || to === undefined) return [];
    return [{ position, token, from, to, units: BigInt(data) }];
  });

/**
 * Safes up to 1.3.0 tell their hash of what they executed in the data, and later ones in a topic.
 * Whoever gave the log may be no Safe: it is for the reader to know which one it asked for.
 */
export const safeOutcomesIn = (logs: readonly Log[]): FinalTransaction['safeOutcomes'] =>
  logs.flatMap(({ address: safe, topics: [event, indexed], data }) => {
    const succeeded = event === EXECUTION_SUCCESS;
    if (!succeeded && event !== EXECUTION_FAILURE) return [];
    const safe_tx_hash = indexed ?? data.slice(0, 2 + WORD);
    return safe_tx_hash.length === 2 + WORD ? [{ safe, safe_tx_hash, succeeded }] : [];
  });

/** Transfers of the token from one of these addresses, to this one where it is given. */
export const transferFilter = (
  token: string,
  senders: readonly string[],
  to?: string,
): LogFilter => ({
  address: token,
  topics: [[TRANSFER], senders.map(topicOf), ...(to === undefined ? [] : [[topicOf(to)]])],
});

export const executionFilter = (safe: string): LogFilter => ({
  address: safe,
  topics: [[EXECUTION_SUCCESS, EXECUTION_FAILURE]],
});

export const isAskedFor = (log: Log, { address, topics }: LogFilter): boolean =>
  log.address === address &&
  topics.every((any, at) => any.some((topic) => topic === log.topics[at]));

/** Hex digits of a word of the EVM, of which an address has the last forty. */
const WORD = 64;
const ADDRESS = 40;
const BLANK = `0x${'0'.repeat(WORD - ADDRESS)}`;

const topicOf = (address: string): string => BLANK + address.slice(2);
const addressIn = (topic: string): string | undefined =>
  topic.startsWith(BLANK) ? `0x${topic.slice(BLANK.length)}` : undefined;
