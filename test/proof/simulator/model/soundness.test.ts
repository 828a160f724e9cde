/** What is found wrong with a user's stored items, and what is not. */
import { describe, expect, test } from 'vitest';
import { newUser, type User } from './model.ts';
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
  });
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
