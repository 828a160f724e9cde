/** What those who pay, and those who look after payouts, are told of one by the service and the chain. */
import type { Operation, PayoutRef } from '../history/steps.ts';
import type { Attempt } from '../model/model.ts';
import type { Seen } from '../model/observation.ts';
import type { Chain } from './chain.ts';
import type { Payable, Transaction } from './transactions.ts';

/** The payout as the service shows it to operators, as far as it matters here. */
export type Shown = {
  id: string;
  network: string;
  address: string;
  amount_micro: bigint;
  status: string;
  history: { by: string }[];
  attempts?: Attempt[];
  review?: object;
};

/** What they ask of the service, for which there is an observation each. */
export type PayersRequest = Extract<
  Operation,
  { kind: 'show' | 'claim' | 'attempt' | 'sent' | 'review' }
>;
export type Ask = (request: PayersRequest) => Promise<Seen | undefined>;

/** The service has found its transfer to be another payout's, which the chain does not know. */
export const isTaken = ({ found }: Attempt): boolean => found === 'transfer_taken';

/** What was sent for it and has paid it for good, as far as that is nobody else's. */
export const paymentOf = (chain: Chain, shown: Shown): Transaction | undefined => {
  const taken = (shown.attempts ?? []).filter(isTaken).map(({ id }) => id);
  const paid = chain.finalPaymentOf(payableOf(shown));
  return paid && !taken.includes(paid.told.id) ? paid : undefined;
};

export const payableOf = ({ id, address, amount_micro }: Shown): Payable => ({
  ...{ id, address },
  amountMicro: amount_micro,
});

export async function look(
  operator: string,
  payout: PayoutRef,
  ask: Ask,
): Promise<Shown | undefined> {
  const seen = await ask({ kind: 'show', operator, payout });
  return seen?.status === 200 ? (seen.json as Shown) : undefined;
}
