/** One provider of Solana: JSON-RPC over HTTP, and each answer checked before anything rests on it. */
import { type Address, createSolanaRpc, type Signature } from '@solana/kit';
import * as v from 'valibot';
import { UndecidedError } from '../../settlement/on-chain.ts';
import { TransactionReply } from './solana-transaction.ts';

const Slot = v.pipe(v.bigint(), v.minValue(0n));
const Seconds = v.bigint();

const EpochInfo = v.object({ absoluteSlot: Slot, blockHeight: Slot });
const Statuses = v.object({
  context: v.object({ slot: Slot }),
  value: v.strictTuple([v.nullable(v.object({ slot: Slot }))]),
});
const Page = v.array(
  v.object({ signature: v.string(), slot: Slot, blockTime: Seconds, err: v.unknown() }),
);
const Supply = v.object({ value: v.object({ decimals: v.number() }) });
const OwnedAccounts = v.object({ value: v.array(v.object({ pubkey: v.string() })) });

/** The most that a provider gives in one answer. */
const PAGE = 1000;
/** Of one account: more transactions than any payer makes between a request and its settling. */
const PAGES_MAX = 10;

/** Kit asks for what is merely confirmed where it is told nothing. */
// Stryker disable next-line StringLiteral: Kit sends an empty word as little as this default.
const FINAL = { commitment: 'finalized' } as const;

/** One transaction that an account had a part in, as a list tells of it. */
export type Listed = { signature: string; seconds: bigint };

export type SolanaProvider = ReturnType<typeof solanaProvider>;

/** Each call is one attempt. What it throws may hold the URL, which is a secret. */
export function solanaProvider(url: string, timeoutMs: number) {
  const rpc = createSolanaRpc(url);
  const asked = async <Schema extends v.GenericSchema>(
    schema: Schema,
    request: { send: (options: { abortSignal: AbortSignal }) => Promise<unknown> },
  ): Promise<v.InferOutput<Schema>> =>
    v.parse(schema, await request.send({ abortSignal: AbortSignal.timeout(timeoutMs) }));
  const timeOf = (slot: bigint) => asked(Seconds, rpc.getBlockTime(slot));

  return {
    /** How far the chain is final: slots count on where no block is made, heights do not. */
    tip: async () => {
      const info = await asked(EpochInfo, rpc.getEpochInfo(FINAL));
      return { slot: info.absoluteSlot, height: info.blockHeight };
    },

    /** When the block of this slot was made (Unix seconds). */
    timeOf,

    /** When the first block was made that it still knows of (Unix seconds). */
    firstTime: async () => timeOf(await asked(Slot, rpc.getFirstAvailableBlock())),

    /** Whether it knows of this transaction, final or not, as of this slot or a later one. */
    knows: async (signature: string, slot: bigint): Promise<boolean> => {
      const request = rpc.getSignatureStatuses([signature as Signature], {
        searchTransactionHistory: true,
      });
      const { context, value } = await asked(Statuses, request);
      if (context.slot < slot) throw new UndecidedError('a provider lags behind its own word');
      return value[0] !== null;
    },

    /** The transaction, once it is final. */
    transaction: async (signature: string): Promise<TransactionReply | undefined> => {
      const request = rpc.getTransaction(signature as Signature, {
        ...FINAL,
        encoding: 'json',
        maxSupportedTransactionVersion: 0,
      });
      const reply = await asked(v.nullable(TransactionReply), request);
      if (reply && reply.transaction.signatures[0] !== signature)
        throw new UndecidedError('a provider answered with another transaction');
      return reply ?? undefined;
    },

    /** How many decimals the mint has; a cluster without this mint has an error. */
    decimalsOf: async (token: string): Promise<number> => {
      const request = rpc.getTokenSupply(token as Address, FINAL);
      return (await asked(Supply, request)).value.decimals;
    },

    /** The accounts that hold this owner's tokens now. */
    accountsOf: async (owner: string, token: string): Promise<string[]> => {
      const request = rpc.getTokenAccountsByOwner(
        owner as Address,
        { mint: token as Address },
        { ...FINAL, encoding: 'base64' },
      );
      return (await asked(OwnedAccounts, request)).value.map(({ pubkey }) => pubkey);
    },

    /**
     * What succeeded of all that the account had a part in, from this second to this slot, both of
     * them included; undefined where that is too much to be listed.
     */
    listed: async (
      account: string,
      sinceSeconds: bigint,
      upTo: bigint,
    ): Promise<Listed[] | undefined> => {
      const list: Listed[] = [];
      let before: { before?: Signature } = {};
      for (let page = 1; page <= PAGES_MAX; page++) {
        const request = rpc.getSignaturesForAddress(account as Address, {
          ...{ ...FINAL, limit: PAGE, minContextSlot: upTo },
          ...before,
        });
        const entries = await asked(Page, request);
        for (const { signature, slot, blockTime, err } of entries)
          if (err === null && slot <= upTo && blockTime >= sinceSeconds)
            list.push({ signature, seconds: blockTime });
        const last = entries.at(-1);
        if (!last || entries.length < PAGE || last.blockTime < sinceSeconds) return list;
        before = { before: last.signature as Signature };
      }
      return undefined;
    },
  };
}
