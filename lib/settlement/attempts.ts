/** Attempts: what is about to be sent for a payout is recorded first, so that no refund overtakes it. */
import { isDeepStrictEqual } from 'node:util';
import { invalidField } from '../errors.ts';
import { evmAddress } from '../networks/evm.ts';
import { attemptKindsOn, txHashOn } from '../networks/index.ts';
import type { PayoutWithHistory } from './payout-with-history.ts';
import { ATTEMPTS_MAX, type Attempt, type AttemptReport } from './records.ts';
import { livingAttempts, mustNotBeSent, notActionable } from './transitions.ts';

/** What each field must be. */
const MUST = {
  kind: 'one of the payout’s network: evm or safe on an EVM chain, solana on Solana',
  sender: 'the address that sends it, 0x and 40 hex digits',
  safe: 'the address of the Safe, 0x and 40 hex digits',
  nonce: 'a JSON integer from 0 to 9223372036854775807',
  hash: 'the hash of a transaction on the network of the payout, and no placeholder',
  safe_tx_hash: 'the hash that the Safe gives its transaction, 0x and 64 hex digits',
  signature: 'the first signature of a transaction on Solana, and no placeholder',
  last_valid_block_height: 'a JSON integer from 0 to 9223372036854775807',
} satisfies Record<keyof AttemptReport, string>;

/**
 * The payout with this attempt, or the very same object when it has it already. Throws
 * `invalid_args` for what the payout's network does not know, and `payout_not_actionable` unless
 * the payout is claimed by whoever records it and has room for it, or when it has another attempt
 * of this id; and `payout_may_be_sent` beside a living attempt, unless only one of the two can land,
 * and while somebody has to look at the payout first.
 */
export function withAttempt(
  payout: PayoutWithHistory,
  report: AttemptReport,
  by: string,
  at: string,
): PayoutWithHistory {
  const told = asTold(report, payout.network);
  const attempts = payout.attempts ?? [];
  const known = attempts.find(({ id }) => id === told.id);
  if (known) {
    const { state: _, recorded_at: __, death: ___, proof: ____, found: _____, ...content } = known;
    if (isDeepStrictEqual(content, { ...told, by }) && mayStillPay(payout, known)) return payout;
    throw notActionable(payout, by);
  }
  if (payout.status !== 'processing' || payout.history.at(-1)?.by !== by)
    throw notActionable(payout, by);
  if (attempts.length >= ATTEMPTS_MAX) {
    const message = `The payout has ${ATTEMPTS_MAX} attempts, and no more are kept.`;
    throw notActionable(payout, by, message);
  }
  const attempt: Attempt = { ...told, state: 'open', by, recorded_at: at };
  mustNotBeSent(
    payout,
    livingAttempts(payout).filter((other) => !excludes(attempt, other)),
  );
  return { ...payout, attempts: [...attempts, attempt] };
}

/**
 * Whoever repeats an attempt may be about to send it: so one that is dead, of which the chain shows
 * something else than was meant, or whose payout has ended by another transaction, is no repetition.
 */
const mayStillPay = ({ status }: PayoutWithHistory, { state, found }: Attempt): boolean =>
  status === 'processing' ? state !== 'dead' && !found : state === 'landed';

/**
 * Whether only one of the two can ever land: those of one sender, or of one Safe, with one nonce; a
 * Safe has no sender, and a key no Safe. On Solana nothing tells before a block height is passed,
 * which a review then says.
 */
const excludes = (one: Attempt, other: Attempt): boolean =>
  one.kind !== 'solana' &&
  one.nonce === other.nonce &&
  one.sender === other.sender &&
  one.safe === other.safe;

/** Those fields that its kind has, each in its one spelling; the id is what the chain will call it. */
function asTold(report: AttemptReport, network: string) {
  const { kind } = report;
  if (!attemptKindsOn(network).includes(kind))
    throw invalidField('kind', 'is not allowed', MUST.kind);
  const field = <Name extends keyof AttemptReport, Value>(
    name: Name,
    read: (given: NonNullable<AttemptReport[Name]>) => Value | undefined,
  ): Value => {
    const given = report[name];
    if (given === undefined) throw invalidField(name, 'is missing', MUST[name]);
    const value = read(given as NonNullable<AttemptReport[Name]>);
    if (value === undefined) throw invalidField(name, 'is not allowed', MUST[name]);
    return value;
  };
  const hash = (text: string) => txHashOn(network, text);
  const count = (given: bigint) => given;
  switch (kind) {
    case 'evm': {
      const sender = field('sender', evmAddress);
      const nonce = field('nonce', count);
      const id = field('hash', hash);
      return { id, kind, sender, nonce, hash: id };
    }
    case 'safe': {
      const safe = field('safe', evmAddress);
      const nonce = field('nonce', count);
      const id = field('safe_tx_hash', hash);
      return { id, kind, safe, nonce, safe_tx_hash: id };
    }
    case 'solana': {
      const id = field('signature', hash);
      const last_valid_block_height = field('last_valid_block_height', count);
      return { id, kind, signature: id, last_valid_block_height };
    }
  }
}
