/**
 * What a transaction on Solana moved, read from its own instructions and held against the balances
 * before and after it. The instructions are read as bytes (SPL Token, Token-2022 and Memo), so that
 * nothing depends on what a provider's parser knows.
 */
import bs58 from 'bs58';
import * as v from 'valibot';
import { type FinalTransaction, type Transfer, UndecidedError } from '../../settlement/on-chain.ts';
import { rfc3339 } from '../../time.ts';

export const TOKEN_PROGRAMS = [
  'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb', // Token-2022
] as const;
const MEMO_PROGRAMS = [
  'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo',
  'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
];

/** What one transaction calls on the way is at most some 10 KB, which are 14,000 such digits. */
const DATA_DIGITS_MAX = 16_384;

const Index = v.pipe(v.number(), v.integer(), v.minValue(0));
const Instruction = v.object({
  programIdIndex: Index,
  accounts: v.array(Index),
  data: v.pipe(v.string(), v.maxLength(DATA_DIGITS_MAX)),
});
const TokenBalance = v.object({
  accountIndex: Index,
  mint: v.string(),
  owner: v.string(),
  uiTokenAmount: v.object({ amount: v.pipe(v.string(), v.regex(/^\d{1,20}$/)) }),
});

/** An answer of `getTransaction` with the encoding `json`. */
export const TransactionReply = v.object({
  slot: v.bigint(),
  blockTime: v.bigint(),
  meta: v.object({
    err: v.unknown(),
    innerInstructions: v.array(v.object({ index: Index, instructions: v.array(Instruction) })),
    preTokenBalances: v.array(TokenBalance),
    postTokenBalances: v.array(TokenBalance),
    loadedAddresses: v.optional(
      v.object({ writable: v.array(v.string()), readonly: v.array(v.string()) }),
    ),
  }),
  transaction: v.object({
    // Stryker disable next-line ArrayDeclaration: one without any is not the one asked for
    signatures: v.tupleWithRest([v.string()], v.string()),
    message: v.object({
      accountKeys: v.array(v.string()),
      instructions: v.array(Instruction),
    }),
  }),
});
export type TransactionReply = v.InferOutput<typeof TransactionReply>;

/** What one instruction told a program, whether the transaction itself or another program did. */
type Step = { position: number; program: string; accounts: number[]; data: Buffer };

type TokenAccount = { mint: string; owner: string; change: bigint };

/** Positions count up to here within each of the transaction's own instructions. */
const STEPS_MAX = 1000;

/**
 * The transaction in words of no network's own. Positions are 1000 times the index of one of its own
 * instructions, plus the index of the step within that: 0 is the instruction itself, from 1 on come
 * those that it called, in order, and of a batch each part is a step. Throws an UndecidedError where
 * balances of the token changed by anything but transfers (a fee on transfers, a burn, a mint, a new
 * owner of an account), and any error where a provider answers what no chain can say.
 */
export function readTransaction(reply: TransactionReply, token: string): FinalTransaction {
  const { meta, transaction, slot, blockTime } = reply;
  const [id] = transaction.signatures;
  const succeeded = meta.err === null;
  // Stryker disable next-line ArrayDeclaration: what has no program is told to none.
  const steps = succeeded ? stepsOf(reply) : [];
  const keys = keysOf(reply);
  const accounts = tokenAccountsOf(reply);
  const transfers: Transfer[] = [];
  const changes = new Map<TokenAccount, bigint>();
  const add = (account: TokenAccount, units: bigint) =>
    changes.set(account, (changes.get(account) ?? 0n) + units);
  for (const step of steps) {
    const moved = TOKEN_PROGRAMS.some((program) => program === step.program) && movedBy(step);
    if (!moved) continue;
    const from = accounts.get(moved.source);
    const to = accounts.get(moved.destination);
    // One that is opened and closed on the way has no balance: what the other lost does not add up.
    if (!from || !to || from.mint !== to.mint) continue;
    const { units } = moved;
    add(from, -units);
    add(to, units);
    const account = keys[moved.destination] as string;
    const { position } = step;
    transfers.push({ position, token: from.mint, from: from.owner, to: to.owner, account, units });
  }
  for (const account of accounts.values())
    if (account.mint === token && account.change !== (changes.get(account) ?? 0n))
      throw new UndecidedError(`the balances of ${id} changed by more than transfers`);

  const memos = steps
    .filter(({ program }) => MEMO_PROGRAMS.includes(program))
    .map(({ data }) => data.toString());
  const at = rfc3339(Number(blockTime) * 1000);
  return { id, block: slot, at, succeeded, transfers, memos, safeOutcomes: [] };
}

/** Its own accounts, then those from tables: the order that every index is of. */
function keysOf({ meta, transaction }: TransactionReply): string[] {
  const { writable = [], readonly = [] } = meta.loadedAddresses ?? {};
  return [...transaction.message.accountKeys, ...writable, ...readonly];
}

function stepsOf(reply: TransactionReply): Step[] {
  const keys = keysOf(reply);
  return reply.transaction.message.instructions.flatMap((own, index) => {
    const called = reply.meta.innerInstructions
      .filter((inner) => inner.index === index)
      .flatMap(({ instructions }) => instructions);
    const steps = [own, ...called].flatMap(({ programIdIndex, accounts, data }) => {
      const program = keys[programIdIndex];
      if (program === undefined) throw new RangeError('a program that is no account of it');
      return partsOf({ program, accounts, data: Buffer.from(bs58.decode(data)) });
    });
    if (steps.length > STEPS_MAX) throw new UndecidedError('a transaction has too many steps');
    return steps.map((step, at) => ({ ...step, position: index * STEPS_MAX + at }));
  });
}

const TRANSFER = 3;
const TRANSFER_CHECKED = 12;
const TRANSFER_FEE_EXTENSION = 26;
const TRANSFER_CHECKED_WITH_FEE = 1;
const BATCH = 255;

type Told = Omit<Step, 'position'>;

/** Of a batch of the Token program its parts: how many accounts, how many bytes, the bytes. */
function partsOf(step: Told): Told[] {
  const { program, accounts, data } = step;
  if (program !== TOKEN_PROGRAMS[0] || data[0] !== BATCH) return [step];
  const parts: Told[] = [];
  for (let at = 1, account = 0; at < data.length; ) {
    const accountsEnd = account + data.readUInt8(at);
    const dataEnd = at + 2 + data.readUInt8(at + 1);
    parts.push({
      program,
      accounts: accounts.slice(account, accountsEnd),
      data: data.subarray(at + 2, dataEnd),
    });
    [account, at] = [accountsEnd, dataEnd];
  }
  return parts;
}

/** What an instruction to a token program moves between which accounts; undefined where nothing. */
function movedBy({ accounts, data }: Told) {
  const [first, second, third] = accounts as [number, number, number];
  if (data[0] === TRANSFER)
    return { source: first, destination: second, units: data.readBigUInt64LE(1) };
  if (data[0] === TRANSFER_CHECKED)
    return { source: first, destination: third, units: data.readBigUInt64LE(1) };
  if (data[0] === TRANSFER_FEE_EXTENSION && data[1] === TRANSFER_CHECKED_WITH_FEE)
    return { source: first, destination: third, units: data.readBigUInt64LE(2) };
  return undefined;
}

/** By the index of the account. Throws where one has two owners or two mints. */
function tokenAccountsOf({ meta }: TransactionReply): Map<number, TokenAccount> {
  const accounts = new Map<number, TokenAccount>();
  const add = (sign: bigint) => (balance: v.InferOutput<typeof TokenBalance>) => {
    const { accountIndex, mint, owner, uiTokenAmount } = balance;
    const known = accounts.get(accountIndex) ?? { mint, owner, change: 0n };
    if (known.owner !== owner || known.mint !== mint)
      throw new UndecidedError('an account of tokens changed its owner on the way');
    const change = known.change + sign * BigInt(uiTokenAmount.amount);
    accounts.set(accountIndex, { ...known, change });
  };
  meta.preTokenBalances.forEach(add(-1n));
  meta.postTokenBalances.forEach(add(1n));
  return accounts;
}
