/** Reads from the options what is about to be sent; lib/settlement/attempts.ts says what each is. */
import type { AttemptKind, AttemptReport } from '../../../lib/settlement/records.ts';
import { UsageError } from '../../problem.ts';
import type { Option, Values } from './operator-options.ts';

/** What tells the kinds apart, beside the hash, which is called differently in each. */
const KINDS = {
  evm: { by: ['sender', 'nonce'], hash: 'hash' },
  safe: { by: ['safe', 'nonce'], hash: 'safe_tx_hash' },
  solana: { by: ['last-valid-block-height'], hash: 'signature' },
} as const satisfies Record<AttemptKind, { by: Option[]; hash: string }>;

export const ATTEMPT_OPTIONS = [
  ...new Set(Object.values(KINDS).flatMap(({ by }) => by)),
] as readonly Option[];

/** The body of the request. Throws UsageError unless the options are those of exactly one kind. */
export function attemptOf(values: Values): AttemptReport {
  const given = ATTEMPT_OPTIONS.filter((option) => values[option] !== undefined);
  const kind = (Object.keys(KINDS) as AttemptKind[]).find(
    (kind) => `${given}` === `${ATTEMPT_OPTIONS.filter((option) => isOf(kind, option))}`,
  );
  if (kind === undefined)
    throw new UsageError(
      'attempt needs --sender and --nonce of a key, --safe and --nonce of a Safe, or --last-valid-block-height on Solana.',
    );
  const { tx, sender, safe, nonce, 'last-valid-block-height': height } = values;
  return {
    kind,
    ...(sender && { sender }),
    ...(safe && { safe }),
    ...(nonce && { nonce: BigInt(nonce) }),
    ...(height && { last_valid_block_height: BigInt(height) }),
    [KINDS[kind].hash]: tx,
  };
}

const isOf = (kind: AttemptKind, option: Option): boolean =>
  (KINDS[kind].by as readonly Option[]).includes(option);
