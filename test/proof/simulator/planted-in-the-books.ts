/** Bugs to plant that concern ids, pages, the stream, what a stored item may hold, and the books. */
import type { Bug } from './planted-bugs.ts';

const UUID_AS_IT_IS = 'v.pipe(v.string(), v.uuid())';

const PAGING = 'lib/store/dynamodb/paging.ts';
const QUEUE_PAGE = 'lib/store/payouts/queue-page.ts';
const STREAM = 'lib/store/payouts/stream.ts';
const CHANGE = 'lib/store/balance/change.ts';
const GUARDED = "const GUARDED = ['pending_micro', 'reserved_micro'] as const;";
const ENTRIES = 'lib/store/reconcile/entries.ts';

export const PLANTED_IN_THE_BOOKS: Bug[] = [
  {
    name: 'user id of a billing event as it is spelled',
    changes: [
      [
        'lib/billing-events.ts',
        'const { user_id, reward_id } = Reward.entries;',
        `const { reward_id } = Reward.entries;\nconst user_id = ${UUID_AS_IT_IS};`,
      ],
    ],
  },
  {
    name: 'user id of a session as it is spelled',
    changes: [['lib/store/dynamodb/sessions.ts', 'user_id: Uuid,', `user_id: ${UUID_AS_IT_IS},`]],
  },
  {
    name: 'id of a path as it is spelled',
    changes: [['lib/http/args.ts', 'v.safeParse(Uuid, path', `v.safeParse(${UUID_AS_IT_IS}, path`]],
  },
  {
    name: 'two workers under one name both told that they won',
    changes: [
      [
        'lib/store/payouts/apply-change.ts',
        'const mark = newId(store.nowMs);',
        "const mark = 'everybody';",
      ],
    ],
  },
  {
    name: 'no guard of what is reserved',
    changes: [[CHANGE, GUARDED, "const GUARDED = ['pending_micro'] as const;"]],
  },
  {
    name: 'no guard of what is pending when it is reversed',
    changes: [[CHANGE, GUARDED, "const GUARDED = ['reserved_micro'] as const;"]],
  },
  {
    name: 'no guard of what is pending when it is unlocked',
    changes: [
      [CHANGE, "= 'pending_micro >= :amount';", "= 'pending_micro >= :amount OR version >= :one';"],
    ],
  },
  {
    name: 'a page of a list skips a row',
    changes: [
      [
        PAGING,
        'if (rows.length === page.limit) return { rows, next };',
        'if (rows.length === page.limit) return { rows, next: String(item[listing.sortKey]) };',
      ],
    ],
  },
  {
    name: 'a page of a list repeats a row',
    changes: [[PAGING, 'sortKey} < :after', 'sortKey} <= :after']],
  },
  {
    name: 'a page of the queue skips a row',
    changes: [
      [
        QUEUE_PAGE,
        'return page(known.slice(0, length), lastOnPage.place);',
        'return page(known.slice(0, length), known[length]?.place);',
      ],
    ],
  },
  {
    name: 'a page of the queue repeats a row',
    changes: [['lib/store/payouts/queue.ts', '} > :after', '} >= :after']],
  },
  {
    name: 'one unreadable row fails the list',
    changes: [[PAGING, 'readOrLog(() => parse(item), ids);', 'parse(item);']],
  },
  {
    name: 'one unreadable row fails the queue',
    changes: [
      [
        'lib/store/payouts/payout-items.ts',
        'readOrLog(() => parseItem(PayoutWithHistory, item, tables.Payouts), ids) ?? unreadable(ids);',
        'parseItem(PayoutWithHistory, item, tables.Payouts);',
      ],
    ],
  },
  {
    name: 'one unreadable row fails the measuring',
    changes: [
      [
        'lib/store/payouts/queue-age.ts',
        'readOrLog(() => parseItem(OpenPayout, item, table), idsOf(item)))',
        'parseItem(OpenPayout, item, table))',
      ],
    ],
  },
  {
    name: 'one unreadable row fails the sweep',
    changes: [
      [
        'lib/store/balance/sweep.ts',
        'return logFailure(error, { user_id: userId });',
        'throw error;',
      ],
    ],
  },
  {
    name: 'one unreadable row holds up the stream',
    changes: [
      [
        STREAM,
        'const change = readOrLog(() => payoutChange(record), {',
        'const change = ((change, _ids) => change)(payoutChange(record), {',
      ],
    ],
  },
  {
    name: 'stored network by the schema of requests',
    changes: [['lib/payout.ts', '  network: v.pipe(v.string(), v.nonEmpty(), isShort),\n', '']],
  },
  {
    name: 'no hash fits a network that is not offered',
    changes: [
      ['lib/networks/index.ts', 'HASH_ELSEWHERE.test(text) ? text : undefined', 'undefined'],
    ],
  },
  {
    name: 'sequence by the order of the stream',
    changes: [
      [
        STREAM,
        'const { length: sequence } = payout.history;',
        `const counts = ((globalThis as { counts?: Map<string, number> }).counts ??= new Map());
  const sequence = (counts.get(payout.id) ?? 0) + 1;
  counts.set(payout.id, sequence);`,
      ],
    ],
  },
  {
    name: 'changed_at is the time of the publishing',
    changes: [[STREAM, 'at: statusSince(payout),', 'at: new Date().toISOString(),']],
  },
  {
    name: 'two changes of a payout in one call',
    changes: [['lib/store/payouts/bus.ts', '|| payoutIds.has(change.payout.id)', '']],
  },
  {
    name: 'what the bus did not take is given up',
    changes: [
      [
        'functions/publish-payout-events.ts',
        'return goOnAt(call[notTaken]?.sequenceNumber);',
        'continue;',
      ],
    ],
  },
  {
    name: 'reconciliation skips who has no account',
    changes: [
      [
        'lib/store/reconcile/progress.ts',
        "['accounts', 'rewards', 'payouts', 'invoices', 'keys', 'skipped']",
        "['accounts', 'skipped']",
      ],
    ],
  },
  {
    name: 'reconciliation does not look at the keys of indexes',
    changes: [
      [ENTRIES, '.filter(([name, value]) => item[name] !== value)', '.filter(() => false)'],
    ],
  },
  {
    name: 'reconciliation does not look at when a reward unlocks',
    changes: [[ENTRIES, '> nowMs + CLOCKS_DIFFER_MS;', '> Number.MAX_SAFE_INTEGER;']],
  },
  {
    name: 'reconciliation does not ask for what a key answers with',
    changes: [
      [
        'lib/store/reconcile/tally.ts',
        "for (const key of tally.claims.values()) addCorrupt(tally, 'key', key, ['written_by']);",
        '',
      ],
    ],
  },
  {
    name: 'reconciliation does not look at the case of an id',
    changes: [
      [
        'lib/store/reconcile/drift.ts',
        "userId === userId.toLowerCase() ? malformed : ['user_id', ...malformed]",
        'malformed',
      ],
    ],
  },
];
