/** Solana as its providers tell of it, all of which have to agree. */
import { type Address, getAddressEncoder, getProgramDerivedAddress } from '@solana/kit';
import type { ChainSettings } from '../../chain-settings.ts';
import { isTo } from '../../settlement/evidence.ts';
import {
  type Chain,
  type FinalTransaction,
  type PlacedTransfer,
  type Sighting,
  UndecidedError,
} from '../../settlement/on-chain.ts';
import { CLOCKS_DIFFER_MS, DAY_MS } from '../../time.ts';
import { agreed, fromEach, lowest, type ProviderOptions, untilAnswered } from './agree.ts';
import { type Listed, type SolanaProvider, solanaProvider } from './solana-provider.ts';
import { readTransaction, TOKEN_PROGRAMS } from './solana-transaction.ts';

const ASSOCIATED_TOKEN_PROGRAM = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL' as Address;

/** About a minute, by which the slots that two providers call final may differ. */
const SLOTS_APART_MAX = 150n;
/** Bounds of one question, beyond which it is not decided. */
const ACCOUNTS_MAX = 50;
const TRANSACTIONS_MAX = 2000;
/** Of each provider; they allow some dozens of calls a second. */
const AT_ONCE = 8;

/** How far the chain is final for all, in blocks and in slots, and the slot that one has seen final. */
type Tip = { height: bigint; slot: bigint; seen: bigint };

/**
 * Every question first asks all providers how far the chain is final, and takes the lowest; only then
 * what happened up to there, of nodes that say to have come so far. So whatever had landed by then is
 * seen.
 */
export function solanaChain(
  { token, decimals, senders }: ChainSettings,
  urls: readonly string[],
  { timeoutMs }: ProviderOptions,
): Chain {
  const providers = urls.map((url) => solanaProvider(url, timeoutMs));

  /**
   * Another cluster knows nothing of what happened on this one, which would be a proof of death, but
   * it has not this mint.
   */
  const checkToken = untilAnswered(async () => {
    const found = await agreed(providers, (provider) => provider.decimalsOf(token));
    if (found !== decimals) throw new UndecidedError('the token has other decimals there');
  });

  /** By what all say that they call final, none of which may be far behind, or far ahead. */
  const readTip = async (): Promise<Tip> => {
    await checkToken();
    const tips = await fromEach(providers, (provider) => provider.tip());
    const slots = tips.map((tip) => tip.slot);
    const [slot, seen] = [lowest(slots), -lowest(slots.map((each) => -each))];
    if (seen - slot > SLOTS_APART_MAX) throw new UndecidedError('a provider lags or leads by far');
    return { height: lowest(tips.map((tip) => tip.height)), slot, seen };
  };

  const finalOn = async (provider: SolanaProvider, signature: string) => {
    const reply = await provider.transaction(signature);
    return reply && readTransaction(reply, token);
  };

  const sight = async (signature: string, { seen }: Tip): Promise<Sighting> => {
    const sights = await fromEach(providers, async (provider) => {
      const [isKnown, final] = await Promise.all([
        provider.knows(signature, seen),
        finalOn(provider, signature),
      ]);
      return { isKnown: isKnown || final !== undefined, final };
    });
    if (sights.every(({ isKnown }) => !isKnown)) return { is: 'unseen' };
    const finals = sights.flatMap(({ final = [] }) => final);
    // Some have it, others lag.
    if (finals.length < sights.length) return { is: 'pending' };
    return { is: 'final', transaction: await agreed(finals, async (final) => final) };
  };

  /** A node that has deleted old blocks does not know what landed in them. */
  const mustRemember = async (since: string): Promise<void> => {
    const sinceSeconds = secondsBefore(since);
    const firsts = await fromEach(providers, (provider) => provider.firstTime());
    if (firsts.some((first) => first > sinceSeconds))
      throw new UndecidedError('a provider does not remember so long');
  };

  /** The accounts in which each may hold the token: those that programs make, and those that are. */
  const accountsOf = async (owners: readonly string[]): Promise<string[]> => {
    const made = owners.flatMap((owner) =>
      TOKEN_PROGRAMS.map((program) => associatedAccount(owner, token, program)),
    );
    const opened = owners.map((owner) =>
      fromEach(providers, (provider) => provider.accountsOf(owner, token)),
    );
    const accounts = [await Promise.all(made), await Promise.all(opened)].flat(3);
    const all = [...new Set(accounts)];
    if (all.length > ACCOUNTS_MAX) throw new UndecidedError('an owner has too many accounts');
    return all;
  };

  /** What succeeded of all that these had a part in; undefined where that is too much to list. */
  const listed = (accounts: readonly string[], sinceSeconds: bigint, { slot }: Tip) =>
    agreed(providers, async (provider): Promise<Map<string, Listed> | undefined> => {
      const all = new Map<string, Listed>();
      for (const account of accounts) {
        const list = await provider.listed(account, sinceSeconds, slot);
        if (!list) return undefined;
        for (const entry of list) all.set(entry.signature, entry);
      }
      return all;
    });

  const listedOfSenders = async (sinceSeconds: bigint, tip: Tip) => {
    const list = await listed(await accountsOf(senders), sinceSeconds, tip);
    if (!list) throw new UndecidedError('the senders have too many transactions');
    return list;
  };

  /** The senders' transfers of the token in these transactions, which all providers call final. */
  const transfersIn = async (signatures: readonly string[]): Promise<PlacedTransfer[]> => {
    if (signatures.length > TRANSACTIONS_MAX) throw new UndecidedError('too many transactions');
    const transactions: FinalTransaction[] = [];
    const left = [...signatures];
    while (left.length > 0)
      transactions.push(
        ...(await Promise.all(
          left.splice(0, AT_ONCE).map((signature) =>
            agreed(providers, async (provider) => {
              const final = await finalOn(provider, signature);
              if (!final) throw new UndecidedError('a provider lags behind its own list');
              return final;
            }),
          ),
        )),
      );
    return transactions.flatMap(({ id, block, at, transfers }) =>
      transfers
        .filter((transfer) => transfer.token === token && senders.includes(transfer.from))
        .map((transfer) => ({ ...transfer, transaction: id, block, at })),
    );
  };

  return {
    /**
     * Where the last block height is not known, it never counts as expired. A transaction with a
     * durable nonce has none: it has to be recorded with a height that is never reached.
     */
    fateOf: async ({ id, recorded_at, last_valid_block_height }) => {
      const tip = await readTip();
      const sighting = await sight(id, tip);
      if (sighting.is === 'final') return sighting;
      if (sighting.is === 'pending' || last_valid_block_height === undefined) return { is: 'open' };
      if (tip.height <= last_valid_block_height) return { is: 'open' };
      await mustRemember(recorded_at);
      return { is: 'gone', cause: 'expired', height: tip.height };
    },

    sightingOf: async (txHash) => sight(txHash, await readTip()),

    /**
     * Clocks and blocks differ: it may begin some minutes earlier. Only what the accounts of both
     * have a part in is read; where the address has too much of it, all that the senders sent is.
     */
    transfersTo: async (address, since) => {
      const tip = await readTip();
      const sinceSeconds = secondsBefore(since);
      await mustRemember(since);
      const ours = await listedOfSenders(sinceSeconds, tip);
      const theirs = await listed([address, ...(await accountsOf([address]))], sinceSeconds, tip);
      const both = [...ours.keys()].filter((signature) => theirs?.has(signature) ?? true);
      return (await transfersIn(both)).filter((transfer) => isTo(transfer, address));
    },

    transfersWithin: async (firstDay, lastDay) => {
      const first = BigInt(Date.parse(firstDay)) / 1000n;
      const end = BigInt(Date.parse(lastDay) + DAY_MS) / 1000n;
      const tip = await readTip();
      const seconds = await agreed(providers, (provider) => provider.timeOf(tip.slot));
      if (seconds < end) throw new UndecidedError('the last of these days is not over and final');
      await mustRemember(firstDay);
      const list = [...(await listedOfSenders(first, tip)).values()];
      const within = list.filter(({ seconds }) => seconds < end);
      return transfersIn(within.map(({ signature }) => signature));
    },
  };
}

const secondsBefore = (at: string): bigint =>
  BigInt(Math.floor((Date.parse(at) - CLOCKS_DIFFER_MS) / 1000));

async function associatedAccount(owner: string, mint: string, program: string): Promise<string> {
  const bytes = getAddressEncoder();
  const seeds = [owner, program, mint].map((text) => bytes.encode(text as Address));
  const [account] = await getProgramDerivedAddress({
    programAddress: ASSOCIATED_TOKEN_PROGRAM,
    seeds,
  });
  return account;
}
