/** What a grant of the catalogue says, in the words of the code that writes the items. */
import type * as v from 'valibot';
import type { Account } from '../../lib/account.ts';
import type { TableName } from '../../lib/config.ts';
import type { Invoice } from '../../lib/reward.ts';
import type { StoredPayout } from '../../lib/settlement/payout-with-history.ts';
import type { KeyRecord } from '../../lib/store/balance/key-record.ts';
import type { rewardItem } from '../../lib/store/balance/reward-items.ts';
import type { Budget } from '../../lib/store/payouts/budgets.ts';
import type { EvidenceItem } from '../../lib/store/payouts/chain/evidence-items.ts';
import type { DailyLimit } from '../../lib/store/payouts/daily-limits.ts';
import type { payoutItem } from '../../lib/store/payouts/payout-items.ts';
import type { IndexName } from '../tables.ts';

type Read = 'GetItem' | 'BatchGetItem' | 'Query' | 'Scan';
export type Operation = Read | 'ConditionCheckItem' | 'PutItem' | 'UpdateItem';

/** What is stored in each table that this service writes. */
type Stored = {
  Accounts: Account & { freeze_mark: string };
  Payouts: ReturnType<typeof payoutItem> &
    v.InferOutput<typeof StoredPayout> & { look_key: string };
  Rewards: ReturnType<typeof rewardItem>;
  Invoices: Invoice;
  IdempotencyKeys: KeyRecord;
  Budgets: Budget;
  DailyLimits: DailyLimit;
  Evidence: EvidenceItem;
};

/**
 * A write is granted inside a transaction only, without exception, and for exactly these attributes
 * beside the keys: those that its request names. What a condition alone names is among them, since
 * IAM cannot tell it from what is written.
 */
type Grant<Table extends TableName> = {
  reads?: readonly Read[];
  checks?: readonly AttributeOf<Table>[];
  puts?: readonly AttributeOf<Table>[];
  updates?: readonly AttributeOf<Table>[];
};
type AttributeOf<Table extends TableName> = Table extends keyof Stored
  ? keyof Stored[Table] & string
  : never;

export type Grants = { [Table in TableName]?: Grant<Table> } & {
  [Index in IndexName]?: { reads: readonly Read[] };
};

/** One grant on a table or on one of its indexes; `attributes` are those of a write. */
export type Access = {
  table: TableName;
  index: string | undefined;
  operations: readonly Operation[];
  attributes?: readonly string[];
};

/** The grants one by one. */
export const accessesOf = (grants: Grants): Access[] =>
  Object.entries(grants).flatMap(([on, grant]: [string, AnyGrant]): Access[] => {
    const [table, index] = on.split('/') as [TableName, string?];
    const write = (operation: Operation, attributes?: readonly string[]) =>
      attributes ? [{ table, index, operations: [operation], attributes }] : [];
    return [
      ...(grant.reads ? [{ table, index, operations: grant.reads }] : []),
      ...write('ConditionCheckItem', grant.checks),
      ...write('PutItem', grant.puts),
      ...write('UpdateItem', grant.updates),
    ];
  });

type AnyGrant = {
  reads?: readonly Read[];
  checks?: readonly string[];
  puts?: readonly string[];
  updates?: readonly string[];
};

export const SESSION = { Sessions: { reads: ['GetItem'] } } as const satisfies Grants;

/** A key's record: a response, or a refusal. */
export const KEY_RECORDS = {
  IdempotencyKeys: {
    reads: ['GetItem'],
    puts: ['fingerprint', 'answer', 'written_by', 'refused_at', 'refusal', 'expires_at'],
  },
} as const satisfies Grants;

/** Unlocking a reward takes it out of the indexes of pending ones; it never names an amount. */
export const UNLOCKS = {
  Rewards: { updates: ['status', 'pending_until', 'due_shard'] },
  'Rewards/pending': { reads: ['Query'] },
} as const satisfies Grants;

/** No step of a payout names an address or an amount. */
export const CLAIMS = ['status', 'history', 'marks'] as const;
/** Only a claim takes from a budget, and what gives one up gives back. */
export const BUDGET = { Budgets: { updates: ['claimed_micro'] } } as const satisfies Grants;
/** A request takes from its owner's day, and whatever ends it unpaid gives back to it. */
export const COUNTS = { updates: ['requested_micro', 'expires_at'] } as const;
export const LIMITED = [...CLAIMS, 'budget_day'] as const;
export const ENDS = [...CLAIMS, 'completed_at', 'queue_key'] as const;
export const ENDS_UNPAID = [
  ...ENDS,
  ...(['budget_day', 'limit_day', 'reason', 'note', 'internal_note'] as const),
] as const;
export const ENDS_PAID = [...ENDS, 'budget_day', 'tx_hash', 'attempts'] as const;

/** One transfer for one payout, named for good. */
export const EVIDENCE = {
  reads: ['Query'],
  puts: [...(['network_day', 'payout_id', 'user_id', 'amount_micro', 'block', 'at'] as const)],
} as const;

/** What leaves the status as it is names it in its condition alone. */
export const RECORDS = ['status', 'marks', 'attempts', 'look_key'] as const;

/** The amount of a payout that ends leaves the reserve, and goes back or is paid. */
export const GIVES_BACK = { updates: ['available_micro', 'reserved_micro', 'version'] } as const;
export const PAYS_OUT = {
  updates: ['reserved_micro', 'paid_out_micro', 'version', 'frozen'],
} as const;

/** An operator names a payout by its id alone. */
export const BY_ID = { 'Payouts/queue': { reads: ['Query'] } } as const satisfies Grants;
