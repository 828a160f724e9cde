/** What a grant of the catalogue says, in the words of the code that writes the items. */
import type { Account } from '../../lib/account.ts';
import type { TableName } from '../../lib/config.ts';
import type { Invoice } from '../../lib/invoice.ts';
import type { KeyRecord } from '../../lib/store/balance/key-record.ts';
import type { rewardItem } from '../../lib/store/balance/reward-items.ts';
import type { payoutItem } from '../../lib/store/payouts/payout-items.ts';
import type { IndexName } from '../tables.ts';

type Read = 'GetItem' | 'Query' | 'Scan';
export type Operation = Read | 'PutItem' | 'UpdateItem';

/** What is stored in each table that this service writes. */
type Stored = {
  Accounts: Account;
  Payouts: ReturnType<typeof payoutItem>;
  Rewards: ReturnType<typeof rewardItem>;
  Invoices: Invoice;
  IdempotencyKeys: KeyRecord;
};

/**
 * A write is only ever granted inside a transaction, and for exactly these attributes beside the
 * keys: those that its request names, in a condition too, since DynamoDB tells these apart from
 * written ones no more than IAM tells one value from another.
 */
type Grant<Table extends TableName> = {
  reads?: readonly Read[];
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
  Object.entries(grants).flatMap(([on, { reads = [], ...writes }]: [string, AnyGrant]) => {
    const [table, index] = on.split('/') as [TableName, string?];
    const { puts, updates } = writes;
    return [
      ...(reads.length > 0 ? [{ table, index, operations: reads }] : []),
      ...(puts ? [{ table, index, operations: ['PutItem'] as const, attributes: puts }] : []),
      ...(updates
        ? [{ table, index, operations: ['UpdateItem'] as const, attributes: updates }]
        : []),
    ];
  });

type AnyGrant = {
  reads?: readonly Read[];
  puts?: readonly string[];
  updates?: readonly string[];
};
