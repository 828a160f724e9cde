/**
 * Who pays. Payers know only what the service and the chain tell at the moment: they may be gone
 * after any step, and another of their name goes on.
 */
import bs58 from 'bs58';
import { Random } from '../history/random.ts';
import type { PayersOperation, PayoutRef, ToldAttempt } from '../history/steps.ts';
import { arn } from '../model/observation.ts';
import type { Chain } from './chain.ts';
import { type Ask, look, payableOf, paymentOf, type Shown } from './shown.ts';
import {
  asTold,
  bytesFrom,
  hashFrom,
  isVerified,
  repriced,
  SAFE,
  SENDER,
  type Transaction,
  transactionOf,
} from './transactions.ts';

type Paying = Extract<PayersOperation, { kind: 'pay' }>;
type PayingMany = Extract<PayersOperation, { kind: 'payMany' }>;

/** How long a blockhash lives. */
const HEIGHTS_VALID = 150;
/** How often a wallet prices a transaction anew. */
const REPRICED = 0.12;

/** A transaction that nobody has made before: its name is drawn from `seed`. */
export function newAttempt(
  chain: Chain,
  { network, seed, through, ahead = 0, nonce }: Wanted,
): ToldAttempt {
  if (network === 'solana') {
    const signature = bs58.encode(bytesFrom(seed, 'sha512'));
    const last_valid_block_height = chain.height + HEIGHTS_VALID;
    return { id: signature, kind: 'solana', signature, last_valid_block_height };
  }
  const id = hashFrom(seed);
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
  { operator, payout, steps, early, tells, ...wishes }: Paying,
  name: string,
  chain: Chain,
  ask: Ask,
): Promise<void> {
  for (let step = 0; step < steps; step++) {
    const shown = await look(operator, payout, ask);
    if (!shown || !isPayable(shown)) return;
    const { network, status, attempts = [] } = shown;
    const isMine = shown.history.at(-1)?.by === arn(operator);
    if (status === 'requested') {
      const claimed = await ask({ kind: 'claim', operator, payout });
      // What was refused stays so for now; what was not answered may have been taken.
      if (claimed && claimed.status !== 200) return;
      continue;
    }
    if (status !== 'processing' || !isMine) return;
    const living = attempts.filter(({ state }) => state === 'open').map(asTold);
    const unsent = living.find(
      (told) =>
        !chain.isKnown(told) && !chain.canNeverLand(network, told) && !chain.ofMany.has(told.id),
    );
    const paid = paymentOf(chain, shown) ?? (early ? landedOf(chain, shown) : undefined);
    const record = (nonce?: number) =>
      ask({
        ...{ kind: 'attempt', operator, payout },
        told: newAttempt(chain, { ...wishes, network, nonce, seed: `${name} ${step}` }),
      });
    if (paid) {
      if (!tells && isVerified(network) && chain.finalOf(paid.told)) return;
      const said = await ask({ kind: 'sent', operator, payout, hash: paid.hash });
      if (said && said.status !== 200) return;
    } else if (unsent) send(chain, transactionOf(network, unsent, [payableOf(shown)]));
    else if (living.length === 0) await record();
    else if (wishes.replaces && living[0]?.nonce !== undefined && step === 0)
      await record(living[0].nonce);
    // There is nothing to do but to wait.
    else return;
  }
}

/** A wallet may price its transaction anew, of which it tells nobody. */
function send(chain: Chain, transaction: Transaction): void {
  chain.broadcast(transaction);
  const { id, kind } = transaction.told;
  if (kind === 'evm' && new Random(`${id} price`).chance(REPRICED))
    chain.broadcast(repriced(transaction));
}

/**
 * Claims these payouts and records one transaction for all of them, which is sent only when all have
 * taken it: whoever else finds it with one of them does not know the others, and leaves it alone.
 */
export async function payMany(
  { operator, payouts, through, ahead }: PayingMany,
  name: string,
  chain: Chain,
  ask: Ask,
): Promise<void> {
  const chosen: { ref: PayoutRef; shown: Shown }[] = [];
  for (const ref of payouts) {
    const first = await look(operator, ref, ask);
    if (!first || !isPayable(first)) continue;
    if (first.status === 'requested') await ask({ kind: 'claim', operator, payout: ref });
    const shown = first.status === 'requested' ? await look(operator, ref, ask) : first;
    const isMine = shown?.status === 'processing' && shown.history.at(-1)?.by === arn(operator);
    const isFree = (shown?.attempts ?? []).every(({ state }) => state === 'dead');
    const fits = shown?.network === (chosen[0]?.shown ?? shown)?.network;
    if (shown && isMine && isFree && fits) chosen.push({ ref, shown });
  }
  const network = chosen[0]?.shown.network;
  if (network === undefined) return;
  const told = newAttempt(chain, { network, seed: `${name} many`, through, ahead });
  chain.ofMany.add(told.id);
  for (const { ref } of chosen) {
    const taken = await ask({ kind: 'attempt', operator, payout: ref, told });
    if (taken?.status !== 200) return;
  }
  send(
    chain,
    transactionOf(
      network,
      told,
      chosen.map(({ shown }) => payableOf(shown)),
    ),
  );
}

/** One that has landed and is not final, of which somebody in a hurry says that it is sent. */
const landedOf = (chain: Chain, { id, network }: Shown): Transaction | undefined =>
  isVerified(network)
    ? chain.sentFor(id).find(({ told }) => chain.hasLanded(told) && !chain.finalOf(told))
    : undefined;

const isPayable = ({ network }: Shown): boolean =>
  ['solana', 'ethereum', 'polygon'].includes(network);
