/**
 * A batch of messages from the billing queue, in which no message is held up by a neighbour that
 * fails.
 */
import { type BillingEvent, EventRejectedError, parseBillingEvent } from '../../billing-events.ts';
import { logWarning } from '../../log.ts';
import { logFailure } from '../../log-failure.ts';
import { inParallel } from '../dynamodb/parallel.ts';
import type { Db } from '../dynamodb/store.ts';
import { applyBillingEvent, type BillingTables } from './apply-event.ts';

export type Message = { messageId: string; body: string };

const USERS_AT_ONCE = 10;

/**
 * Applies every message and gives the ids of those that were not applied, so that the queue
 * delivers them again and in the end parks them. The messages of a user are applied one after the
 * other, since they would only collide on the account.
 */
export async function applyBatch(
  db: Db,
  tables: BillingTables,
  messages: readonly Message[],
  deadlineMs: number,
): Promise<string[]> {
  const failed: string[] = [];
  const trying = async ({ messageId }: Message, work: () => unknown) => {
    try {
      await work();
    } catch (error) {
      failed.push(messageId);
      // A lost reply is not alarming here: the message comes again, and its next turn tells what
      // became of it.
      if (error instanceof EventRejectedError)
        logWarning('event_rejected', { message_id: messageId, reason: error.message });
      else logFailure(error, { message_id: messageId });
    }
  };

  const byUser = new Map<string, { message: Message; event: BillingEvent }[]>();
  for (const message of messages)
    await trying(message, () => {
      const event = parseBillingEvent(message.body);
      const ofUser = byUser.get(event.detail.user_id) ?? [];
      byUser.set(event.detail.user_id, [...ofUser, { message, event }]);
    });

  await inParallel([...byUser.values()], USERS_AT_ONCE, async (ofUser) => {
    for (const { message, event } of ofUser)
      await trying(message, () => {
        if (db.time.now() >= deadlineMs) throw new Error('no time was left for it');
        return applyBillingEvent(db, tables, event, deadlineMs);
      });
  });
  return failed;
}
