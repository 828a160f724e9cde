/** How many payouts one run of SettleByChain can look at, and how many of them that takes. */
import { FUNCTIONS } from '../../../infra/compute/catalogue.ts';
import { CALL_MS } from '../cost/operations.ts';
import { type Chain, CPU_MS_A_CALL, PER_SECOND, PROVIDER_MS } from './assumed.ts';
import { constantIn } from './source-constants.ts';

const { timeoutSeconds, everyMinutes } = FUNCTIONS.SettleByChain;

/**
 * A run ends a second before its time-out. It asks once for each transaction, which pays `batch`
 * payouts; each of these is read twice, for which there is one thread.
 */
export function looksOfARun({ rounds }: Chain, batch: number): number {
  const atOnce = constantIn('lib/store/payouts/chain/settle-watched.ts', 'AT_ONCE');
  const cpuMs = 2 * CPU_MS_A_CALL;
  const lookMs = (rounds * PROVIDER_MS) / batch + 2 * CALL_MS + cpuMs;
  return ((timeoutSeconds - 1) * 1000) / Math.max(lookMs / atOnce, cpuMs);
}

/** By one run after the other. */
export const settledADay = (chain: Chain, batch: number): number =>
  (looksOfARun(chain, batch) / chain.looks) * ((24 * 60) / everyMinutes);

/** For all payouts, if all are on this chain. */
export const functionsAtOnce = (chain: Chain, batch: number): number =>
  Math.ceil((PER_SECOND * 60 * everyMinutes * chain.looks) / looksOfARun(chain, batch));
