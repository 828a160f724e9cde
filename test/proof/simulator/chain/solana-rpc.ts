/** What a node of Solana answers: the JSON-RPC methods that settling asks, over the model. */
import bs58 from 'bs58';
import type { RpcView } from './evm-rpc.ts';
import { RpcError } from './evm-rpc.ts';
import type { Block, Landed } from './ledger.ts';
import { bytesFrom, numberIn, paidInOn, type Transaction } from './transactions.ts';

/** What a provider says in place of the truth. */
export const SOLANA_LIES = ['amounts', 'status', 'heights', 'nothing', 'early'] as const;
export type SolanaLie = (typeof SOLANA_LIES)[number];

export type SolanaView = RpcView<SolanaLie>;

const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const MEMO_PROGRAM = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr';
const TRANSFER_CHECKED = 12;
const HEIGHTS_TOO_HIGH = 200;

/** The result of the method. Throws an RpcError for what is not served. */
export function answerSolana(
  view: SolanaView,
  method: string,
  params: readonly unknown[],
): unknown {
  const { ledger, final, head, lie } = view;
  switch (method) {
    case 'getEpochInfo': {
      const height = final.number + (lie === 'heights' ? HEIGHTS_TOO_HIGH : 0);
      const slot = { absoluteSlot: numberIn('solana', final), blockHeight: height };
      return { ...slot, epoch: 1, slotIndex: numberIn('solana', final), slotsInEpoch: 432_000 };
    }
    case 'getFirstAvailableBlock':
      return numberIn('solana', ledger.between(0, 0)[0] as Block);
    case 'getBlockTime': {
      const block = ledger
        .between(0, head.number)
        .find((one) => numberIn('solana', one) === Number(params[0]));
      if (!block) throw new RpcError('block not available');
      return block.timeMs / 1000;
    }
    case 'getSignatureStatuses': {
      const [signatures] = params as [string[]];
      const value = signatures.map((signature) => statusOf(view, signature));
      return { context: { slot: numberIn('solana', head) }, value };
    }
    case 'getTransaction': {
      const found = find(view, String(params[0]));
      const isFinal = found && found.block.number <= final.number;
      return isFinal ? transactionView(view, found.block, found.landed) : null;
    }
    case 'getTokenAccountsByOwner': {
      const [owner, { mint }] = params as [string, { mint: string }];
      const data = ['', 'base64'];
      const account = { data, executable: false, lamports: 1, owner: TOKEN_PROGRAM, space: 165 };
      const value = [{ pubkey: accountOf(owner, mint), account }];
      return { context: { slot: numberIn('solana', head) }, value };
    }
    case 'getSignaturesForAddress': {
      const [account, { before, limit = 1000 }] = params as [string, Paged];
      return listed(view, account, before).slice(0, limit);
    }
    default:
      throw new RpcError(`the method ${method} does not exist`);
  }
}

type Paged = { before?: string; limit?: number };

/** Where the owner holds tokens of this mint. */
const accountOf = (owner: string, mint: string): string =>
  bs58.encode(bytesFrom(`${owner} holds ${mint}`, 'sha256'));

function find({ ledger, head, lie }: SolanaView, signature: string) {
  if (lie === 'nothing') return undefined;
  const found = ledger.find(signature);
  return found && found.block.number <= head.number ? found : undefined;
}

function statusOf(view: SolanaView, signature: string) {
  const found = find(view, signature);
  if (!found) return null;
  const isFinal = found.block.number <= view.final.number;
  const err = found.landed.transaction.reverts ? FAILED : null;
  return {
    ...{ slot: numberIn('solana', found.block), confirmations: isFinal ? null : 1, err },
    ...{ status: err ? { Err: err } : { Ok: null } },
    confirmationStatus: isFinal ? 'finalized' : 'confirmed',
  };
}

const FAILED = { InstructionError: [0, { Custom: 1 }] };

/** Newest first. */
function listed(view: SolanaView, account: string, before: string | undefined) {
  if (view.lie === 'nothing') return [];
  const all = view.ledger
    .between(0, view.final.number)
    .flatMap((block) => block.landed.map((landed) => ({ block, landed })))
    .filter(({ landed: { transaction } }) => keysOf(transaction).includes(account))
    .map(({ block, landed: { transaction } }) => ({
      ...{
        signature: transaction.hash,
        slot: numberIn('solana', block),
        blockTime: block.timeMs / 1000,
      },
      ...{ err: transaction.reverts ? FAILED : null, memo: null, confirmationStatus: 'finalized' },
    }))
    .reverse();
  return before === undefined
    ? all
    : all.slice(1 + all.findIndex(({ signature }) => signature === before));
}

/** The accounts of a transaction: who pays for it, whose tokens move, what is called. */
function keysOf({ moves }: Transaction): string[] {
  const [payer] = paidInOn('solana').senders;
  const accounts = moves.flatMap(({ token, from, to }) => [
    accountOf(from, token),
    accountOf(to, token),
    token,
  ]);
  return [
    ...new Set([
      payer as string,
      ...moves.map(({ from }) => from),
      ...accounts,
      TOKEN_PROGRAM,
      MEMO_PROGRAM,
    ]),
  ];
}

function transactionView({ lie }: SolanaView, block: Block, landed: Landed) {
  const { transaction } = landed;
  const { hash, moves, memos, reverts } = transaction;
  const accountKeys = keysOf(transaction);
  const index = (key: string): number => accountKeys.indexOf(key);
  const fails = lie === 'status' ? !reverts : reverts;
  const told = moves.map(({ units, ...move }) => ({
    ...move,
    units: lie === 'amounts' ? units + 1n : units,
  }));
  const instructions = told.map(({ token, from, to, units }) => {
    const data = Buffer.alloc(10);
    data.writeUInt8(TRANSFER_CHECKED, 0);
    data.writeBigUInt64LE(units, 1);
    data.writeUInt8(paidInOn('solana').decimals, 9);
    const accounts = [accountOf(from, token), token, accountOf(to, token), from].map(index);
    return { programIdIndex: index(TOKEN_PROGRAM), accounts, data: bs58.encode(data) };
  });
  const noted = memos.map((memo) => ({
    ...{ programIdIndex: index(MEMO_PROGRAM), accounts: [] },
    data: bs58.encode(Buffer.from(memo)),
  }));
  const owners = [
    ...new Map(
      told.flatMap(({ token, from, to }) =>
        [from, to].map((owner) => [`${owner} ${token}`, { owner, mint: token }] as const),
      ),
    ).values(),
  ];
  const balances = (isAfter: boolean) =>
    owners.map(({ owner, mint }) => {
      const moved = told
        .filter(({ token }) => token === mint)
        .reduce(
          (sum, { from, to, units }) =>
            sum + (to === owner ? units : 0n) - (from === owner ? units : 0n),
          0n,
        );
      const amount = String(PLENTY + (isAfter && !fails ? moved : 0n));
      const uiTokenAmount = { amount, decimals: 6, uiAmount: null, uiAmountString: amount };
      const accountIndex = index(accountOf(owner, mint));
      return { accountIndex, mint, owner, programId: TOKEN_PROGRAM, uiTokenAmount };
    });
  const lamports = accountKeys.map(() => 1);
  return {
    ...{ slot: numberIn('solana', block), blockTime: block.timeMs / 1000, version: 'legacy' },
    meta: {
      err: fails ? FAILED : null,
      ...{
        fee: 5000,
        innerInstructions: [],
        logMessages: [],
        rewards: [],
        computeUnitsConsumed: 1,
      },
      ...{ preBalances: lamports, postBalances: lamports },
      ...{ preTokenBalances: balances(false), postTokenBalances: balances(true) },
      status: fails ? { Err: FAILED } : { Ok: null },
    },
    transaction: {
      signatures: [hash],
      message: {
        ...{
          accountKeys,
          instructions: [...instructions, ...noted],
          recentBlockhash: accountOf(hash, 'blockhash'),
        },
        header: {
          numRequiredSignatures: 1,
          numReadonlySignedAccounts: 0,
          numReadonlyUnsignedAccounts: 1,
        },
      },
    },
  };
}

/** What everybody holds before it. */
const PLENTY = 2n ** 62n;
