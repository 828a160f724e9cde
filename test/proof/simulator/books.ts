/**
 * What is stored of a user, read past the proxy and consistently, as the model would have it; and
 * what must hold of it alone.
 */
import http from 'node:http';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import {
  balance,
  type Invoice,
  isOpen,
  isUnlocked,
  type Payout,
  type Reward,
  type Status,
  type User,
} from './model.ts';

type Item = Record<string, unknown>;
export type Books = { user: User; account: Item | undefined; rewardStatus: Record<string, string> };

/** The connection of the simulator itself to the database: JSON in, JSON out, one attempt. */
export class Database {
  readonly #endpoint: string;
  readonly #agent = new http.Agent({ keepAlive: true });

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async send(operation: string, input: object): Promise<{ Item?: Item; Items?: Item[] }> {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
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

  async booksOf(userId: string): Promise<Books> {
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
    const [{ Item: account }, payouts, rewards, invoices, keys] = await Promise.all([
      this.send('GetItem', get),
      itemsOf('PayoutsTable'),
      itemsOf('RewardsTable'),
      itemsOf('InvoicesTable'),
      itemsOf('IdempotencyKeysTable'),
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
        keys: Object.fromEntries(
          keys.map(({ operation_key, answer, expires_at }) => [
            String(operation_key),
            { answer: String(answer), expiresAtMs: Number(expires_at) * 1000 },
          ]),
        ),
      },
      rewardStatus: Object.fromEntries(
        rewards.map((item) => [String(item.reward_id), String(item.status)]),
      ),
    };
  }

  close(): void {
    this.#agent.destroy();
  }
}

const plain = (item: Item): Item => unmarshall(item as never, { wrapNumbers: BigInt });

function payoutOf(item: Item): Payout {
  const history = item.history as { status: Status; at: string; by: string }[];
  const said = {
    ...(item.tx_hash !== undefined && { tx_hash: String(item.tx_hash) }),
    ...(item.note !== undefined && { note: String(item.note) }),
  };
  return {
    id: String(item.id),
    amountMicro: item.amount_micro as bigint,
    network: String(item.network),
    address: String(item.address),
    history: history.map(({ status, at, by }, index) => ({
      status,
      at,
      by,
      ...(index === history.length - 1 && said),
    })),
  };
}

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

const MONEY = [
  'pending_micro',
  'available_micro',
  'reserved_micro',
  'paid_out_micro',
  'spent_micro',
  'lifetime_micro',
];

/**
 * What is wrong with the books as they are and against what they were, without asking how they came
 * about: the account is the sum of its items, nothing unlocks early, what a payout is never
 * changes, and an end is an end.
 */
export function faultsOf(now: Books, before: Books | undefined, nowMs: number): string[] {
  const faults: string[] = [];
  const must = (holds: boolean, rule: string) => holds || faults.push(rule);
  const { user, account, rewardStatus } = now;

  // A reward counts in the account as what is stored of it, which may still be pending after its
  // time.
  const asStored: User = {
    ...user,
    rewards: Object.fromEntries(
      Object.entries(user.rewards).map(([id, reward]) => [
        id,
        {
          ...reward,
          unlocksAt:
            rewardStatus[id] === 'pending'
              ? '9999-12-31T00:00:00.000Z'
              : '1970-01-01T00:00:00.000Z',
        },
      ]),
    ),
  };
  const sums: Record<string, bigint> = balance(asStored, nowMs);
  for (const part of MONEY) {
    const stored = (account?.[part] as bigint | undefined) ?? 0n;
    must(stored === sums[part], `account: ${part} is ${stored}, but its items say ${sums[part]}`);
  }
  const available = (account?.available_micro as bigint | undefined) ?? 0n;
  const reversed = Object.values(user.rewards).filter((reward) => reward.reversed);
  const reversedMicro = reversed.reduce((sum, { amountMicro = 0n }) => sum + amountMicro, 0n);
  must(
    available + reversedMicro >= 0n,
    `available is ${available}, which reversals of ${reversedMicro} do not explain`,
  );
  for (const [id, reward] of Object.entries(user.rewards))
    must(
      rewardStatus[id] !== 'available' || isUnlocked(reward, nowMs),
      `reward ${id} unlocked before ${reward.unlocksAt}`,
    );

  for (const was of Object.values(before?.user.payouts ?? {})) {
    const is = user.payouts[was.id];
    if (!is) faults.push(`payout ${was.id} is gone`);
    else faults.push(...changesOf(was, is));
  }
  return faults;
}

function changesOf(was: Payout, is: Payout): string[] {
  const same = (['amountMicro', 'network', 'address'] as const).filter(
    (field) => was[field] !== is[field],
  );
  const kept = was.history.every(({ status, at, by }, index) => {
    const step = is.history[index];
    return step?.status === status && step.at === at && step.by === by;
  });
  const ended = !isOpen(was) && is.history.length > was.history.length;
  return [
    ...same.map((field) => `payout ${was.id}: its ${field} changed`),
    ...(kept ? [] : [`payout ${was.id}: its history was rewritten`]),
    ...(ended ? [`payout ${was.id} went on after its end`] : []),
  ];
}
