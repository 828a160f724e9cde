/**
 * Who pays, and who looks after what was not paid. Both know only what the service and the chain
 * tell at the moment: they may be gone after any step, and another of their name goes on.
 */
import { createHash } from 'node:crypto';
import bs58 from 'bs58';
import type { Operation, PayersOperation, PayoutRef, ToldAttempt } from '../history/steps.ts';
import type { Attempt } from '../model/model.ts';
import { arn, type Seen } from '../model/observation.ts';
import { type Chain, SAFE, SENDER } from './chain.ts';

/** The payout as the service shows it to operators, as far as it matters here. */
type Shown = {
  id: string;
  network: string;
  status: string;
  history: { by: string }[];
  attempts?: Attempt[];
};

/** What they ask of the service, for which there is an observation each. */
export type PayersRequest = Extract<
  Operation,
  { kind: 'show' | 'claim' | 'attempt' | 'sent' | 'review' }
>;
export type Ask = (request: PayersRequest) => Promise<Seen | undefined>;

type Paying = Extract<PayersOperation, { kind: 'pay' }>;
type Inspecting = Extract<PayersOperation, { kind: 'inspect' }>;

/** How long a blockhash lives. */
const HEIGHTS_VALID = 150;

/** A transaction that nobody has made before: its name is drawn from `seed`. */
export function newAttempt(
  chain: Chain,
  { network, seed, through, ahead = 0, nonce }: Wanted,
): ToldAttempt {
  if (network === 'solana') {
    const signature = bs58.encode(createHash('sha512').update(seed).digest());
    const last_valid_block_height = chain.height + HEIGHTS_VALID;
    return { id: signature, kind: 'solana', signature, last_valid_block_height };
  }
  const id = `0x${createHash('sha256').update(seed).digest('hex')}`;
  const account = through === 'evm' ? SENDER : SAFE;
  const place = { nonce: nonce ?? chain.nextNonce(network, account) + ahead };
  return through === 'evm'
    ? { id, kind: 'evm', sender: SENDER, ...place, hash: id }
    : { id, kind: 'safe', safe: SAFE, ...place, safe_tx_hash: id };
}
type Wanted = {
  network: string;
  seed: string;
  through: 'evm' | 'safe';
  ahead?: number;
  /** That of the transaction that it replaces. */
  nonce?: number | undefined;
};

/** Pays step by step, each after another look. `name` tells this payer's transactions from others'. */
export async function pay(
  { operator, payout, steps, ...wishes }: Paying,
  name: string,
  chain: Chain,
  ask: Ask,
): Promise<void> {
  for (let step = 0; step < steps; step++) {
    const shown = await look(operator, payout, ask);
    if (!shown || !isPayable(shown)) return;
    const { network } = shown;
    const isMine = shown.history.at(-1)?.by === arn(operator);
    if (shown.status === 'requested') {
      const claimed = await ask({ kind: 'claim', operator, payout });
      // What was refused stays so for now; what was not answered may have been taken.
      if (claimed && claimed.status !== 200) return;
      continue;
    }
    if (shown.status !== 'processing' || !isMine) return;
    const { attempts = [] } = shown;
    const landed = attempts.find(chain.hasLanded);
    const living = attempts.filter(({ state }) => state === 'open').map(asTold);
    const unsent = living.find(
      (told) => !chain.isKnown(told) && !chain.canNeverLand(network, told),
    );
    const record = (nonce?: number) =>
      ask({
        ...{ kind: 'attempt', operator, payout },
        told: newAttempt(chain, { ...wishes, network, nonce, seed: `${name} ${step}` }),
      });
    if (landed) await ask({ kind: 'sent', operator, payout, hash: landed.id });
    else if (unsent) chain.broadcast({ network, payout: shown.id, told: unsent });
    else if (living.length === 0) await record();
    else if (wishes.replaces && living[0]?.nonce !== undefined && step === 0)
      await record(living[0].nonce);
    // There is nothing to do but to wait.
    else return;
  }
}

/** Says that those attempts are dead of which the chain makes sure that they are. */
export async function inspect(
  { operator, payout, note }: Inspecting,
  chain: Chain,
  ask: Ask,
): Promise<void> {
  const shown = await look(operator, payout, ask);
  const dead = (shown?.attempts ?? [])
    .map(asTold)
    .filter((told) => chain.canNeverLand(shown?.network ?? '', told))
    .map(({ id }) => id);
  if (dead.length > 0) await ask({ kind: 'review', operator, payout, dead, note });
}

async function look(operator: string, payout: PayoutRef, ask: Ask): Promise<Shown | undefined> {
  const seen = await ask({ kind: 'show', operator, payout });
  return seen?.status === 200 ? (seen.json as Shown) : undefined;
}

const isPayable = ({ network }: Shown): boolean =>
  ['solana', 'ethereum', 'polygon'].includes(network);

/** By what the chain tells it from others, in numbers that JSON can hold. */
function asTold(attempt: Attempt): ToldAttempt {
  const { id, kind, sender, safe, nonce, last_valid_block_height: height } = attempt;
  return {
    ...{ id, kind },
    ...(sender !== undefined && { sender }),
    ...(safe !== undefined && { safe }),
    ...(nonce !== undefined && { nonce: Number(nonce) }),
    ...(height !== undefined && { last_valid_block_height: Number(height) }),
  };
}
