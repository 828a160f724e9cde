/** What left a network on a day by its chain, held against what the books say left. */
import { decimalText, MICRO_DECIMALS } from '../money.ts';
import { addressOn } from '../networks/index.ts';
import type { Payout } from '../payout.ts';
import { isTo, unitsOfMicro } from './evidence.ts';
import type { PaidIn, PlacedTransfer } from './on-chain.ts';

/** A transfer by the books: what a payout rests on. */
export type BookedTransfer = Pick<PlacedTransfer, 'block' | 'at'> & { amount_micro: bigint };

/** Why a transfer of the books is not one of the chain. */
export type BooksDiffer =
  | 'not_on_chain'
  | 'payout_differs'
  | 'block_differs'
  | 'amount_differs'
  | 'address_differs'
  | 'token_differs'
  | 'sender_differs';

/**
 * How the transfer on the chain differs from what the books say of it; undefined where it does not.
 * `payout` is the one that rests on it, undefined where it does not any more.
 */
export function differenceOf(
  booked: BookedTransfer,
  payout: Pick<Payout, 'network' | 'address' | 'amount_micro'> | undefined,
  transfer: PlacedTransfer | undefined,
  { token, decimals, senders }: PaidIn,
): BooksDiffer | undefined {
  if (payout?.amount_micro !== booked.amount_micro) return 'payout_differs';
  if (!transfer) return 'not_on_chain';
  if (transfer.block !== booked.block || transfer.at !== booked.at) return 'block_differs';
  if (transfer.units !== unitsOfMicro(booked.amount_micro, decimals)) return 'amount_differs';
  if (!isTo(transfer, addressOn(payout.network, payout.address))) return 'address_differs';
  if (transfer.token !== token) return 'token_differs';
  return senders.includes(transfer.from) ? undefined : 'sender_differs';
}

/**
 * What left by the chain and by the books, in micro-units, exact as text; and how far apart the two
 * are, never below zero, as a number for the metric.
 */
export function sumsOf(
  transfers: readonly Pick<PlacedTransfer, 'units'>[],
  booked: readonly Pick<BookedTransfer, 'amount_micro'>[],
  decimals: number,
): { chain_micro: string; books_micro: string; difference_micro: number } {
  // With the token's decimals as places, since it can leave in parts of a micro-unit.
  const units = transfers.reduce((sum, transfer) => sum + transfer.units, 0n);
  const chain = units * 10n ** BigInt(MICRO_DECIMALS);
  const books = booked.reduce((sum, { amount_micro }) => sum + amount_micro, 0n);
  const difference = chain - books * 10n ** BigInt(decimals);
  return {
    chain_micro: decimalText(chain, decimals),
    books_micro: String(books),
    // Stryker disable next-line EqualityOperator: zero has no sign
    difference_micro: Number(decimalText(difference < 0n ? -difference : difference, decimals)),
  };
}
