/** A batch of messages from the billing queue, in which a failing one holds up no neighbour. */
import { type BillingEvent, EventRejectedError, parseBillingEvent } from '../../billing-events.ts';
import { logFailure, logWarning } from '../../log.ts';
import { inParallel } from '../dynamodb/concurrency.ts';
import type { Store } from '../dynamodb/store.ts';
import { closeInvoice, openInvoice } from './invoice-events.ts';
import { grantReward, reverseReward } from './reward-events.ts';

export type Message = { messageId: string; body: string };

const USERS_AT_ONCE = 10;

/**
 * Applies every message and gives the ids of those that were not applied, so that the queue
 * delivers them again and in the end parks them. The messages of a user are applied one after the
 * other, since they would only collide on the account.
 */
export async function applyBatch(
  store: Store<'Accounts' | 'Rewards' | 'Invoices'>,
  messages: readonly Message[],
): Promise<string[]> {
  const failed: string[] = [];
  const trying = async ({ messageId }: Message, work: () => unknown) => {
    try {
      await work();
    } catch (error) {
      failed.push(messageId);
      // A lost reply is not alarming here: the message comes again, and its next turn tells.
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
        if (store.time.now() >= store.deadlineMs) throw new Error('no time was left for it');
        return applyEvent(store, event);
      });
  });
  return failed;
}

/**
 * Applies the event, or finds that it was applied before. Throws EventRejectedError when it can
 * never be; after any other error it may or may not have been applied, and applying it again is
 * safe.
 */
export function applyEvent(
  store: Store<'Accounts' | 'Rewards' | 'Invoices'>,
  event: BillingEvent,
): Promise<void> {
  switch (event['detail-type']) {
    case 'referral.reward.granted':
      return grantReward(store, { ...event.detail, status: 'pending', granted_at: event.time });
    case 'referral.reward.reversed':
      return reverseReward(store, event.detail);
    case 'billing.invoice.opened':
      return openInvoice(store, event.detail);
    case 'billing.invoice.closed':
      return closeInvoice(store, event.detail);
  }
}
