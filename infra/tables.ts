/** The DynamoDB tables, and which of them hold what. */
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type CfnTable,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { TABLE_NAMES, type TableName } from '../lib/config.ts';
import { INDEXES } from '../lib/store/dynamodb/indexes.ts';
import { resistsDeletion, type Settings } from './settings.ts';

interface TableShape {
  partitionKey: string;
  sortKey?: string;
  /** Epoch seconds; DynamoDB deletes late, so code never relies on it. */
  expiresAt?: string;
  indexes?: Record<string, IndexShape>;
  /** Publishes every change with the item before and after it. */
  stream?: boolean;
}

interface IndexShape {
  /** Without one the index is local: it shares the table's, and may be read consistently. */
  partitionKey?: string;
  sortKey: string;
  /** The attributes it holds beside the keys; all of them unless named. */
  holds?: readonly string[];
}

export const TABLES = {
  Sessions: { partitionKey: 'token_hash', expiresAt: 'expires_at' },
  Accounts: { partitionKey: 'user_id' },
  Payouts: {
    partitionKey: 'user_id',
    sortKey: 'id',
    indexes: {
      [INDEXES.Payouts.queue]: { partitionKey: 'shard', sortKey: 'queue_key' },
      [INDEXES.Payouts.looks]: { partitionKey: 'shard', sortKey: 'look_key', holds: [] },
    },
    stream: true,
  },
  Rewards: {
    partitionKey: 'user_id',
    sortKey: 'reward_id',
    indexes: {
      [INDEXES.Rewards.pending]: { sortKey: 'pending_until', holds: ['amount_micro'] },
      [INDEXES.Rewards.granted]: { sortKey: 'granted_key' },
      [INDEXES.Rewards.due]: { partitionKey: 'due_shard', sortKey: 'pending_until', holds: [] },
    },
  },
  Invoices: { partitionKey: 'user_id', sortKey: 'invoice_id' },
  IdempotencyKeys: { partitionKey: 'user_id', sortKey: 'operation_key', expiresAt: 'expires_at' },
  Budgets: { partitionKey: 'network', sortKey: 'day' },
  DailyLimits: { partitionKey: 'user_id', sortKey: 'day', expiresAt: 'expires_at' },
  Evidence: {
    partitionKey: 'transaction',
    sortKey: 'position',
    indexes: {
      [INDEXES.Evidence.days]: { partitionKey: 'network_day', sortKey: 'transaction' },
    },
  },
} as const satisfies Record<TableName, TableShape>;

/** An index as grants name it and as its ARN ends: `Payouts/queue`. */
export type IndexName = {
  [Name in TableName]: (typeof TABLES)[Name] extends { indexes: infer Indexes }
    ? `${Name}/${keyof Indexes & string}`
    : never;
}[TableName];

/** The key attributes of the table itself. */
export const keysOf = (name: TableName): string[] => {
  const { partitionKey, sortKey }: TableShape = TABLES[name];
  return sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
};

/** The indexes with a partition key of their own, which DynamoDB counts and throttles apart. */
export const globalIndexes = (name: TableName): string[] =>
  Object.entries((TABLES[name] as TableShape).indexes ?? {})
    .filter(([, { partitionKey }]) => partitionKey !== undefined)
    .map(([index]) => index);

export class Tables extends Construct {
  readonly byName: Readonly<Record<TableName, Table>>;

  constructor(scope: Construct, settings: Settings) {
    super(scope, 'Tables');
    const entries = TABLE_NAMES.map((name) => [name, this.table(name, settings)]);
    this.byName = Object.fromEntries(entries);
  }

  private table(name: TableName, settings: Settings): Table {
    const {
      partitionKey,
      sortKey,
      expiresAt,
      indexes = {},
      stream = false,
    }: TableShape = TABLES[name];
    const table = new Table(this, name, {
      ...keys(partitionKey, sortKey),
      ...(expiresAt && { timeToLiveAttribute: expiresAt }),
      ...(stream && { stream: StreamViewType.NEW_AND_OLD_IMAGES }),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // Data is encrypted at rest under a key that DynamoDB owns. A KMS key of our own would bill
      // every request and add a second service whose throttling stops payouts, while who may read
      // is decided by the roles either way.
      encryption: TableEncryption.DEFAULT,
      deletionProtection: resistsDeletion(settings),
      removalPolicy: settings.production
        ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        : RemovalPolicy.DESTROY,
    });
    for (const [indexName, index] of Object.entries(indexes)) addIndex(table, indexName, index);
    // A new logical id would make CloudFormation replace the table, so the id must not follow the
    // construct tree.
    (table.node.defaultChild as CfnTable).overrideLogicalId(`${name}Table`);
    return table;
  }
}

function addIndex(table: Table, indexName: string, index: IndexShape): void {
  const { partitionKey, sortKey, holds } = index;
  const projection =
    holds === undefined
      ? { projectionType: ProjectionType.ALL }
      : holds.length === 0
        ? { projectionType: ProjectionType.KEYS_ONLY }
        : { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...holds] };
  if (partitionKey === undefined)
    table.addLocalSecondaryIndex({ indexName, sortKey: textKey(sortKey), ...projection });
  else table.addGlobalSecondaryIndex({ indexName, ...keys(partitionKey, sortKey), ...projection });
}

const keys = (partitionKey: string, sortKey: string | undefined) => ({
  partitionKey: textKey(partitionKey),
  ...(sortKey && { sortKey: textKey(sortKey) }),
});

const textKey = (name: string) => ({ name, type: AttributeType.STRING });
