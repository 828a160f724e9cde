/**
 * Writes rewards and invoices of a user as billing's events would, so that every account is the sum
 * of its items.
 */
import { randomUUID } from 'node:crypto';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Invoice } from '../../../lib/invoice.ts';
import { INT64_MAX } from '../../../lib/money.ts';
import type { Reward } from '../../../lib/reward.ts';
import { rewardItem } from '../../../lib/store/balance/reward-items.ts';
import type { SessionRequest } from './session-request.ts';

/** What was asked for does not fit what is stored; the message is for the caller. */
export class RefusedError extends Error {}

type Items = NonNullable<TransactWriteCommandInput['TransactItems']>;

const ADD_REWARDS = `ADD available_micro :available, pending_micro :pending, lifetime_micro :lifetime,
  reserved_micro :zero, paid_out_micro :zero, spent_micro :zero, version :one`;
const FITS_INT64 = 'attribute_not_exists(user_id) OR lifetime_micro <= :room';

export class Books {
  readonly #client: DynamoDBDocumentClient;
  readonly #tables: Record<'accounts' | 'rewards' | 'invoices', string>;

  constructor(
    client: DynamoDBDocumentClient,
    tables: Record<'accounts' | 'rewards' | 'invoices', string>,
  ) {
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
    const puts = items.map((Item) => ({
      Put: {
        TableName: this.#tables.invoices,
        Item,
        ConditionExpression: 'attribute_not_exists(invoice_id)',
      },
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
    const reward = (
      amount_micro: bigint,
      status: Reward['status'],
      unlocks_at: string,
    ): Reward => ({
      user_id: userId,
      reward_id: randomUUID(),
      amount_micro,
      status,
      unlocks_at,
      granted_at: now,
      source: 'local',
    });
    const available = available_micro ? [reward(available_micro, 'available', now)] : [];
    const rewards = [
      ...available,
      ...pending.map(({ amount_micro, unlocks_at }) => reward(amount_micro, 'pending', unlocks_at)),
    ];
    const tooMuch = 'The rewards would take the account beyond an int64.';
    const pendingMicro = pending.reduce((sum, { amount_micro }) => sum + amount_micro, 0n);
    const lifetimeMicro = (available_micro ?? 0n) + pendingMicro;
    if (lifetimeMicro > INT64_MAX) throw new RefusedError(tooMuch);
    const account = {
      Update: {
        TableName: this.#tables.accounts,
        Key: { user_id: userId },
        UpdateExpression: ADD_REWARDS,
        ConditionExpression: FITS_INT64,
        ExpressionAttributeValues: {
          ':available': available_micro ?? 0n,
          ':pending': pendingMicro,
          ':lifetime': lifetimeMicro,
          ':room': INT64_MAX - lifetimeMicro,
          ':zero': 0n,
          ':one': 1n,
        },
      },
    };
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
