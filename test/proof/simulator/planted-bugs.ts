/** Bugs to plant in copies of the code: what a hurried change might do, and loses money one day. */

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
      [DEBIT, '...(key && {', '...(key && false && {'],
      [
        DEBIT,
        'const outcome = await commitUnlocking(',
        `const earlier = key && (await earlierResult(store, userId, key, { met: undefined, token }));
  if (earlier) return { result: earlier };
  const outcome = await commitUnlocking(`,
      ],
      [
        DEBIT,
        'if (outcome.applied) return { result',
        `const { PutCommand } = await import('@aws-sdk/lib-dynamodb');
  if (outcome.applied && key)
    await store.client.send(new PutCommand(keyPart(tables.IdempotencyKeys, userId, key, record).Put));
  if (outcome.applied) return { result`,
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
        'const met = {',
        'if (outcome.refused.account) return outcome as never;\n  const met = {',
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
    changes: [['lib/store/payouts/request.ts', 'if (inDoubt)', 'if (inDoubt && !token)']],
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
];
