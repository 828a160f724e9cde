/** A wish to pay an invoice from the balance. */
import * as v from 'valibot';
import { PositiveMicro } from './money.ts';
import { BillingId } from './reward.ts';

/** The amount has to be the invoice's total. */
export const SpendRequest = v.object({ invoice_id: BillingId, amount_micro: PositiveMicro });
