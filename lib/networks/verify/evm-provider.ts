/**
 * One provider of an EVM chain, asked by JSON-RPC. What it answers is either sound in itself or an
 * error; whether it is true, only the agreement of several can tell.
 */
import * as v from 'valibot';
import { http, ResponseBodyTooLargeError } from 'viem';
import { UndecidedError } from '../../settlement/on-chain.ts';
import { isAskedFor, type Log, type LogFilter } from './evm-logs.ts';

export type Block = { number: bigint; hash: string; atS: number };
export type Range = { from: bigint; to: bigint };
export type Receipt = { block: bigint; blockHash: string; succeeded: boolean; logs: Log[] };
/** A transaction that is known, be it in a block or not yet. */
export type Known = {
  sender: string;
  nonce: bigint;
  /** Undefined where it makes a contract. */
  to: string | undefined;
  block: bigint | undefined;
};

/** Each method makes one call, of which each throws where the answer is not what it must be. */
export type EvmProvider = ReturnType<typeof evmProvider>;

/** Far more than any chain counts; what is beyond is garbage. */
const QUANTITY_MAX = 2n ** 63n - 1n;
/** The last second that RFC 3339 can tell. */
const TIME_MAX = 253_402_300_799;

const Quantity = v.pipe(
  v.string(),
  v.regex(/^0x(0|[1-9a-f][0-9a-f]{0,15})$/i),
  v.transform((digits) => BigInt(digits)),
  v.maxValue(QUANTITY_MAX),
);
const Small = v.pipe(Quantity, v.transform(Number), v.safeInteger());
const hex = (pattern: RegExp) => v.pipe(v.string(), v.regex(pattern), v.toLowerCase());
const Bytes = hex(/^0x([0-9a-f]{2})*$/i);
const Hash = hex(/^0x[0-9a-f]{64}$/i);
const Address = hex(/^0x[0-9a-f]{40}$/i);

const BlockAnswer = v.object({
  number: Quantity,
  hash: Hash,
  timestamp: v.pipe(Small, v.maxValue(TIME_MAX)),
});

const LogAnswer = v.pipe(
  v.object({
    address: Address,
    topics: v.pipe(v.array(Hash), v.maxLength(4)),
    data: Bytes,
    blockNumber: Quantity,
    blockHash: Hash,
    transactionHash: Hash,
    logIndex: Small,
    removed: v.optional(v.literal(false)),
  }),
  v.transform(
    ({ address, topics, data, blockNumber, blockHash, transactionHash, logIndex }): Log => ({
      ...{ address, topics, data, blockHash },
      ...{ block: blockNumber, transaction: transactionHash, index: logIndex },
    }),
  ),
);

const ReceiptAnswer = v.object({
  transactionHash: Hash,
  blockNumber: Quantity,
  blockHash: Hash,
  status: v.pipe(
    v.picklist(['0x0', '0x1']),
    v.transform((status) => status === '0x1'),
  ),
  logs: v.array(LogAnswer),
});

const TransactionAnswer = v.object({
  hash: Hash,
  from: Address,
  to: v.nullish(Address),
  nonce: Quantity,
  blockNumber: v.nullish(Quantity),
});

/** A word of the EVM, or nothing where there is no contract. */
const CountAnswer = v.pipe(
  hex(/^0x([0-9a-f]{64})?$/i),
  v.transform((word) => (word === '0x' ? undefined : BigInt(word))),
  v.optional(v.pipe(v.bigint(), v.maxValue(QUANTITY_MAX))),
);

/** The selector of `nonce()`. */
const SAFE_NONCE = '0xaffed0e0';

/** The provider has understood, and will not answer. */
class RefusedError extends Error {}

/** It may answer about a smaller range, or not as much. */
const isTooMuch = (error: unknown): boolean =>
  error instanceof RefusedError || error instanceof ResponseBodyTooLargeError;

/** How often a search through logs may be cut in two, lest one refusal becomes a thousand calls. */
const CUTS_MAX = 64;

const quantity = (value: bigint): string => `0x${value.toString(16)}`;

/** One call is one attempt, which ends after `timeoutMs` with the last byte of its answer. */
export function evmProvider(url: string, timeoutMs: number) {
  const transport = http(url, {
    ...{ retryCount: 0, timeout: timeoutMs, raw: true },
    // Whoever is redirected may be sent to somewhere within our own network.
    fetchOptions: { redirect: 'error' },
  })({});

  async function ask<Schema extends v.GenericSchema>(
    schema: Schema,
    method: string,
    ...params: unknown[]
  ): Promise<v.InferOutput<Schema>> {
    const answer = (await transport.request({ method, params })) as {
      error?: unknown;
      result?: unknown;
    };
    if (answer.error) throw new RefusedError();
    return v.parse(schema, answer.result);
  }

  /** The logs of a range, in the order of the chain. Cut in two where it is too much. */
  async function logs(
    filter: LogFilter,
    { from, to }: Range,
    cuts = { left: CUTS_MAX },
  ): Promise<Log[]> {
    try {
      const { address, topics } = filter;
      const range = { fromBlock: quantity(from), toBlock: quantity(to) };
      const found = await ask(v.array(LogAnswer), 'eth_getLogs', { address, topics, ...range });
      const isSound = (log: Log) => isAskedFor(log, filter) && from <= log.block && log.block <= to;
      if (!found.every(isSound)) throw new UndecidedError('a provider gave logs not asked for');
      return found.sort((one, other) => Number(one.block - other.block) || one.index - other.index);
    } catch (error) {
      if (!isTooMuch(error) || from === to || cuts.left-- === 0) throw error;
      const middle = (from + to) / 2n;
      const older = await logs(filter, { from, to: middle }, cuts);
      return [...older, ...(await logs(filter, { from: middle + 1n, to }, cuts))];
    }
  }

  return {
    logs,

    chainId: (): Promise<bigint> => ask(Quantity, 'eth_chainId'),

    block: async (which: bigint | 'finalized'): Promise<Block> => {
      const name = which === 'finalized' ? which : quantity(which);
      const { number, hash, timestamp } = await ask(
        BlockAnswer,
        ...(['eth_getBlockByNumber', name, false] as const),
      );
      if (which !== 'finalized' && which !== number)
        throw new UndecidedError('a provider gave another block than was asked for');
      return { number, hash, atS: timestamp };
    },

    /** How many transactions of its own the address has had up to this block. */
    nonceOf: (address: string, block: bigint): Promise<bigint> =>
      ask(Quantity, 'eth_getTransactionCount', address, quantity(block)),

    /** How many transactions the Safe had executed by then; undefined where there was none. */
    safeNonce: (safe: string, block: bigint): Promise<bigint | undefined> =>
      ask(CountAnswer, 'eth_call', { to: safe, data: SAFE_NONCE }, quantity(block)),

    receipt: async (hash: string): Promise<Receipt | undefined> => {
      const found = await ask(v.nullable(ReceiptAnswer), 'eth_getTransactionReceipt', hash);
      if (!found) return undefined;
      const { transactionHash, blockNumber: block, blockHash, status: succeeded, logs } = found;
      const isOwn = (log: Log) =>
        log.transaction === hash && log.block === block && log.blockHash === blockHash;
      if (transactionHash !== hash || !logs.every(isOwn))
        throw new UndecidedError('a provider gave another receipt than was asked for');
      return { block, blockHash, succeeded, logs };
    },

    transaction: async (txHash: string): Promise<Known | undefined> => {
      const found = await ask(v.nullable(TransactionAnswer), 'eth_getTransactionByHash', txHash);
      if (!found) return undefined;
      const { hash, from: sender, to, nonce, blockNumber } = found;
      if (hash !== txHash)
        throw new UndecidedError('a provider gave another transaction than was asked for');
      return { sender, nonce, to: to ?? undefined, block: blockNumber ?? undefined };
    },
  };
}
