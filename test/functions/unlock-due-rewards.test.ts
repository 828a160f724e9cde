/** The function as its schedule calls it. */
import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { beforeAll, expect, test, vi } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { stubDatabase } from '../support/environment.ts';

const database = useDatabase();
let handler: typeof import('../../functions/unlock-due-rewards.ts').handler;

beforeAll(async () => {
  stubDatabase(database);
  ({ handler } = await import('../../functions/unlock-due-rewards.ts'));
});

test('a run unlocks what is due and logs how much it was', async () => {
  const log = vi.spyOn(console, 'info').mockReturnValue();
  const userId = randomUUID();
  const due = { amount_micro: 3n, unlocks_at: '2026-01-01T00:00:00.000Z' };
  await database.grant(userId, [
    { reward_id: 'a', ...due },
    { reward_id: 'b', ...due },
  ]);
  await handler({}, { getRemainingTimeInMillis: () => 20_000 } as Context);
  const [changed, ...others] = log.mock.calls.flat();
  expect(changed).toMatchObject({ event: 'account_changed', user_id: userId });
  expect(others).toEqual([{ event: 'rewards_unlocked', rewards: 2, users: 1 }]);
  expect(await database.account(userId)).toMatchObject({ available_micro: 6n, pending_micro: 0n });
});
