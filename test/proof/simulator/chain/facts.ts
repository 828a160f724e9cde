/**
 * What the model's chain proves of what the service has decided. What a transaction pays is judged by
 * the service's own rules where those say why not; whether it pays, by plain facts beside them.
 */
import { isDeepStrictEqual } from 'node:util';
import { matchOf } from '../../../../lib/settlement/evidence.ts';
import type { Fate, FinalTransaction } from '../../../../lib/settlement/on-chain.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { isWatched } from '../model/looks.ts';
import { type Attempt, type Evidence, type Payout, statusOf } from '../model/model.ts';
import type { Sighted } from '../model/sent-by-hand.ts';
import type { Chain, Found } from './chain.ts';
import {
  asTold,
  executorOf,
  hashOf,
  isVerified,
  numberIn,
  paidInOn,
  paymentsIn,
  positionOf,
  type Transaction,
} from './transactions.ts';

/** The items of the Evidence table, by `network#transaction`, a space, and the position. */
export type Taken = ReadonlyMap<string, Record<string, unknown>>;

const keyOf = (network: string, hash: string, position: number | bigint): string =>
  `${network}#${hash} ${String(position).padStart(10, '0')}`;

/** As the service speaks of it. */
const finalTransaction = ({ transaction, block, landed }: Found): FinalTransaction => {
  const { network, told, hash, reverts, failsInside, moves, memos } = transaction;
  const placed = moves.map((move, index) => ({
    ...move,
    position: positionOf(network, landed.firstLog, index),
  }));
  const outcome = { safe: told.safe ?? '', safe_tx_hash: told.id, succeeded: !failsInside };
  return {
    ...{
      id: hash,
      block: BigInt(numberIn(network, block)),
      at: rfc3339(block.timeMs),
      succeeded: !reverts,
    },
    transfers: reverts ? [] : placed,
    memos: reverts ? [] : [...memos],
    safeOutcomes: told.kind === 'safe' && !reverts ? [outcome] : [],
  };
};

/** What is final of an attempt. */
export function fateOf(chain: Chain, network: string, attempt: Attempt): Fate {
  const found = chain.finalOf(attempt);
  if (found) return { is: 'final', transaction: finalTransaction(found) };
  const { number } = chain.ledger(network).final;
  const cause = attempt.kind === 'solana' ? 'expired' : 'nonce_passed';
  return chain.canNeverLand(network, asTold(attempt))
    ? { is: 'gone', cause, height: BigInt(number) }
    : { is: 'open' };
}

export const isTakenFrom =
  (taken: Taken, network: string, hash: string, payout: string) =>
  (position: number): boolean => {
    const item = taken.get(keyOf(network, hash, position));
    return item !== undefined && item.payout_id !== payout;
  };

/** The transfers that pay the payout and are nobody else's evidence, where the transaction is final. */
function freePayments(chain: Chain, taken: Taken, payout: Payout, hash: string): Evidence[] {
  const found = chain.finalOf({ id: hash });
  if (!found) return [];
  const { transaction, block, landed } = found;
  const isTaken = isTakenFrom(taken, payout.network, transaction.hash, payout.id);
  return paymentsIn(transaction, payout)
    .map((index) => positionOf(transaction.network, landed.firstLog, index))
    .filter((position) => !isTaken(position))
    .map((position) => ({
      position: BigInt(position),
      ...{ block: BigInt(numberIn(payout.network, block)), at: rfc3339(block.timeMs) },
    }));
}

/** What is to be seen of the transaction of which somebody says that it has paid. */
export function sightedOf(chain: Chain, taken: Taken, payout: Payout, hash: string): Sighted {
  const { network } = payout;
  const attempt =
    network === 'solana'
      ? ({ id: hash, kind: 'solana', signature: hash } as const)
      : ({ id: hash, kind: 'evm', hash } as const);
  const signed = chain.sent(hash);
  const told = signed?.hash === hash ? signed.told : undefined;
  const fate = fateOf(chain, network, { ...attempt, state: 'open', by: '', recorded_at: '' });
  const evidence = freePayments(chain, taken, payout, hash);
  return {
    evidence,
    mismatch: evidence.length > 0 ? undefined : mismatchOf(fate, taken, payout),
    reported: [
      attempt,
      ...(told?.nonce !== undefined && told.sender !== undefined
        ? [{ ...attempt, sender: told.sender, nonce: BigInt(told.nonce) }]
        : []),
      ...(told?.safe !== undefined ? [{ ...attempt, sender: executorOf(hash), nonce: 0n }] : []),
    ],
  };
}

function mismatchOf(fate: Fate, taken: Taken, payout: Payout): string | undefined {
  if (fate.is !== 'final') return undefined;
  const { transaction } = fate;
  const isTaken = isTakenFrom(taken, payout.network, transaction.id, payout.id);
  const match = matchOf(transaction, paidOf(payout), paidInOn(payout.network), isTaken);
  return 'mismatch' in match ? match.mismatch : undefined;
}

/** As the service's own rules want it. */
export const paidOf = ({ id, network, address, amountMicro: amount_micro }: Payout) => ({
  ...{ id, network, address, amount_micro },
});

/**
 * What is wrong with payouts by their chain: each that was sent rests on a transfer of its own that is
 * final and right; nothing was given back that a transaction of it has paid or still may; none was
 * paid twice.
 */
export function chainFaults(chain: Chain, taken: Taken, payout: Payout): string[] {
  const { id, network, evidence } = payout;
  const status = statusOf(payout);
  if (status === 'sent' && isVerified(network)) {
    const hash = payout.history.at(-1)?.tx_hash ?? '';
    const free = freePayments(chain, taken, payout, hash);
    if (!evidence || !free.some((one) => isDeepStrictEqual(one, evidence)))
      return [`payout ${id} is sent by ${hash}, which does not pay it, or not for good`];
    if (taken.get(keyOf(network, hash, evidence.position))?.payout_id !== id)
      return [`payout ${id} is sent by ${hash}, without its evidence`];
  }
  const sent = chain.sentFor(id);
  const paying = sent.filter(({ hash }) => freePayments(chain, taken, payout, hash).length > 0);
  if (paying.length > 1)
    return [`payout ${id} was paid by ${paying.map(({ hash }) => hash).join(', and by ')}`];
  if (status === 'processing' || status === 'sent') return [];
  return sent
    .filter((transaction) => paying.includes(transaction) || mayPay(chain, transaction))
    .map(({ told }) => `payout ${id} is ${status}, for all of ${told.id}`);
}

const mayPay = (chain: Chain, { network, told }: Transaction): boolean =>
  !chain.finalOf(told) && !chain.canNeverLand(network, told);

/** Those of which a recorded attempt has paid, as their chain shows, and that are not sent. */
export const isUnsettled = (chain: Chain, taken: Taken, payout: Payout): boolean =>
  isVerified(payout.network) &&
  statusOf(payout) === 'processing' &&
  (payout.attempts ?? []).some(
    (attempt) =>
      isWatched(attempt) && freePayments(chain, taken, payout, hashOf(attempt)).length > 0,
  );
