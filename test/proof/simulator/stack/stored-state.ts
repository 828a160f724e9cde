/** What is stored of a user, read past the proxy and consistently, as the model would have it. */
import http from 'node:http';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Invoice, Payout, Reward, Step, User } from '../model/model.ts';
import { deleteUser } from './raw-items.ts';

type Item = Record<string, unknown>;
export type StoredState = {
  user: User;
  account: Item | undefined;
  rewardStatus: Record<string, string>;
  /** What is counted on each of the user's days; nothing of what came to nothing again. */
  limits: ReadonlyMap<string, bigint>;
};

/** The connection of the simulator itself to the database: JSON in, JSON out, one attempt. */
export class Database {
  readonly #endpoint: string;
  readonly #agent = new http.Agent({ keepAlive: true });

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async send(
    operation: string,
    input: object,
    api = 'DynamoDB_20120810',
  ): Promise<{ Item?: Item; Items?: Item[]; LastEvaluatedKey?: Item }> {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${api}.${operation}`,
      // The engine looks for a signature, and at nothing in it.
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20400101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      'x-amz-date': '20400101T000000Z',
    };
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const request = http.request(
      this.#endpoint,
      { agent: this.#agent, method: 'POST', headers },
      async (response) => {
        const chunks: Buffer[] = [];
        try {
          for await (const chunk of response) chunks.push(chunk);
        } catch (error) {
          return reject(error);
        }
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${operation}: ${text}`));
      },
    );
    request.on('error', reject).end(JSON.stringify(input));
    return JSON.parse(await promise);
  }

  async readUser(userId: string): Promise<StoredState> {
    const user = { ':user': { S: userId } };
    const itemsOf = async (TableName: string): Promise<Item[]> => {
      const query = {
        TableName,
        KeyConditionExpression: 'user_id = :user',
        ExpressionAttributeValues: user,
      };
      const { Items = [] } = await this.send('Query', { ...query, ConsistentRead: true });
      return Items.map(plain);
    };
    const get = {
      TableName: 'AccountsTable',
      Key: { user_id: { S: userId } },
      ConsistentRead: true,
    };
    const [{ Item: account }, payouts, rewards, invoices, keys, limits] = await Promise.all([
      this.send('GetItem', get),
      itemsOf('PayoutsTable'),
      itemsOf('RewardsTable'),
      itemsOf('InvoicesTable'),
      itemsOf('IdempotencyKeysTable'),
      itemsOf('DailyLimitsTable'),
    ]);
    return {
      account: account && plain(account),
      user: {
        payouts: Object.fromEntries(payouts.map((item) => [String(item.id), payoutOf(item)])),
        rewards: Object.fromEntries(
          rewards.map((item) => [String(item.reward_id), rewardOf(item)]),
        ),
        invoices: Object.fromEntries(
          invoices.map((item) => [String(item.invoice_id), invoiceOf(item)]),
        ),
        ...(account && { account: decisionsIn(plain(account)) }),
        // The record of a refusal stands for no answer: the key is free to whatever comes later.
        keys: Object.fromEntries(
          keys
            .filter(({ answer }) => answer !== undefined)
            .map(({ operation_key, answer, expires_at }) => [
              String(operation_key),
              { answer: String(answer), expiresAtMs: Number(expires_at) * 1000 },
            ]),
        ),
      },
      rewardStatus: Object.fromEntries(
        rewards.map((item) => [String(item.reward_id), String(item.status)]),
      ),
      limits: new Map(
        limits
          .map(({ day, requested_micro }): [string, bigint] => [
            String(day),
            requested_micro as bigint,
          ])
          .filter(([, micro]) => micro !== 0n),
      ),
    };
  }

  /** What is counted as claimed, by network and day; nothing of what came to nothing again. */
  async readBudgets(): Promise<Map<string, bigint>> {
    const { Items = [] } = await this.send('Scan', {
      TableName: 'BudgetsTable',
      ConsistentRead: true,
    });
    return new Map(
      Items.map(plain)
        .map(({ network, day, claimed_micro }): [string, bigint] => [
          `${network} ${day}`,
          claimed_micro as bigint,
        ])
        .filter(([, claimed]) => claimed !== 0n),
    );
  }

  /** Which payout rests on which transfer: by `network#transaction`, a space, and the position. */
  async readEvidence(): Promise<Map<string, Item>> {
    const found = new Map<string, Item>();
    let from: Item | undefined;
    do {
      const scan = { TableName: 'EvidenceTable', ConsistentRead: true };
      const { Items = [], LastEvaluatedKey } = await this.send('Scan', {
        ...scan,
        ...(from && { ExclusiveStartKey: from }),
      });
      for (const item of Items.map(plain)) found.set(`${item.transaction} ${item.position}`, item);
      from = LastEvaluatedKey;
    } while (from);
    return found;
  }

  /** Every budget is as if nothing had been claimed. */
  async clearBudgets(): Promise<void> {
    const { Items = [] } = await this.send('Scan', { TableName: 'BudgetsTable' });
    for (const { network, day } of Items)
      await this.send('DeleteItem', { TableName: 'BudgetsTable', Key: { network, day } });
  }

  /** The chain begins anew: no transfer of it is anybody's, and nobody waits for one. */
  async clearLooks(): Promise<void> {
    for (const { transaction, position } of (await this.readEvidence()).values()) {
      const Key = { transaction: { S: transaction }, position: { S: position } };
      await this.send('DeleteItem', { TableName: 'EvidenceTable', Key });
    }
    const waiting = new Set<string>();
    let from: Item | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.send('Scan', {
        ...{ TableName: 'PayoutsTable', FilterExpression: 'attribute_exists(look_key)' },
        ...(from && { ExclusiveStartKey: from }),
      });
      for (const item of Items.map(plain)) waiting.add(String(item.user_id));
      from = LastEvaluatedKey;
    } while (from);
    for (const userId of waiting) await deleteUser(this, userId);
  }

  close(): void {
    this.#agent.destroy();
  }
}

const plain = (item: Item): Item => unmarshall(item as never, { wrapNumbers: BigInt });

function payoutOf(item: Item): Payout {
  const history = item.history as Step[];
  const said = only(item, 'tx_hash', 'reason', 'note', 'internal_note') as Partial<Step>;
  return {
    id: String(item.id),
    amountMicro: item.amount_micro as bigint,
    network: String(item.network),
    address: String(item.address),
    history: history.map(({ status, at, by, note }, index) => ({
      ...{ status, at, by },
      ...(note !== undefined && { note }),
      ...(index === history.length - 1 && said),
    })),
    ...only(item, 'attempts', 'approval', 'evidence', 'budget_day', 'limit_day'),
    ...only(item, 'review', 'reviewed'),
  };
}

const decisionsIn = (account: Item) => only(account, 'frozen', 'thawed');

/** Those of these attributes that there are. */
const only = (item: Item, ...names: string[]): Item =>
  Object.fromEntries(names.filter((name) => name in item).map((name) => [name, item[name]]));

const rewardOf = (item: Item): Reward => ({
  ...(item.amount_micro !== undefined && {
    amountMicro: item.amount_micro as bigint,
    unlocksAt: String(item.unlocks_at),
    grantedAt: String(item.granted_at),
    source: String(item.source),
  }),
  reversed: item.status === 'reversed',
});

const invoiceOf = (item: Item): Invoice => ({
  ...(item.total_micro !== undefined && { totalMicro: item.total_micro as bigint }),
  status: item.status as Invoice['status'],
});
