/** A user whose rewards unlock around now, for the tests of what unlocks them. */
import { randomUUID } from 'node:crypto';
import { beforeEach } from 'vitest';
import { rfc3339 } from '../../../../lib/time.ts';
import type { Database } from '../../../support/database.ts';
import type { Wire } from '../../../support/wire.ts';

export const UNIT = 1_000_000n;

/** Long enough for some hundred rewards. */
export const LONG_MS = 10_000;

/** The object is filled anew before each test of a file. */
export function useRewards(database: Database, wire: Wire) {
  const user = {
    id: '',
    /**
     * Grants `count` rewards of one unit, the first of them unlocking `firstMs` from now and each
     * next one a millisecond later.
     */
    grant: (count: number, firstMs: number, name = 'r') =>
      database.grant(
        user.id,
        Array.from({ length: count }, (_, index) => ({
          reward_id: `${name}-${String(index).padStart(4, '0')}`,
          amount_micro: UNIT,
          unlocks_at: rfc3339(wire.time.now() + firstMs + index),
        })),
      ),
    stored: async () => {
      const account = await database.account(user.id);
      return { pending: account?.pending_micro, available: account?.available_micro };
    },
  };
  beforeEach(() => {
    user.id = randomUUID();
  });
  return user;
}
