/**
 * An EVM chain as several providers tell of it. All is judged at one block that each of them calls
 * final: a transaction that is in none of the blocks up to it has not landed yet, and one whose nonce
 * had been used by then, by another, never will.
 */
import type { ChainSettings } from '../../chain-settings.ts';
import type {
  Chain,
  Fate,
  FinalTransaction,
  PlacedTransfer,
  Sighting,
} from '../../settlement/on-chain.ts';
import { UndecidedError } from '../../settlement/on-chain.ts';
import type { Attempt } from '../../settlement/records.ts';
import { rfc3339 } from '../../time.ts';
import { agreed, fromEach, lowest, type ProviderOptions, untilAnswered } from './agree.ts';
import { firstBlockFrom, mustReachBack, rangesBack, rangesWithin } from './evm-blocks.ts';
import {
  executionFilter,
  type Log,
  type LogFilter,
  safeOutcomesIn,
  transferFilter,
  transfersIn,
} from './evm-logs.ts';
import { type Block, type EvmProvider, evmProvider, type Range } from './evm-provider.ts';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** Throws an Error where the settings do not say which chain it is. */
export function evmChain(
  { token, senders, chainId }: ChainSettings,
  urls: readonly string[],
  { timeoutMs }: ProviderOptions,
): Chain {
  if (chainId === undefined) throw new Error('the settings of an EVM chain lack its chainId');
  const providers = urls.map((url) => evmProvider(url, timeoutMs));
  const all = <Answer>(ask: (provider: EvmProvider) => Promise<Answer>) => agreed(providers, ask);

  const checkChain = untilAnswered(async () => {
    const id = await all((provider) => provider.chainId());
    if (id !== BigInt(chainId)) throw new UndecidedError('this is another chain');
  });

  const blockAt = (number: bigint): Promise<Block> => all((provider) => provider.block(number));

  /** The highest block that every provider calls final. */
  async function finalBlock(): Promise<Block> {
    await checkChain();
    const finals = await fromEach(providers, (provider) => provider.block('finalized'));
    return blockAt(lowest(finals.map(({ number }) => number)));
  }

  /** Undefined where it is in no block up to the last final one. */
  async function finalTransaction(
    hash: string,
    last: Block,
  ): Promise<FinalTransaction | undefined> {
    const receipt = await all(async (provider) => {
      const found = await provider.receipt(hash);
      return found && found.block <= last.number ? found : undefined;
    });
    if (!receipt) return undefined;
    const { block, blockHash, succeeded, logs } = receipt;
    return {
      ...{ id: hash, block, at: await timeOf(block, blockHash), succeeded, memos: [] },
      transfers: transfersIn(logs),
      safeOutcomes: safeOutcomesIn(logs),
    };
  }

  /** When the block was made that a receipt or a log names, which has to be the chain's own. */
  async function timeOf(number: bigint, hash: string): Promise<string> {
    const block = await blockAt(number);
    if (block.hash !== hash) throw new UndecidedError('something is said of a block of no chain');
    return rfc3339(block.atS * 1000);
  }

  async function fateOfKeys({ id, sender, nonce }: Attempt, last: Block): Promise<Fate> {
    // Before the receipt: what has used the nonce by then has its receipt by now.
    const used =
      sender === undefined
        ? undefined
        : await all((provider) => provider.nonceOf(sender, last.number));
    const transaction = await finalTransaction(id, last);
    if (transaction) return { is: 'final', transaction };
    if (used === undefined || nonce === undefined || used <= nonce) return { is: 'open' };
    const known = await fromEach(providers, (provider) => provider.transaction(id));
    // Then the nonce that has passed says nothing of it: it was recorded wrongly, and may land.
    if (known.some((one) => one && (one.sender !== sender || one.nonce !== nonce)))
      throw new UndecidedError('a transaction has another sender or nonce than was recorded');
    // A node may know a transaction before it can give its receipt.
    if (known.some((one) => one?.block !== undefined))
      throw new UndecidedError('a transaction that is in a block has no receipt');
    return { is: 'gone', cause: 'nonce_passed', height: last.number };
  }

  /**
   * A Safe leaves a log for each nonce that it uses. The attempt was recorded before its own could be
   * used, so of all since then one tells of it, or it never landed. Where there are fewer than nonces
   * were used, they are not all there, and nothing is proven.
   */
  async function fateOfSafe(attempt: Attempt, last: Block): Promise<Fate> {
    const { safe, nonce, recorded_at } = attempt;
    if (safe === undefined || nonce === undefined) return { is: 'open' };
    const used = await all((provider) => provider.safeNonce(safe, last.number));
    if (used === undefined || used <= nonce) return { is: 'open' };
    let others = 0n;
    for await (const range of rangesBack(last, secondsOf(recorded_at) - HOUR_S, blockAt)) {
      const logs = await logsIn(executionFilter(safe), range);
      const own = logs.find((log) => isOutcomeOf(attempt, safeOutcomesIn([log])));
      if (own) {
        const transaction = await finalTransaction(own.transaction, last);
        if (transaction && isOutcomeOf(attempt, transaction.safeOutcomes))
          return { is: 'final', transaction };
        throw new UndecidedError('a log is not in the receipt of its transaction');
      }
      others += BigInt(logs.length);
    }
    if (others < used - nonce) return { is: 'open' };
    return { is: 'gone', cause: 'nonce_passed', height: last.number };
  }

  const logsIn = (filter: LogFilter, range: Range): Promise<Log[]> =>
    all((provider) => provider.logs(filter, range));

  /** The transfers of these logs, and when they were made. */
  async function placed(logs: Log[]): Promise<PlacedTransfer[]> {
    const times = new Map<string, string>();
    const transfers: PlacedTransfer[] = [];
    for (const log of logs) {
      const { transaction, block, blockHash } = log;
      const at = times.get(blockHash) ?? (await timeOf(block, blockHash));
      times.set(blockHash, at);
      for (const transfer of transfersIn([log]))
        transfers.push({ ...transfer, transaction, block, at });
    }
    return transfers;
  }

  return {
    fateOf: async (attempt) => {
      const last = await finalBlock();
      return attempt.kind === 'safe' ? fateOfSafe(attempt, last) : fateOfKeys(attempt, last);
    },

    sightingOf: async (txHash): Promise<Sighting> => {
      const transaction = await finalTransaction(txHash, await finalBlock());
      if (transaction) return { is: 'final', transaction };
      const answers = await fromEach(providers, (provider) => provider.transaction(txHash));
      const [known, ...others] = answers.filter((answer) => answer !== undefined);
      if (!known) return { is: 'unseen' };
      const { sender, nonce, to } = known;
      if (
        others.some((other) => other.sender !== sender || other.nonce !== nonce || other.to !== to)
      )
        throw new UndecidedError('the providers do not agree on who sends it');
      // What a key of ours executes for a Safe does not die with its nonce: others may execute it.
      const isExecuted = to !== token && senders.includes(sender);
      return { is: 'pending', ...(!isExecuted && { sender, nonce }) };
    },

    /** Whoever wrote `since` may have a clock that is ahead of the chain's. */
    transfersTo: async (address, since) => {
      const last = await finalBlock();
      const filter = transferFilter(token, senders, address);
      const sinceS = secondsOf(since) - HOUR_S;
      await mustReachBack(last, sinceS, blockAt);
      const found: Log[] = [];
      for await (const range of rangesBack(last, sinceS, blockAt))
        found.unshift(...(await logsIn(filter, range)));
      return (await placed(found)).filter(({ at }) => secondsOf(at) >= sinceS);
    },

    transfersWithin: async (firstDay, lastDay) => {
      const last = await finalBlock();
      const endS = secondsOf(lastDay) + DAY_S;
      if (last.atS < endS) throw new UndecidedError(`the ${lastDay} is not over and final`);
      const first = await firstBlockFrom(secondsOf(firstDay), last, blockAt);
      const end = await firstBlockFrom(endS, last, blockAt);
      const found: Log[] = [];
      for (const range of rangesWithin(first, end))
        found.push(...(await logsIn(transferFilter(token, senders), range)));
      return placed(found);
    },
  };
}

const isOutcomeOf = ({ id, safe }: Attempt, outcomes: FinalTransaction['safeOutcomes']): boolean =>
  outcomes.some((outcome) => outcome.safe === safe && outcome.safe_tx_hash === id);

/** Of a time, or of a day (UTC), whose first second it is. */
const secondsOf = (time: string): number => Math.floor(Date.parse(time) / 1000);
