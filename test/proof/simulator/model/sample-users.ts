/** Users, rewards and payouts for the model's own tests. */
import { newUser, type Payout, type Reward, type User } from './model.ts';

export const UNIT = 1_000_000n;
const AT = '2040-01-01T00:00:00.500Z';
export const NOW = Date.parse(AT);

export const reward = (amountMicro: bigint, unlocksAt = '2039-01-01T00:00:00.000Z'): Reward => ({
  amountMicro,
  unlocksAt,
  grantedAt: '2039-01-01T00:00:00.000Z',
  source: 'referral',
  reversed: false,
});
export const payout = (
  id: string,
  amountMicro: bigint,
  ...statuses: ('processing' | 'sent' | 'cancelled')[]
): Payout => ({
  id,
  amountMicro,
  network: 'polygon',
  address: '0xde709f2102306220921060314715629080e2fb77',
  ...(!statuses.includes('cancelled') && { limit_day: AT.slice(0, 10) }),
  history: [
    { status: 'requested', at: AT, by: 'user' },
    ...statuses.map((status) => ({ status, at: AT, by: 'user' })),
  ],
});
export const rich: User = { ...newUser(), rewards: { r: reward(30n * UNIT) } };
export const having = (before: User, ...payouts: Payout[]): User => ({
  ...before,
  payouts: { ...before.payouts, ...Object.fromEntries(payouts.map((each) => [each.id, each])) },
});
