/**
 * A Solana for tests and for CHAINS=1: litesvm, which executes transactions as validators do, and
 * around it what a single runtime lacks: slots, blocks, commitment, and the expiry of blockhashes.
 * Nothing of it moves by itself: whoever started it makes the blocks.
 */
import {
  type Address,
  address,
  getAddressDecoder,
  getBase58Decoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
  type MaybeEncodedAccount,
  type Transaction,
} from '@solana/kit';
import { loadEngine } from './chain-engines.ts';

/** About as on Solana: what 32 blocks came after is final, and a blockhash lives for 150. */
export const FINAL_AFTER_BLOCKS = 32n;
const BLOCKHASH_LIVES = 150n;
export const SLOT_MS = 400n;
/** Slots in which no leader made a block, before this chain began: heights are far below slots. */
const SKIPPED_BEFORE = 20_000_000n;

type CompiledInstruction = {
  programIdIndex: () => number;
  accounts: () => Uint8Array;
  data: () => Uint8Array;
};
type Executed = { innerInstructions: () => { instruction: () => CompiledInstruction }[][] };
type Failed = { err: () => unknown; meta: () => Executed };

/** As much of litesvm as is used here. */
type Engine = {
  getAccount: (address: Address) => MaybeEncodedAccount;
  getProgramAccounts: (program: Address) => { address: Address; data: Uint8Array }[];
  setAccount: (account: object) => void;
  airdrop: (address: Address, lamports: bigint) => unknown;
  latestBlockhash: () => string;
  expireBlockhash: () => void;
  sendTransaction: (transaction: Transaction) => Executed | Failed;
  getClock: () => { slot: bigint; unixTimestamp: bigint };
  setClock: (clock: object) => void;
};

export type Instruction = { programIdIndex: number; accounts: number[]; data: string };
export type Balance = {
  accountIndex: number;
  mint: string;
  owner: string;
  uiTokenAmount: { amount: string };
};

/** A transaction that is in a block, as `getTransaction` tells of it with the encoding `json`. */
export type Landed = {
  slot: bigint;
  blockTime: bigint;
  keys: string[];
  meta: {
    err: unknown;
    innerInstructions: { index: number; instructions: Instruction[] }[];
    preTokenBalances: Balance[];
    postTokenBalances: Balance[];
    loadedAddresses: { writable: string[]; readonly: string[] };
  };
  transaction: {
    signatures: string[];
    message: { accountKeys: string[]; instructions: Instruction[] };
  };
};

export const TOKEN_PROGRAMS = [
  'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
] as Address[];

export type SolanaLedger = ReturnType<typeof openLedger>;

/** A chain whose first block is of this time (Unix seconds). */
export function openLedger(genesisS: number) {
  const { LiteSVM } = loadEngine<{ LiteSVM: new () => Engine }>('litesvm');
  const svm = new LiteSVM();
  const genesisSlot = svm.getClock().slot;
  let height = genesisSlot - SKIPPED_BEFORE;
  /** How many slots stayed empty before the block of this height, and before those after it. */
  const gaps = [{ from: 0n, skipped: SKIPPED_BEFORE }];
  let lastValidHeight = height + BLOCKHASH_LIVES;
  /** In the order in which they landed. */
  const landed = new Map<string, Landed>();

  const timeOf = (of: bigint) => BigInt(genesisS) + ((of - genesisSlot) * SLOT_MS) / 1000n;
  const skippedBefore = (of: bigint) => gaps.findLast(({ from }) => from <= of)?.skipped ?? 0n;
  const slotOf = (of: bigint) => of + skippedBefore(of);
  const setClock = () => {
    const slot = slotOf(height);
    svm.setClock(Object.assign(svm.getClock(), { slot, unixTimestamp: timeOf(slot) }));
  };
  setClock();

  return {
    svm,
    genesisSlot,
    landed,
    timeOf,
    /** The slot and the block height that this commitment has reached. */
    tip: (commitment: string) => {
      const behind = { confirmed: 1n, finalized: FINAL_AFTER_BLOCKS }[commitment] ?? 0n;
      return { slot: slotOf(height - behind), height: height - behind };
    },
    blockhash: () => ({ blockhash: svm.latestBlockhash(), lastValidBlockHeight: lastValidHeight }),
    /** So many blocks more; before them, slots that stay empty. */
    advance: (blocks: number, empty = 0) => {
      const skipped = (gaps.at(-1)?.skipped ?? 0n) + BigInt(empty);
      if (empty > 0) gaps.push({ from: height + 1n, skipped });
      height += BigInt(blocks);
      if (height > lastValidHeight) {
        svm.expireBlockhash();
        lastValidHeight = height + BLOCKHASH_LIVES;
      }
      setClock();
    },
    /** Executes it in the current block. Throws an Error where it lands in none. */
    send: (wire: Uint8Array): string => {
      const transaction = getTransactionDecoder().decode(wire);
      const message = getCompiledTransactionMessageDecoder().decode(transaction.messageBytes);
      const [first] = Object.values(transaction.signatures);
      if (!first || message.version === 1) throw new Error('not a transaction that lands here');
      const signature = getBase58Decoder().decode(first);
      const lookups = 'addressTableLookups' in message ? (message.addressTableLookups ?? []) : [];
      const inTables = (which: 'writableIndexes' | 'readonlyIndexes') =>
        lookups.flatMap((lookup) => {
          const table = svm.getAccount(lookup.lookupTableAddress);
          return lookup[which].map((index) => addressIn(table, TABLE_HEAD + 32 * index));
        });
      const loadedAddresses = {
        writable: inTables('writableIndexes'),
        readonly: inTables('readonlyIndexes'),
      };
      const keys = [
        ...message.staticAccounts,
        ...loadedAddresses.writable,
        ...loadedAddresses.readonly,
      ];
      const preTokenBalances = balancesOf(svm, keys);
      const executed = svm.sendTransaction(transaction);
      const err = 'err' in executed ? landedWith(executed) : null;
      const meta = 'err' in executed ? executed.meta() : executed;
      const innerInstructions = meta.innerInstructions().map((inner, index) => ({
        index,
        instructions: inner.map((each) => told(each.instruction())),
      }));
      const slot = slotOf(height);
      landed.set(signature, {
        ...{ slot, blockTime: timeOf(slot), keys },
        meta: {
          err,
          innerInstructions: innerInstructions.filter(
            ({ instructions }) => instructions.length > 0,
          ),
          preTokenBalances,
          postTokenBalances: balancesOf(svm, keys),
          loadedAddresses,
        },
        transaction: {
          signatures: Object.values(transaction.signatures).map((bytes) =>
            getBase58Decoder().decode(bytes ?? new Uint8Array(64)),
          ),
          message: {
            accountKeys: [...message.staticAccounts],
            instructions: message.instructions.map((each) => ({
              programIdIndex: each.programAddressIndex,
              accounts: each.accountIndices ?? [],
              data: getBase58Decoder().decode(each.data ?? new Uint8Array()),
            })),
          },
        },
      });
      return signature;
    },
  };
}

/** A lookup table's own fields come before its addresses. */
const TABLE_HEAD = 56;

function addressIn(account: MaybeEncodedAccount, offset: number): Address {
  if (!account.exists) throw new Error('an account that is not there');
  return getAddressDecoder().decode(account.data, offset);
}

/** An instruction that failed lands, and costs a fee; all else, such as an old blockhash, does not. */
function landedWith(failed: Failed): unknown {
  const error = failed.err();
  if (typeof error !== 'object' || error === null || !('err' in error) || !('index' in error))
    throw new Error(`it does not land: ${failed}`);
  return { InstructionError: [error.index, String((error.err as () => unknown)())] };
}

const told = (instruction: CompiledInstruction): Instruction => ({
  programIdIndex: instruction.programIdIndex(),
  accounts: [...instruction.accounts()],
  data: getBase58Decoder().decode(instruction.data()),
});

const balancesOf = (svm: Engine, keys: readonly string[]): Balance[] =>
  keys.flatMap((key, accountIndex) => {
    const account = svm.getAccount(address(key));
    const isHeld = account.exists && TOKEN_PROGRAMS.includes(account.programAddress);
    const held = isHeld ? readTokenAccount(account.data) : undefined;
    if (!held) return [];
    const { mint, owner, amount } = held;
    return [{ accountIndex, mint, owner, uiTokenAmount: { amount: String(amount) } }];
  });

/** SPL Token's layout: 165 bytes; of Token-2022 a byte more that says what it is, and extensions. */
export function readTokenAccount(data: Uint8Array) {
  const isAccount = data.length === 165 || data[165] === 2;
  if (!isAccount) return undefined;
  const amount = Buffer.from(data).readBigUInt64LE(64);
  const [mint, owner] = [0, 32].map((at) => getAddressDecoder().decode(data, at));
  return { mint: mint as Address, owner: owner as Address, amount };
}
