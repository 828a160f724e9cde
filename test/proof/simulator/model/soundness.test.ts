/** What is found wrong with a user's stored items, and what is not. */
import { describe, expect, test } from 'vitest';
import { APPROVAL_ABOVE_MICRO } from './limits.ts';
import { type Attempt, isOpen, newUser, type Payout, requestedOn, type User } from './model.ts';
import { having, NOW, payout, reward, rich, UNIT } from './sample-users.ts';
import { inconsistencies } from './soundness.ts';

describe('books', () => {
  const books = (
    user: User,
    account: Record<string, bigint>,
    rewardStatus: Record<string, string> = { r: 'available' },
  ) => ({
    user,
    account,
    rewardStatus,
    limits: new Map([...daysOf(user)].map((day) => [day, requestedOn(user, day)])),
  });
  const daysOf = ({ payouts }: User) =>
    new Set(Object.values(payouts).flatMap(({ limit_day }) => limit_day ?? []));
  const sound = { available_micro: 30n * UNIT, lifetime_micro: 30n * UNIT };

  test('are sound when the account is the sum of its items', () => {
    expect(inconsistencies(books(rich, sound), undefined, NOW)).toEqual([]);
  });

  test('are wrong when one part is a micro-unit off', () => {
    const faults = inconsistencies(
      books(rich, { ...sound, available_micro: 30n * UNIT - 1n }),
      undefined,
      NOW,
    );
    expect(faults).toEqual([expect.stringContaining('available_micro')]);
  });

  test('are wrong when a reward was unlocked before its time', () => {
    const early: User = {
      ...newUser(),
      rewards: { r: reward(30n * UNIT, '2041-01-01T00:00:00.000Z') },
    };
    expect(inconsistencies(books(early, sound), undefined, NOW)).toEqual([
      expect.stringContaining('unlocked before'),
    ]);
  });

  test('are wrong when a payout went on after its end, changed, or is gone', () => {
    const account = { ...sound, available_micro: 29n * UNIT, paid_out_micro: UNIT };
    const sent = books(having(rich, payout('a', UNIT, 'sent')), account);
    const reopened = books(having(rich, payout('a', UNIT, 'sent', 'processing')), {
      ...account,
      paid_out_micro: 0n,
      reserved_micro: UNIT,
    });
    expect(inconsistencies(sent, sent, NOW)).toEqual([]);
    expect(inconsistencies(reopened, sent, NOW)).toEqual(['payout a went on after its end']);
    const larger = books(
      having(rich, { ...payout('a', UNIT, 'sent'), address: 'elsewhere' }),
      account,
    );
    expect(inconsistencies(larger, sent, NOW)).toEqual(['payout a: its address changed']);
    expect(inconsistencies(books(rich, sound), sent, NOW)).toEqual(['payout a is gone']);
  });
});

describe('what operators have decided', () => {
  const claimed = payout('a', UNIT, 'processing');
  const attempt = (id: string, more: Partial<Attempt> = {}): Attempt => ({
    ...{ id, kind: 'evm', sender: 's', nonce: 4n, hash: id },
    ...{ state: 'open', by: 'ann', recorded_at: '2040-01-01T00:00:00.500Z', ...more },
  });
  const approval = { by: 'ann', at: '', amount_micro: UNIT, address: claimed.address };
  const stored = (one: Payout) => ({
    user: having(rich, one),
    account: {
      lifetime_micro: 30n * UNIT,
      available_micro: 30n * UNIT - one.amountMicro,
      ...(isOpen(one) ? { reserved_micro: one.amountMicro } : { paid_out_micro: one.amountMicro }),
    },
    rewardStatus: { r: 'available' },
    limits: new Map(one.limit_day === undefined ? [] : [[one.limit_day, one.amountMicro]]),
  });
  const faults = (one: Payout, before?: Payout): string[] =>
    inconsistencies(stored(one), before && stored(before), NOW);

  test('is sound as far as the rules go', () => {
    const attempts = [attempt('x'), attempt('y')];
    expect(faults({ ...claimed, attempts })).toEqual([]);
    const sent = { ...payout('a', UNIT, 'processing', 'sent'), attempts };
    expect(
      faults({ ...sent, attempts: [attempt('x'), attempt('y', { state: 'landed' })] }),
    ).toEqual([]);
  });

  test('is wrong with a payout that was given up beside a living attempt', () => {
    expect(faults({ ...payout('a', UNIT), attempts: [attempt('x')] })).toEqual([
      'payout a is requested with a living attempt',
    ]);
    const dead = attempt('x', { state: 'dead' });
    expect(faults({ ...payout('a', UNIT), attempts: [dead] })).toEqual([]);
  });

  test('is wrong with two attempts that could both land', () => {
    const attempts = [attempt('x'), attempt('y', { nonce: 5n })];
    const both = ['payout a: more than one of its attempts could land'];
    expect(faults({ ...claimed, attempts })).toEqual(both);
    const { nonce: _, sender: __, ...solana } = attempt('x', { kind: 'solana' });
    expect(faults({ ...claimed, attempts: [solana, { ...solana, id: 'y' }] })).toEqual(both);
  });

  test('is wrong with an attempt that changed, came back to life or is gone', () => {
    const before = { ...claimed, attempts: [attempt('x', { state: 'dead' })] };
    const changed = ['payout a: attempt x changed'];
    expect(faults({ ...claimed, attempts: [attempt('x')] }, before)).toEqual(changed);
    expect(faults(claimed, before)).toEqual(changed);
    const open = { ...claimed, attempts: [attempt('x')] };
    expect(faults({ ...claimed, attempts: [attempt('x', { nonce: 5n })] }, open)).toEqual(changed);
    expect(faults(before, open)).toEqual([]);
  });

  test('is sound where somebody had vouched for the death of what was sent', () => {
    const vouched = attempt('x', { state: 'dead', death: { by: 'cat', at: '', note: 'lost' } });
    const before = { ...claimed, attempts: [vouched] };
    const sent = payout('a', UNIT, 'processing', 'sent');
    const landed = { ...vouched, state: 'landed' as const };
    expect(faults({ ...sent, attempts: [landed] }, before)).toEqual([]);
    const { death: _, ...forgotten } = landed;
    const changed = ['payout a: attempt x changed'];
    expect(faults({ ...sent, attempts: [forgotten] }, before)).toEqual(changed);
  });

  test('is wrong with a payer who approved, without an approval above the limit, or another one', () => {
    const large = payout('a', APPROVAL_ABOVE_MICRO + 1n, 'processing');
    expect(faults({ ...claimed, approval: { ...approval, by: 'user' } })).toEqual([
      'payout a: who approved it pays it',
    ]);
    const books = stored(large);
    expect(inconsistencies(books, undefined, NOW)).toContain('payout a: nobody has approved it');
    expect(
      faults({ ...claimed, approval: { ...approval, by: 'bob' } }, { ...claimed, approval }),
    ).toEqual(['payout a: its approval changed']);
  });

  test('is wrong with a claim that counts on no budget, or with a budget for nothing', () => {
    const counted = { ...claimed, budget_day: '2040-01-01' };
    expect(faults(counted)).toEqual(['payout a: processing and counted on 2040-01-01']);
    expect(faults({ ...claimed, network: 'solana' })).toEqual([
      'payout a: processing and counted on undefined',
    ]);
    expect(faults({ ...counted, network: 'solana' })).toEqual([]);
    expect(faults({ ...payout('a', UNIT), network: 'solana' })).toEqual([]);
  });
});
