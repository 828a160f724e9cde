/** The function as Lambda calls it: a batch in, the failed messages out. */
import { randomUUID } from 'node:crypto';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { beforeAll, expect, test, vi } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { stubDatabase } from '../support/environment.ts';
import { granted } from '../support/sample-events.ts';

const database = useDatabase();
let handler: typeof import('../../functions/process-billing-events.ts').handler;

beforeAll(async () => {
  stubDatabase(database);
  ({ handler } = await import('../../functions/process-billing-events.ts'));
});

const deliver = (bodies: string[], remainingMs = 10_000) => {
  const Records = bodies.map(
    (body, index) => ({ messageId: `message-${index}`, body }) as SQSRecord,
  );
  const context = { getRemainingTimeInMillis: () => remainingMs } as Context;
  return handler({ Records } satisfies SQSEvent, context);
};

test('a batch that is well leaves nothing in the queue', async () => {
  const user_id = randomUUID();
  const body = granted({ user_id });
  expect(await deliver([body, body, body])).toEqual({ batchItemFailures: [] });
  expect(await database.account(user_id)).toMatchObject({ pending_micro: 5_000_000n, version: 1n });
});

test('the messages that failed are named, and only they', async () => {
  vi.spyOn(console, 'warn').mockReturnValue();
  const user_id = randomUUID();
  const good = granted({ user_id, reward_id: randomUUID() });
  expect(await deliver(['', good, granted({ user_id: 7 })])).toEqual({
    batchItemFailures: [{ itemIdentifier: 'message-0' }, { itemIdentifier: 'message-2' }],
  });
  expect(await database.rewards(user_id)).toHaveLength(1);
});

test('nothing is begun in the last second, so that the answer gets out', async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  const user_id = randomUUID();
  expect(await deliver([granted({ user_id, reward_id: randomUUID() })], 1000)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'message-0' }],
  });
  expect(await database.rewards(user_id)).toEqual([]);
});
