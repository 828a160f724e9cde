/**
 * What AWS gives by default, as looked up on the date below: on the page named, or where its stored
 * copy has no number, in what others quote from it. Those of a region are of production's.
 */
export const LOOKED_UP_ON = '2026-11-27';

/** Pages below docs.aws.amazon.com. */
export const PAGES = {
  partition: 'amazondynamodb/latest/developerguide/bp-partition-key-design.html',
  split: 'amazondynamodb/latest/developerguide/burst-adaptive-capacity.html',
  backPressure: 'amazondynamodb/latest/developerguide/gsi-throttling.html',
  onDemand: 'amazondynamodb/latest/developerguide/on-demand-capacity-mode.html',
  dynamodb: 'amazondynamodb/latest/developerguide/ServiceQuotas.html',
  localIndex: 'amazondynamodb/latest/developerguide/LSI.html',
  globalTables: 'prescriptive-guidance/latest/dynamodb-global-tables/overview.html',
  strongTables: 'amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html',
  gateway: 'apigateway/latest/developerguide/limits.html',
  lambda: 'lambda/latest/dg/lambda-concurrency.html',
  bus: 'eventbridge/latest/userguide/eb-quota.html',
  states: 'step-functions/latest/dg/service-quotas.html',
} as const;

export type Page = keyof typeof PAGES;

type Quota = { page: Page; is: number };

export const QUOTAS = {
  /** Units a second of one partition, which nobody raises. */
  partitionWrites: { page: 'partition', is: 1_000 },
  partitionReads: { page: 'partition', is: 3_000 },
  /** GB, at which a partition is split. */
  partitionGb: { page: 'split', is: 10 },
  /** Units a second of a table on demand, with its indexes. */
  tableWrites: { page: 'dynamodb', is: 40_000 },
  tableReads: { page: 'dynamodb', is: 40_000 },
  /** Units a second of a table on demand when it is new; later twice what it has had before. */
  newTableWrites: { page: 'onDemand', is: 4_000 },
  /** Requests a second of an account. */
  gatewayRequests: { page: 'gateway', is: 10_000 },
  concurrency: { page: 'lambda', is: 1_000 },
  /** A second, ten for each of the concurrency. */
  invocations: { page: 'lambda', is: 10_000 },
  /** Calls a second in eu-central-1; us-east-1 and eu-west-1 have 10,000. */
  putEvents: { page: 'bus', is: 2_400 },
  /** Events a second that rules hand to targets in eu-central-1; there 18,750. */
  delivered: { page: 'bus', is: 4_500 },
  /** Of one execution. */
  historyEvents: { page: 'states', is: 25_000 },
  /** Of a state's input or output. */
  stateBytes: { page: 'states', is: 262_144 },
} as const satisfies Record<string, Quota>;
