/**
 * The catalogue of functions: what sets each one off, what it may do to which table, its settings.
 */
import type { Setting, TableName } from '../../lib/config.ts';
import type { IndexName } from '../tables.ts';

export type Operation = 'GetItem' | 'Query' | 'Scan' | 'PutItem' | 'UpdateItem';

/** The gateway's route key: method, one space, path. */
type Route = `${'GET' | 'POST'} /${string}`;

/** What sets the function off: exactly one of these. */
type Trigger =
  /** Anybody who calls the route; the function looks for a session itself. */
  | { route: Route }
  /** A caller whose signature the gateway has checked, and whom IAM allows to call the route. */
  | { route: Route; authorizer: 'iam' }
  | { queue: 'billing' }
  | { stream: TableName }
  | { everyMinutes: number }
  | { stateMachine: 'daily' };

type KeysOfEach<Union> = Union extends unknown ? keyof Union : never;
type TriggerKind = KeysOfEach<Trigger>;

export type FunctionShape = Trigger & {
  /** On a table or on one index of it; every table gives the function its `<NAME>_TABLE`. */
  grants: Partial<Record<TableName | IndexName, readonly Operation[]>>;
  settings?: readonly Setting[];
  /** 15 unless set, which is what the handlers behind a route are made for. */
  timeoutSeconds?: number;
};

/** Ending a payout changes the payout and gives its amount back, or books it as paid. */
const ENDS_PAYOUT = {
  Accounts: ['UpdateItem'],
  Payouts: ['GetItem', 'UpdateItem'],
  'Payouts/queue': ['Query'],
} as const;

/** A function's code is `functions/` and its name in lower case with hyphens: see `entryOf`. */
export const FUNCTIONS = {
  RequestPayout: {
    route: 'POST /v1/referrals/payouts',
    grants: {
      Sessions: ['GetItem'],
      Accounts: ['UpdateItem'],
      Payouts: ['GetItem', 'PutItem'],
      IdempotencyKeys: ['GetItem', 'PutItem'],
      Rewards: ['UpdateItem'],
      'Rewards/pending': ['Query'],
    },
    settings: ['MIN_PAYOUT_MICRO', 'CONSOLE_ORIGINS'],
  },
  ListPayouts: {
    route: 'GET /v1/referrals/payouts',
    grants: { Sessions: ['GetItem'], Payouts: ['Query'] },
  },
  GetPayout: {
    route: 'GET /v1/referrals/payouts/{id}',
    grants: { Sessions: ['GetItem'], Payouts: ['GetItem'] },
  },
  CancelPayout: {
    route: 'POST /v1/referrals/payouts/{id}/cancel',
    grants: { Sessions: ['GetItem'], Accounts: ['UpdateItem'], Payouts: ['GetItem', 'UpdateItem'] },
    settings: ['CONSOLE_ORIGINS'],
  },
  GetOverview: {
    route: 'GET /v1/referrals/me',
    grants: { Sessions: ['GetItem'], Accounts: ['GetItem'], 'Rewards/pending': ['Query'] },
    settings: ['MIN_PAYOUT_MICRO'],
  },
  ListRewards: {
    route: 'GET /v1/referrals/rewards',
    grants: { Sessions: ['GetItem'], 'Rewards/granted': ['Query'] },
  },
  SpendOnInvoice: {
    route: 'POST /v1/referrals/spend-on-invoice',
    grants: {
      Sessions: ['GetItem'],
      Accounts: ['UpdateItem'],
      Invoices: ['GetItem', 'UpdateItem'],
      IdempotencyKeys: ['GetItem', 'PutItem'],
      Rewards: ['UpdateItem'],
      'Rewards/pending': ['Query'],
    },
    settings: ['CONSOLE_ORIGINS'],
  },

  ListQueue: {
    route: 'GET /v1/admin/referrals/payouts',
    authorizer: 'iam',
    grants: { 'Payouts/queue': ['Query'] },
  },
  GetPayoutAsOperator: {
    route: 'GET /v1/admin/referrals/payouts/{id}',
    authorizer: 'iam',
    grants: { Payouts: ['GetItem'], 'Payouts/queue': ['Query'] },
  },
  ClaimPayout: {
    route: 'POST /v1/admin/referrals/payouts/{id}/processing',
    authorizer: 'iam',
    grants: { Payouts: ['GetItem', 'UpdateItem'], 'Payouts/queue': ['Query'] },
  },
  MarkPayoutSent: {
    route: 'POST /v1/admin/referrals/payouts/{id}/sent',
    authorizer: 'iam',
    grants: ENDS_PAYOUT,
  },
  MarkPayoutFailed: {
    route: 'POST /v1/admin/referrals/payouts/{id}/failed',
    authorizer: 'iam',
    grants: ENDS_PAYOUT,
  },
  CancelPayoutAsOperator: {
    route: 'POST /v1/admin/referrals/payouts/{id}/cancelled',
    authorizer: 'iam',
    grants: ENDS_PAYOUT,
  },
  GetUser: {
    route: 'GET /v1/admin/referrals/users/{user_id}',
    authorizer: 'iam',
    grants: {
      Accounts: ['GetItem'],
      Payouts: ['Query'],
      'Rewards/granted': ['Query'],
      'Rewards/pending': ['Query'],
    },
  },

  ProcessBillingEvents: {
    queue: 'billing',
    grants: {
      Accounts: ['UpdateItem'],
      Rewards: ['GetItem', 'PutItem', 'UpdateItem'],
      Invoices: ['GetItem', 'PutItem', 'UpdateItem'],
    },
    timeoutSeconds: 60,
  },
  UnlockDueRewards: {
    everyMinutes: 15,
    grants: {
      Accounts: ['UpdateItem'],
      Rewards: ['UpdateItem'],
      'Rewards/due': ['Query'],
      'Rewards/pending': ['Query'],
    },
    // A third of its interval, so that no two runs are ever under way at once.
    timeoutSeconds: 300,
  },
  PublishPayoutEvents: {
    stream: 'Payouts',
    grants: {},
    settings: ['PAYOUT_EVENT_BUS'],
    timeoutSeconds: 30,
  },
  Reconcile: {
    stateMachine: 'daily',
    grants: {
      Accounts: ['GetItem', 'Scan'],
      Payouts: ['Query', 'Scan'],
      Rewards: ['Query', 'Scan'],
      Invoices: ['Query', 'Scan'],
      IdempotencyKeys: ['Query', 'Scan'],
    },
    // Long beside the time that starting takes, and short enough to repeat when a run dies.
    timeoutSeconds: 300,
  },
  MeasureQueue: {
    everyMinutes: 5,
    grants: { 'Payouts/queue': ['Query'] },
    timeoutSeconds: 30,
  },
} as const satisfies Record<string, FunctionShape>;

export type FunctionName = keyof typeof FUNCTIONS;

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[];

export const functionShape = (name: FunctionName): FunctionShape => FUNCTIONS[name];

/** The names of the functions that are set off in this way, such as by a `route`. */
export type NameWith<Kind extends TriggerKind> = {
  [Name in FunctionName]: (typeof FUNCTIONS)[Name] extends Record<Kind, unknown> ? Name : never;
}[FunctionName];

export type Triggered<Kind extends TriggerKind> = Extract<FunctionShape, Record<Kind, unknown>> & {
  name: NameWith<Kind>;
};

export const functionsWith = <Kind extends TriggerKind>(kind: Kind): Triggered<Kind>[] =>
  FUNCTION_NAMES.filter((name) => kind in functionShape(name)).map(
    (name) => ({ ...functionShape(name), name }) as Triggered<Kind>,
  );

/** The function's file: `RequestPayout` is `functions/request-payout.ts`. */
export const entryOf = (name: FunctionName): string =>
  `functions/${name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.ts`;
