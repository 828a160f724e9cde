/** Bugs to plant in copies of the code: what a hurried change might do, and loses money one day. */

import { PLANTED_IN_THE_BOOKS } from './planted-in-the-books.ts';
import { PLANTED_ON_THE_CHAIN } from './planted-on-the-chain.ts';

/** Each text must be in its file exactly once: a bug that no longer fits the code is an error. */
type Change = [file: string, from: string, to: string];

export type Bug = {
  name: string;
  /**
   * Shows in a coincidence only, which 10,000 operations need not hold. So a test brings that about,
   * with faults on the wire, and has to fail on it: its file below test/lib/store.
   */
  heldBy?: string;
  changes: Change[];
};

/** The condition then holds whenever there is an item at all. */
const holdsAlways = (file: string, condition: string, key = 'user_id'): Change => [
  file,
  condition,
  `${condition} OR attribute_exists(${key})`,
];

const DEBIT = 'lib/store/balance/debit.ts';
const KEY_RECORD = 'lib/store/balance/key-record.ts';
const DAILY_LIMITS = 'lib/store/payouts/daily-limits.ts';
const APPLY_CHANGE = 'lib/store/payouts/apply-change.ts';
const TRANSACTION = 'lib/store/dynamodb/transaction.ts';
const SENDS = '.client.send(command,';
const NO_RECORD: Change = [
  DEBIT,
  'key && (await recordRefusal(store, userId, key, refusal, id))',
  'key && isFinal && (await recordRefusal(store, userId, key, refusal, id))',
];

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
    changes: [
      holdsAlways(APPLY_CHANGE, '#status = :from', 'id'),
      holdsAlways(APPLY_CHANGE, 'size(marks) = :revision', 'id'),
      holdsAlways(APPLY_CHANGE, 'attribute_not_exists(marks)', 'id'),
    ],
  },
  {
    name: 'refund with a living attempt',
    changes: [
      [
        'lib/settlement/transitions.ts',
        "if (status !== 'sent') mustNotBeSent(payout);",
        "if (status === 'processing') mustNotBeSent(payout);",
      ],
    ],
  },
  {
    name: 'claim without condition',
    changes: [
      [
        APPLY_CHANGE,
        'WAS_NEVER_CHANGED : IS_UNCHANGED}`,',
        `WAS_NEVER_CHANGED : IS_UNCHANGED}\`.concat(
        after.status === 'processing' && entries.length > 0 ? ' OR attribute_exists(id)' : '',
      ),`,
      ],
    ],
  },
  {
    name: 'approval by the payer',
    changes: [
      ['lib/settlement/approval.ts', 'isSamePerson(payout.approval?.by, by) ||', ''],
      ['lib/settlement/approval.ts', '  !isSamePerson(approval.by, by) &&\n', ''],
    ],
  },
  {
    name: 'budget counted outside the transaction',
    changes: [
      [
        APPLY_CHANGE,
        'const parts = {\n        payout:',
        'const { budget, ...parts }: Parts = {\n        payout:',
      ],
      [
        APPLY_CHANGE,
        'const wasApplied = async',
        `const { UpdateCommand } = await import('@aws-sdk/lib-dynamodb');
      try {
        if (budget?.Update) await store.client.send(new UpdateCommand(budget.Update as never));
      } catch (failure) {
        const { name, Item = {} } = failure as { name: string; Item?: { claimed_micro?: { N: string } } };
        if (name !== 'ConditionalCheckFailedException') throw failure;
        const claimed_micro = BigInt(Item.claimed_micro?.N ?? '0');
        throw change.refusal?.({ budget: { claimed_micro } }, payout);
      }
      const wasApplied = async`,
      ],
    ],
  },
  {
    name: 'daily limit counted outside the transaction',
    changes: [
      [
        DEBIT,
        'const parts = { account, ...wanted.parts, ...claim };',
        `const { limit, ...parts }: Parts = { account, ...wanted.parts, ...claim };
      const { UpdateCommand } = await import('@aws-sdk/lib-dynamodb');
      try {
        if (limit?.Update) await store.client.send(new UpdateCommand(limit.Update as never));
      } catch (failure) {
        const { name, Item } = failure as { name: string; Item?: { requested_micro?: { N: string } } };
        if (name !== 'ConditionalCheckFailedException') throw failure;
        const requested_micro = BigInt(Item?.requested_micro?.N ?? '0');
        const verdict = await wanted.judge({ limit: { requested_micro } }, false);
        if (verdict !== 'applied') throw verdict.error;
      }`,
      ],
    ],
  },
  {
    name: 'daily limit without a condition',
    changes: [holdsAlways(DAILY_LIMITS, 'requested_micro <= :room')],
  },
  {
    name: 'a cancelled payout stays on the day',
    changes: [[DAILY_LIMITS, 'if (day === undefined || after', 'if (day !== table || after']],
  },
  {
    name: 'a frozen account pays',
    changes: [
      [
        'lib/store/balance/change.ts',
        'attribute_not_exists(frozen)',
        '(attribute_not_exists(frozen) OR attribute_exists(user_id))',
      ],
    ],
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
    heldBy: 'balance/debit.test.ts',
    changes: [[DEBIT, 'if (inDoubt && !key &&', 'if (inDoubt && !key && !id &&']],
  },
  {
    name: 'version of the account looked at only when something is due',
    heldBy: 'balance/balance.test.ts',
    changes: [
      [
        'lib/store/balance/balance.ts',
        'if (later.version ===',
        "if (('dueMicro' in pending && pending.dueMicro === 0n) || later.version ===",
      ],
    ],
  },
  {
    name: 'grant without condition',
    changes: [holdsAlways('lib/store/billing/reward-events.ts', 'attribute_not_exists(user_id)')],
  },
  // Answers that are definite and wrong.
  {
    name: 'reasons that mix believed as a refusal',
    heldBy: 'balance/debit.test.ts',
    changes: [
      ['lib/store/dynamodb/failure.ts', 'allIn(DEFINITE_REASONS)', 'allIn(KNOWN_REASONS)'],
      // With the record a twin would still find what its first one got.
      NO_RECORD,
    ],
  },
  {
    name: "the clock read a second time for the key's expiry",
    heldBy: 'balance/key-record.test.ts',
    changes: [
      [KEY_RECORD, '{ tables }: Store', '{ tables, time }: Store'],
      [KEY_RECORD, 'Math.floor(cameSeconds)', 'Math.floor(time.now() / 1000)'],
    ],
  },
  {
    name: "keys kept by the instance's clock",
    changes: [
      [KEY_RECORD, '{ tables }: Store', '{ tables, nowMs }: Store'],
      [KEY_RECORD, 'key.requestedMs / 1000;', 'nowMs / 1000;'],
    ],
  },
  {
    name: 'keys that end a part of a second early',
    changes: [[KEY_RECORD, 'Math.ceil(cameSeconds)', 'Math.floor(cameSeconds)']],
  },
  {
    name: 'the token of a refusal kept',
    changes: [[DEBIT, 'if (!inDoubt) token = newId(store.time.now());', '']],
  },
  {
    name: 'a refusal without its record under the key',
    heldBy: 'balance/debit.test.ts',
    changes: [NO_RECORD],
  },
  {
    name: 'a refusal that uses its key up',
    changes: [[KEY_RECORD, 'if (refused_at < BigInt(key.requestedMs))', 'if (refused_at < 0n)']],
  },
  {
    name: 'not found where an index lags',
    changes: [
      [
        'lib/store/payouts/queue.ts',
        '    if (key) return key;',
        `    if (key) return key;
    throw new ApiError('payout_not_found');`,
      ],
    ],
  },
  {
    name: 'a balance from plain reads beside an unlock',
    heldBy: 'balance/balance.test.ts',
    changes: [
      [
        'lib/store/balance/balance.ts',
        "const item = await getItemBetweenTransactions(store, 'Accounts', key);",
        `const { getItem } = await import('../dynamodb/read.ts');
    const item = await getItem(store, 'Accounts', key);`,
      ],
    ],
  },
  {
    name: 'an end dated by the bare clock',
    changes: [
      [
        APPLY_CHANGE,
        'latest(rfc3339(store.nowMs), statusSince(payout))',
        'latest(rfc3339(store.nowMs))',
      ],
    ],
  },
  {
    name: 'a repeated transition told as made',
    changes: [
      [
        APPLY_CHANGE,
        'if (changed === payout) return { payout, replayed: true };',
        'if (changed === payout) return { payout, replayed: false };',
      ],
    ],
  },
  ...PLANTED_IN_THE_BOOKS,
  ...PLANTED_ON_THE_CHAIN,
];
