/** Who looks after what was not paid, or not as it should: they know no more than payers do. */
import type { PayersOperation, ToldAttempt } from '../history/steps.ts';
import { arn } from '../model/observation.ts';
import type { Chain } from './chain.ts';
import { type Ask, isTaken, look, payableOf, paymentOf, type Shown } from './shown.ts';
import { asTold, paymentsIn } from './transactions.ts';

type Inspecting = Extract<PayersOperation, { kind: 'inspect' }>;

/**
 * Looks after a payout: says that it was sent where the chain has a payment of which nobody has told,
 * and that those attempts are dead of which the chain makes sure that they are, or never pay it.
 */
export async function inspect(
  { operator, payout, note }: Inspecting,
  chain: Chain,
  ask: Ask,
): Promise<void> {
  const shown = await look(operator, payout, ask);
  if (!shown) return;
  const { network, status, attempts = [], review } = shown;
  const paid = status === 'processing' ? paymentOf(chain, shown) : undefined;
  if (paid) {
    const said = await ask({ kind: 'sent', operator, payout, hash: paid.hash });
    if (said?.status === 200) return;
  }
  const others = chain
    .sentFor(shown.id)
    .filter(({ told }) => !attempts.some(({ id }) => id === told.id));
  const isOver = others.every(({ told }) => isOut(chain, network, told, shown));
  const dead = attempts
    .filter(({ state, by }) => state === 'open' && by !== arn(operator))
    .filter(
      (attempt) => isOver && (isOut(chain, network, asTold(attempt), shown) || isTaken(attempt)),
    )
    .map(({ id }) => id);
  if (status === 'processing' && dead.length > 0)
    await ask({ kind: 'review', operator, payout, dead, note });
  else if (review) await ask({ kind: 'review', operator, payout, dead: [], note });
}

/** Whether it is certain that it has not paid and never will. */
const isOut = (chain: Chain, network: string, told: ToldAttempt, shown: Shown): boolean => {
  const found = chain.finalOf(told);
  return found
    ? paymentsIn(found.transaction, payableOf(shown)).length === 0
    : chain.canNeverLand(network, told);
};
