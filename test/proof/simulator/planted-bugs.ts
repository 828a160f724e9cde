/**
 * Bugs to plant in copies of the code: each the kind that a hurried change makes, and that loses
 * money one day.
 */
export type Bug = {
  name: string;
  /**
   * It shows in a coincidence only, which 10,000 operations need not hold; not to catch it is no
   * failure.
   */
  rare?: true;
  /**
   * What is replaced in which file. Each text must be there exactly once: a bug that no longer fits
   * is an error.
   */
  changes: { file: string; from: string; to: string }[];
};

export const BUGS: Bug[] = [
  {
    name: 'no condition on the debit',
    changes: [
      {
        file: 'lib/store/balance/debit.ts',
        from: "const BALANCE_IS_THERE = 'available_micro >= :amount';",
        to: "const BALANCE_IS_THERE = 'available_micro >= :amount OR attribute_exists(user_id)';",
      },
    ],
  },
  {
    name: 'key item outside the transaction',
    changes: [
      {
        file: 'lib/store/balance/keyed-debit.ts',
        from: '      ...(key && { key: keyPart(tables.IDEMPOTENCY_KEYS_TABLE, userId, key, record) }),\n',
        to: '',
      },
      {
        file: 'lib/store/balance/keyed-debit.ts',
        from: '  const outcome = await commitDebit(db, tables, debit, transaction, deadlineMs);\n',
        to: `  const none = { met: undefined, token };
  const earlier = await earlierAnswer(db, tables.IDEMPOTENCY_KEYS_TABLE, userId, key, none, deadlineMs);
  if (earlier) return { answer: earlier };
  const outcome = await commitDebit(db, tables, debit, transaction, deadlineMs);
  if (outcome.applied && key)
    await db.client.send(new PutCommand(keyPart(tables.IDEMPOTENCY_KEYS_TABLE, userId, key, record).Put));
`,
      },
      {
        file: 'lib/store/balance/keyed-debit.ts',
        from: "import type { Db } from './db.ts';\n",
        to: "import { PutCommand } from '@aws-sdk/lib-dynamodb';\nimport type { Db } from './db.ts';\n",
      },
    ],
  },
  {
    name: 'new token per retry',
    changes: [
      {
        file: 'lib/store/dynamodb/transaction.ts',
        from: '      await db.client.send(command, attemptOptions(db, deadlineMs));\n',
        to: `      const again = new TransactWriteCommand({ ...command.input, ClientRequestToken: crypto.randomUUID() });
      await db.client.send(again, attemptOptions(db, deadlineMs));
`,
      },
    ],
  },
  {
    name: 'new token and new payout id per retry',
    changes: [
      {
        file: 'lib/store/dynamodb/transaction.ts',
        from: '      await db.client.send(command, attemptOptions(db, deadlineMs));\n',
        to: `      const id = attempt === 1 ? transaction.token : crypto.randomUUID();
      const TransactItems = command.input.TransactItems?.map((part) =>
        part.Put?.Item?.network ? { Put: { ...part.Put, Item: { ...part.Put.Item, id } } } : part,
      );
      const again = new TransactWriteCommand({ TransactItems, ClientRequestToken: id });
      await db.client.send(again, attemptOptions(db, deadlineMs));
`,
      },
    ],
  },
  {
    name: 'refund without condition on the status',
    changes: [
      {
        file: 'lib/store/payouts/apply-transition.ts',
        from: "const STILL_THERE = '#status = :from';",
        to: "const STILL_THERE = '#status = :from OR attribute_exists(id)';",
      },
    ],
  },
  {
    name: 'unlock without condition',
    changes: [
      {
        file: 'lib/store/balance/unlock.ts',
        from: "const STILL_PENDING = '#status = :pending';",
        to: "const STILL_PENDING = '#status = :pending OR attribute_exists(user_id)';",
      },
    ],
  },
  {
    name: 'balance checked before the key',
    changes: [
      {
        file: 'lib/store/balance/keyed-debit.ts',
        from: '  const met = { met: outcome.refused.key, token };\n',
        to: '  if (outcome.refused.account) return outcome as Refusal<Name>;\n  const met = { met: outcome.refused.key, token };\n',
      },
    ],
  },
  {
    name: 'JSON numbers through Number',
    changes: [
      {
        file: 'lib/json.ts',
        from: "  return exactInteger(context.source ?? '') ?? value;",
        to: '  return context.source !== undefined && Number.isInteger(value) ? BigInt(value as number) : value;',
      },
      { file: 'lib/json.ts', from: "import { exactInteger } from './money.ts';\n", to: '' },
    ],
  },
  {
    name: 'refusal reported although a lost write may still arrive',
    rare: true,
    changes: [
      {
        file: 'lib/store/payouts/request.ts',
        from: '  if (inDoubt) throw new OutcomeUnknownError(',
        to: '  if (inDoubt && !token) throw new OutcomeUnknownError(',
      },
    ],
  },
  {
    name: 'version of the account looked at only when something is due',
    rare: true,
    changes: [
      {
        file: 'lib/store/balance/balance.ts',
        from: 'if (later.version === account.version)',
        to: 'if (dueMicro === 0n || later.version === account.version)',
      },
    ],
  },
  {
    name: 'grant without condition',
    changes: [
      {
        file: 'lib/store/billing/reward-events.ts',
        from: "const IS_NEW = 'attribute_not_exists(user_id)';",
        to: "const IS_NEW = 'attribute_not_exists(user_id) OR attribute_exists(user_id)';",
      },
    ],
  },
];
