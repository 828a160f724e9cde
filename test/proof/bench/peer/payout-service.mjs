/** Takes the amount from the balance and stores the payout, in one transaction. */
import { createHash } from 'node:crypto';
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { v7 as uuid } from 'uuid';

const { ACCOUNTS_TABLE, PAYOUTS_TABLE, IDEMPOTENCY_KEYS_TABLE } = process.env;
const KEY_LIFETIME_SECONDS = 24 * 60 * 60;

export class PayoutService {
  constructor(client) {
    this.client = client;
  }

  async request(userId, { amount_micro, network, address }, key) {
    const requested_at = new Date().toISOString();
    const payout = {
      id: uuid(),
      user_id: userId,
      amount_micro,
      network,
      address,
      status: 'requested',
      requested_at,
    };
    const keyId = key && {
      user_id: userId,
      operation_key: `payout#${createHash('sha256').update(key).digest('hex')}`,
    };
    const items = [debit(payout), put(payout), ...(keyId ? [remember(keyId, payout)] : [])];
    try {
      await this.client.send(new TransactWriteCommand({ TransactItems: items }));
      return payout;
    } catch (error) {
      if (error.name !== 'TransactionCanceledException') throw error;
      const [balance, , keyTaken] = error.CancellationReasons.map(
        ({ Code }) => Code === 'ConditionalCheckFailed',
      );
      if (keyTaken) return this.replay(keyId);
      if (balance) return { error: 'balance_insufficient' };
      throw error;
    }
  }

  async replay(Key) {
    const get = new GetCommand({ TableName: IDEMPOTENCY_KEYS_TABLE, Key, ConsistentRead: true });
    const { Item } = await this.client.send(get);
    return JSON.parse(Item.answer);
  }
}

const debit = ({ user_id, amount_micro }) => ({
  Update: {
    TableName: ACCOUNTS_TABLE,
    Key: { user_id },
    UpdateExpression:
      'SET available_micro = available_micro - :amount, reserved_micro = reserved_micro + :amount ADD version :one',
    ConditionExpression: 'available_micro >= :amount',
    ExpressionAttributeValues: { ':amount': amount_micro, ':one': 1 },
  },
});

const put = (payout) => ({
  Put: {
    TableName: PAYOUTS_TABLE,
    Item: {
      ...payout,
      shard: payout.id.slice(-1),
      queue_key: `open#${payout.id}`,
      history: [{ status: payout.status, at: payout.requested_at, by: 'user' }],
    },
    ConditionExpression: 'attribute_not_exists(id)',
  },
});

const remember = (keyId, payout) => ({
  Put: {
    TableName: IDEMPOTENCY_KEYS_TABLE,
    Item: {
      ...keyId,
      answer: JSON.stringify(payout),
      expires_at: Math.floor(Date.now() / 1000) + KEY_LIFETIME_SECONDS,
    },
    ConditionExpression: 'attribute_not_exists(user_id)',
  },
});
