/** Writes rewards and invoices as billing's events would: an account is the sum of its items. */
import { randomUUID } from 'node:crypto';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { INT64_MAX } from '../../../lib/money.ts';
import type { Invoice, Reward } from '../../../lib/reward.ts';
import { accountChange } from '../../../lib/store/balance/change.ts';
import { rewardItem } from '../../../lib/store/balance/reward-items.ts';
import { RefusedError, type SessionRequest } from './session-request.ts';

type Items = NonNullable<TransactWriteCommandInput['TransactItems']>;

type Tables = Record<'accounts' | 'rewards' | 'invoices', string>;

export class HistoryWriter {
  readonly #client: DynamoDBDocumentClient;
  readonly #tables: Tables;

  constructor(client: DynamoDBDocumentClient, tables: Tables) {
    this.#client = client;
    this.#tables = tables;
  }

  /** Open invoices; their ids, as they were given. */
  async addInvoices(
    userId: string,
    invoices: NonNullable<SessionRequest['invoices']>,
  ): Promise<string[]> {
    const items = invoices.map(
      ({ invoice_id = randomUUID(), total_micro }): Invoice => ({
        user_id: userId,
        invoice_id,
        status: 'open',
        total_micro,
      }),
    );
    const ids = items.map(({ invoice_id }) => invoice_id);
    if (new Set(ids).size < ids.length) throw new RefusedError('invoices must have different ids.');
    const isNew = 'attribute_not_exists(invoice_id)';
    const puts = items.map((Item) => ({
      Put: { TableName: this.#tables.invoices, Item, ConditionExpression: isNew },
    }));
    await this.#write(puts, 'An invoice of this user has one of these ids already.');
    return ids;
  }

  /** Rewards, unlocked and pending, and in the same transaction the account that they add up to. */
  async addRewards(
    userId: string,
    { available_micro, pending = [] }: SessionRequest,
  ): Promise<string[]> {
    if (available_micro === undefined && pending.length === 0) return [];
    const now = new Date().toISOString();
    const available = available_micro
      ? [{ amount_micro: available_micro, status: 'available' as const, unlocks_at: now }]
      : [];
    const rewards = [
      ...available,
      ...pending.map((reward) => ({ ...reward, status: 'pending' as const })),
    ].map(
      (reward): Reward => ({
        ...reward,
        user_id: userId,
        reward_id: randomUUID(),
        granted_at: now,
        source: 'local',
      }),
    );
    const tooMuch = 'The rewards would take the account beyond an int64.';
    const pendingMicro = pending.reduce((sum, { amount_micro }) => sum + amount_micro, 0n);
    const lifetimeMicro = (available_micro ?? 0n) + pendingMicro;
    if (lifetimeMicro > INT64_MAX) throw new RefusedError(tooMuch);
    const account = accountChange(this.#tables.accounts, userId, {
      available_micro: available_micro ?? 0n,
      pending_micro: pendingMicro,
      lifetime_micro: lifetimeMicro,
    });
    const puts = rewards.map((each) => ({
      Put: { TableName: this.#tables.rewards, Item: rewardItem(each) },
    }));
    await this.#write([account, ...puts], tooMuch);
    return rewards.map(({ reward_id }) => reward_id);
  }

  async #write(items: Items, refusal: string): Promise<void> {
    if (items.length === 0) return;
    try {
      await this.#client.send(new TransactWriteCommand({ TransactItems: items }));
    } catch (error) {
      const reasons =
        error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
      if (!reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) throw error;
      throw new RefusedError(refusal, { cause: error });
    }
  }
}
