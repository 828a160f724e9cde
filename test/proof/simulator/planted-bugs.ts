/** Bugs to plant in copies of the code: what a hurried change might do, and loses money one day. */

import { PLANTED_IN_THE_BOOKS } from './planted-in-the-books.ts';

/** Each text must be in its file exactly once: a bug that no longer fits the code is an error. */
type Change = [file: string, from: string, to: string];

export type Bug = {
  name: string;
  /** Shows in a coincidence only, which 10,000 operations need not hold: it may go uncaught. */
  rare?: true;
  changes: Change[];
};

/** The condition then holds whenever there is an item at all. */
const holdsAlways = (file: string, condition: string, key = 'user_id'): Change => [
  file,
  condition,
  `${condition} OR attribute_exists(${key})`,
];

const DEBIT = 'lib/store/balance/debit.ts';
const TRANSACTION = 'lib/store/dynamodb/transaction.ts';
const SENDS = '.client.send(command,';

export const BUGS: Bug[] = [
  {
    name: 'no condition on the debit',
    changes: [holdsAlways('lib/store/balance/change.ts', 'available_micro >= :amount')],
  },
  {
    name: 'key item outside the transaction',
    changes: [
      [DEBIT, 'const claim = key && {', 'const claim = key && false && {'],
      [
        DEBIT,
        'const outcome = await commit(',
        `const { GetCommand, PutCommand } = await import('@aws-sdk/lib-dynamodb');
      const place = key && { user_id: userId, operation_key: key.operationKey };
      const TableName = store.tables.IdempotencyKeys;
      const { Item } = place
        ? await store.client.send(new GetCommand({ TableName, Key: place, ConsistentRead: true }))
        : {};
      const isLive = Item?.answer !== undefined && Number(Item.expires_at) * 1000 > store.nowMs;
      const found = key && isLive ? readRecord(store, key, Item, id) : undefined;
      if (found && 'result' in found) return found.result;
      const outcome = await commit(`,
      ],
      [
        DEBIT,
        'if (outcome.applied) return { body',
        `if (outcome.applied && key) {
        const { Item: record } = keyPart(store, userId, key, { body, id }).Put;
        await store.client.send(new PutCommand({ TableName, Item: record }));
      }
      if (outcome.applied) return { body`,
      ],
    ],
  },
  {
    name: 'new token per retry',
    changes: [
      [
        TRANSACTION,
        SENDS,
        `.client.send(
          new TransactWriteCommand({ ...command.input, ClientRequestToken: crypto.randomUUID() }),`,
      ],
    ],
  },
  {
    name: 'new token and new payout id per retry',
    changes: [
      [
        TRANSACTION,
        SENDS,
        `.client.send(
          ((id) =>
            new TransactWriteCommand({
              TransactItems: command.input.TransactItems?.map((part) =>
                part.Put?.Item?.network ? { Put: { ...part.Put, Item: { ...part.Put.Item, id } } } : part,
              ),
              ClientRequestToken: id,
            }))(attempt === 1 ? command.input.ClientRequestToken : crypto.randomUUID()),`,
      ],
    ],
  },
  {
    name: 'refund without condition on the status',
    changes: [holdsAlways('lib/store/payouts/apply-transition.ts', '#status = :from', 'id')],
  },
  {
    name: 'unlock without condition',
    changes: [holdsAlways('lib/store/balance/unlock.ts', '#status = :pending')],
  },
  {
    name: 'balance checked before the key',
    changes: [
      [
        DEBIT,
        'if (key && outcome.refused.key) {',
        `if (outcome.refused.account && outcome.refused.key)
        throw new ApiError('balance_insufficient');
      if (key && outcome.refused.key) {`,
      ],
    ],
  },
  {
    name: 'JSON numbers through Number',
    changes: [
      [
        'lib/json.ts',
        "exactInteger(context.source ?? '') ?? value",
        'context.source !== undefined && Number.isInteger(value) ? BigInt(value as number) : value',
      ],
    ],
  },
  {
    name: 'refusal reported although a lost write may still arrive',
    rare: true,
    changes: [[DEBIT, 'if (inDoubt && !key &&', 'if (inDoubt && !key && !id &&']],
  },
  {
    name: 'version of the account looked at only when something is due',
    rare: true,
    changes: [
      [
        'lib/store/balance/balance.ts',
        'if (later.version ===',
        'if (dueMicro === 0n || later.version ===',
      ],
    ],
  },
  {
    name: 'grant without condition',
    changes: [holdsAlways('lib/store/billing/reward-events.ts', 'attribute_not_exists(user_id)')],
  },
  ...PLANTED_IN_THE_BOOKS,
];
