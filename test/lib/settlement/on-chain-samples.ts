/** What a chain may say of a payout, for the rules that judge it. */
import type { FinalTransaction, PaidIn, Transfer } from '../../../lib/settlement/on-chain.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import type { Attempt } from '../../../lib/settlement/records.ts';
import { ANN, AT, claimedOn } from './claimed-payout.ts';

const hex = (digits: string, length: number) => `0x${digits.repeat(length / digits.length)}`;

export const TOKEN = hex('a1', 40);
export const PAYER = hex('b2', 40);
export const OTHER = hex('c3', 40);
export const TX = hex('d4', 64);
export const TX_2 = hex('d5', 64);
export const SAFE_TX = hex('e5', 64);

export const PAID_IN: PaidIn = { token: TOKEN, decimals: 6, senders: [PAYER, hex('b3', 40)] };

export const claimed: PayoutWithHistory = claimedOn('ethereum');

/** Of exactly what is to be paid, in the one spelling of the network. */
export const transfer = (other: Partial<Transfer> = {}): Transfer => ({
  ...{ position: 3, token: TOKEN, from: PAYER, to: claimed.address.toLowerCase() },
  units: claimed.amount_micro,
  ...other,
});

export const transaction = (other: Partial<FinalTransaction> = {}): FinalTransaction => ({
  ...{ id: TX, block: 77n, at: '2026-11-22T09:45:00.000Z', succeeded: true },
  ...{ transfers: [transfer()], memos: [], safeOutcomes: [] },
  ...other,
});

export const attempt = (other: Partial<Attempt> = {}): Attempt => ({
  ...{ id: TX, kind: 'evm', sender: PAYER, nonce: 4n, hash: TX },
  ...{ state: 'open', by: ANN, recorded_at: '2026-11-22T09:40:00.000Z' },
  ...other,
});

export const safeAttempt = (other: Partial<Attempt> = {}): Attempt => ({
  ...{ id: SAFE_TX, kind: 'safe', safe: PAYER, nonce: 4n, safe_tx_hash: SAFE_TX },
  ...{ state: 'open', by: ANN, recorded_at: '2026-11-22T09:40:00.000Z' },
  ...other,
});

/** What the payer's Safe says of its transaction. */
export const outcome = (succeeded: boolean, other: object = {}) => ({
  ...{ safe: PAYER, safe_tx_hash: SAFE_TX, succeeded },
  ...other,
});

export { AT };
