/** Transactions of the simulation: what was signed to pay which payouts, and what it really does. */
import { createHash } from 'node:crypto';
import bs58 from 'bs58';
import { v5 } from 'uuid';
import { isStoredUuid } from '../../../../lib/ids.ts';
import { Random } from '../history/random.ts';
import type { ToldAttempt } from '../history/steps.ts';
import type { Attempt } from '../model/model.ts';

export const SENDER = '0x1111111111111111111111111111111111111111';
export const SAFE = '0x2222222222222222222222222222222222222222';

export const bytesFrom = (seed: string, hash: 'sha256' | 'sha512'): Buffer =>
  createHash(hash).update(seed).digest();
export const hashFrom = (seed: string): string => `0x${bytesFrom(seed, 'sha256').toString('hex')}`;
const keyFrom = (seed: string): string => bs58.encode(bytesFrom(seed, 'sha256'));

const ON_EVM = {
  token: '0x3333333333333333333333333333333333333333',
  decimals: 18,
  senders: [SENDER, SAFE],
};
const ON_SOLANA = { token: keyFrom('mint'), decimals: 6, senders: [keyFrom('sender')] };

/** What payouts are paid in, and by whom. */
export const paidInOn = (network: string) => (network === 'solana' ? ON_SOLANA : ON_EVM);

/** Others, whose money this is not, and who have nothing to do with it. */
const othersOn = (network: string) =>
  network === 'solana'
    ? { token: keyFrom('other mint'), account: keyFrom('stranger') }
    : {
        token: '0x4444444444444444444444444444444444444444',
        account: '0x5555555555555555555555555555555555555555',
      };

/** Networks whose chain the service asks; the others' operators are believed. */
export const VERIFIED = { ethereum: { ...ON_EVM, chainId: 1 }, solana: ON_SOLANA };
export const isVerified = (network: string): network is keyof typeof VERIFIED =>
  Object.hasOwn(VERIFIED, network);

/** A payout as far as whoever pays it must know it. */
export type Payable = { id: string; address: string; amountMicro: bigint };

export type Moved = { token: string; from: string; to: string; units: bigint };

export type Transaction = {
  network: string;
  /** What the service calls it, with the nonce or the block height that it depends on. */
  told: ToldAttempt;
  /** What the chain calls it: another name than that which a Safe gives to what it executes. */
  hash: string;
  /** The ids of the payouts that it is meant to pay. */
  payouts: readonly string[];
  /** As a whole; a Safe's inner failure is none. */
  reverts: boolean;
  /** Of a Safe alone: what it executes fails, and the transaction around it succeeds. */
  failsInside: boolean;
  /** Those that it would make, where it reverts. */
  moves: readonly Moved[];
  memos: readonly string[];
};

/** What it does is a matter of its name, whoever sends it and however often: mostly what was meant. */
const SLIPS = {
  none: 78,
  amount: 3,
  address: 3,
  token: 3,
  sender: 3,
  fails: 6,
  nothing: 2,
  memo: 2,
  fewer: 2,
};

const unitsOn = (network: string, micro: bigint): bigint =>
  micro * 10n ** BigInt(paidInOn(network).decimals - 6);

/** What a signed transaction of this name does for these payouts. */
export function transactionOf(
  network: string,
  told: ToldAttempt,
  payouts: readonly Payable[],
): Transaction {
  const random = new Random(`${told.id} slip`);
  // Whoever puts many into one transaction may take two that are alike for one.
  const slip = payouts.length > 1 && random.chance(0.3) ? 'fewer' : random.weighted(SLIPS);
  const right = payouts.map(({ address, amountMicro }) => ({
    token: paidInOn(network).token,
    from: told.safe ?? told.sender ?? (paidInOn(network).senders[0] as string),
    ...{ to: addressIn(address), units: unitsOn(network, amountMicro) },
  }));
  const fails = slip === 'fails';
  const isInside = fails && told.kind === 'safe';
  return {
    ...{ network, told, hash: hashOf(told), payouts: payouts.map(({ id }) => id) },
    ...{ reverts: fails && !isInside, failsInside: isInside },
    moves: isInside ? [] : slipped(right, slip, othersOn(network)),
    memos: network === 'solana' ? memosFor(payouts, slip, random) : [],
  };
}

/** Some payers name whom they pay. */
function memosFor(payouts: readonly Payable[], slip: string, random: Random): string[] {
  if (slip === 'memo') return [v5('somebody else', MEMO_NAMESPACE)];
  return random.pick([[], ['thanks'], payouts.map(({ id }) => id)] as const).slice();
}
/** Only to make an id out of a name. */
const MEMO_NAMESPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

function slipped(
  moves: Moved[],
  slip: keyof typeof SLIPS,
  other: { token: string; account: string },
): Moved[] {
  switch (slip) {
    case 'amount':
      return moves.map((move) => ({ ...move, units: move.units - 1n }));
    case 'address':
      return moves.map((move) => ({ ...move, to: other.account }));
    case 'token':
      return moves.map((move) => ({ ...move, token: other.token }));
    case 'sender':
      return moves.map((move) => ({ ...move, from: other.account }));
    case 'nothing':
      return [];
    case 'fewer':
      return moves.filter(
        (move, index) =>
          index === moves.findIndex((other) => other.to === move.to && other.units === move.units),
      );
    default:
      return moves;
  }
}

/** The same again at another price, under the same nonce: of the two only one lands. */
export function repriced(transaction: Transaction): Transaction {
  const hash = hashFrom(`${transaction.told.id} repriced`);
  return { ...transaction, hash, told: { ...transaction.told, id: hash, hash } };
}

/** What the chain calls it. */
export const hashOf = ({ kind, id }: Pick<ToldAttempt, 'kind' | 'id'>): string =>
  kind === 'safe' ? hashFrom(`${id} executed`) : id;

/** Whoever executes a Safe's transaction has a key for it alone. */
export const executorOf = (hash: string): string => `0x${hashFrom(`${hash} executor`).slice(-40)}`;

/** EVM addresses are numbers, in whatever case they are written. */
export const addressIn = (address: string): string =>
  address.startsWith('0x') ? address.toLowerCase() : address;

/** Whose nonce, or whose Safe's. */
export const accountOf = ({ sender, safe }: ToldAttempt): string => sender ?? safe ?? '';

/** Which moves of a transaction pay this payout, judged by nothing but the plain facts. */
export function paymentsIn(
  { network, reverts, moves, memos }: Transaction,
  { id, address, amountMicro }: Payable,
): number[] {
  const { token: ours, senders } = paidInOn(network);
  const named = memos.filter(isStoredUuid);
  if (reverts || (named.length > 0 && !named.includes(id))) return [];
  return [...moves.keys()].filter((index) => {
    const { token, from, to, units } = moves[index] as Moved;
    const isOurs = token === ours && senders.includes(from);
    return isOurs && to === addressIn(address) && units === unitsOn(network, amountMicro);
  });
}

/** Where the move is in its transaction: among the logs of the block, or by its instruction. */
export const positionOf = (network: string, firstLog: number, index: number): number =>
  network === 'solana' ? index * 1000 : firstLog + index;

/** Solana's slots run on where no block is made. */
const SLOTS_AHEAD = 1000;

/** By which number a network tells of a block. */
export const numberIn = (network: string, { number }: { number: number }): number =>
  network === 'solana' ? number + SLOTS_AHEAD : number;

/** By what the chain tells it from others, in numbers that JSON can hold. */
export function asTold(attempt: Attempt): ToldAttempt {
  const { id, kind, sender, safe, nonce, last_valid_block_height: height } = attempt;
  return {
    ...{ id, kind },
    ...(sender !== undefined && { sender }),
    ...(safe !== undefined && { safe }),
    ...(nonce !== undefined && { nonce: Number(nonce) }),
    ...(height !== undefined && { last_valid_block_height: Number(height) }),
  };
}
