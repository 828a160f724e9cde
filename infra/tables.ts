/** The DynamoDB tables, and which of them hold what. */
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type CfnTable,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

interface TableShape {
  partitionKey: string;
  sortKey?: string;
  /** Epoch seconds; DynamoDB deletes late, so code never relies on it. */
  expiresAt?: string;
  indexes?: Record<string, { partitionKey: string; sortKey: string }>;
}

export const TABLES = {
  Sessions: { partitionKey: 'token_hash', expiresAt: 'expires_at' },
  Accounts: { partitionKey: 'user_id' },
  Payouts: {
    partitionKey: 'user_id',
    sortKey: 'id',
    indexes: { queue: { partitionKey: 'shard', sortKey: 'queue_key' } },
  },
  IdempotencyKeys: { partitionKey: 'user_id', sortKey: 'operation_key', expiresAt: 'expires_at' },
} as const satisfies Record<string, TableShape>;

export type TableName = keyof typeof TABLES;

export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

export const indexNames = (name: TableName): string[] => Object.keys(shape(name).indexes ?? {});

const shape = (name: TableName): TableShape => TABLES[name];

export class Tables extends Construct {
  readonly byName: Readonly<Record<TableName, Table>>;

  constructor(scope: Construct, settings: Settings) {
    super(scope, 'Tables');
    const entries = TABLE_NAMES.map((name) => [name, this.table(name, settings)]);
    this.byName = Object.fromEntries(entries);
  }

  private table(name: TableName, settings: Settings): Table {
    const { partitionKey, sortKey, expiresAt, indexes = {} } = shape(name);
    const table = new Table(this, name, {
      ...keys(partitionKey, sortKey),
      ...(expiresAt && { timeToLiveAttribute: expiresAt }),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // Data is encrypted at rest under a key that DynamoDB owns. A KMS key of our own would bill every request and
      // add a second service whose throttling stops payouts, while who may read is decided by the roles either way.
      encryption: TableEncryption.DEFAULT,
      deletionProtection: settings.production,
      removalPolicy: settings.production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    for (const [indexName, index] of Object.entries(indexes)) {
      table.addGlobalSecondaryIndex({
        indexName,
        ...keys(index.partitionKey, index.sortKey),
        projectionType: ProjectionType.ALL,
      });
    }
    // A new logical id would make CloudFormation replace the table, so the id must not follow the construct tree.
    (table.node.defaultChild as CfnTable).overrideLogicalId(`${name}Table`);
    return table;
  }
}

function keys(partitionKey: string, sortKey: string | undefined) {
  return {
    partitionKey: { name: partitionKey, type: AttributeType.STRING },
    ...(sortKey && { sortKey: { name: sortKey, type: AttributeType.STRING } }),
  };
}
