/** Payouts as an operator has claimed them, for tests of what is made of them. */
import type { PayoutWithHistory } from '../../../../lib/settlement/payout-with-history.ts';

export const ETHEREUM_USDC = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48';
export const POLYGON_USDC = '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359';
export const SOLANA_USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
export const SAFE = '0xA77DE01e157f9f57C7c4A326eeE9C4874D0598b6';

/** Of EIP-55, with its checksum. */
export const RECEIVER = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
export const SOLANA_RECEIVER = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';

/** The n-th of them, a second after the one before it. */
export function claimed(n: number, other: Partial<PayoutWithHistory> = {}): PayoutWithHistory {
  const at = new Date(Date.UTC(2026, 10, 27, 12) + n * 1000).toISOString();
  return {
    id: `019e0000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    user_id: '00000000-0000-4000-8000-000000000001',
    amount_micro: 25_000_000n,
    network: 'ethereum',
    address: RECEIVER,
    status: 'processing',
    requested_at: at,
    history: [
      { status: 'requested', at, by: 'user' },
      { status: 'processing', at, by: 'arn:aws:iam::000000000000:user/local' },
    ],
    ...other,
  };
}

/** As many, each to an address of its own. */
export const toMany = (count: number, other: Partial<PayoutWithHistory> = {}) =>
  Array.from({ length: count }, (_, n) =>
    claimed(n, { address: `0x${String(n + 1).padStart(40, 'a')}`, ...other }),
  );
