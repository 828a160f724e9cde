/** A user's billing events, and what they leave: the account must be the sum of the rewards. */
import { randomUUID } from 'node:crypto';
import { beforeEach, expect } from 'vitest';
import { EMPTY_ACCOUNT } from '../../../../lib/account.ts';
import { parseBillingEvent } from '../../../../lib/billing-events.ts';
import { unlockDue } from '../../../../lib/store/balance/unlock.ts';
import { applyEvent } from '../../../../lib/store/billing/batch.ts';
import type { Item } from '../../../../lib/store/dynamodb/read.ts';
import type { Database } from '../../../support/database.ts';
import { closed, granted, opened, reversed } from '../../../support/sample-events.ts';
import type { Wire } from '../../../support/wire.ts';

const sum = (items: Item[], ...statuses: unknown[]): bigint =>
  items
    .filter(({ status }) => statuses.includes(status))
    .reduce((total, { amount_micro }) => total + (amount_micro as bigint), 0n);

const { version: _, ...NOTHING } = EMPTY_ACCOUNT;

/** Another user for each test of a file; every function takes one of its own as well. */
export function useBilling(database: Database, wire: Wire) {
  let userId: string;
  beforeEach(() => {
    userId = randomUUID();
  });

  /** An id is only ever one user's, so the users of these tests have their own: `1.<user>`. */
  const own =
    (build: (detail: Item) => string) =>
    (detail: Item = {}, user_id = userId) => {
      const { id = '1', ...fields } = detail;
      const name = `${id}.${user_id}`;
      return build({ user_id, reward_id: name, invoice_id: name, ...fields });
    };

  /**
   * What is stored for the user, without the user, and whose account has zeros if there is none.
   */
  const state = async (user_id = userId) => {
    const account = await database.account(user_id);
    const [rewards, invoices] = [await database.rewards(user_id), await database.invoices(user_id)];
    const { version: _, user_id: __, ...balance } = account ?? {};
    if (account)
      expect(balance).toEqual({
        ...NOTHING,
        pending_micro: sum(rewards, 'pending'),
        available_micro: sum(rewards, 'available'),
        lifetime_micro: sum(rewards, 'pending', 'available'),
      });
    const anonymous = (items: Item[]) =>
      items.map(({ user_id: _, due_shard, reward_id, invoice_id, granted_key, ...item }) => ({
        ...item,
        id: String(reward_id ?? invoice_id).replace(`.${user_id}`, ''),
        inDueIndex: due_shard !== undefined,
        inGrantedIndex: granted_key !== undefined,
      }));
    return {
      balance: { ...NOTHING, ...balance },
      rewards: anonymous(rewards),
      invoices: anonymous(invoices),
    };
  };

  return {
    user: () => userId,
    account: () => database.account(userId),
    apply: (envelope: string) => applyEvent(wire.store(), parseBillingEvent(envelope)),
    unlock: (user_id = userId) => unlockDue(wire.store(), user_id),
    grant: own(granted),
    reversal: own(reversed),
    opening: own(opened),
    closing: own(closed),
    state,
  };
}
