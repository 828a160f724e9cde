/**
 * The catalogue of functions: what sets each one off, what it may do to which table, its settings.
 */
import type { Setting, TableName } from '../../lib/config.ts';
import {
  BUDGET,
  BY_ID,
  COUNTS,
  ENDS,
  ENDS_PAID,
  ENDS_UNPAID,
  EVIDENCE,
  GIVES_BACK,
  type Grants,
  KEY_RECORDS,
  LIMITED,
  PAYS_OUT,
  RECORDS,
  SESSION,
  UNLOCKS,
} from './grants.ts';

/** The gateway's route key: method, one space, path. */
type Route = `${'GET' | 'POST'} /${string}`;

/** What sets the function off: exactly one of these. */
type Trigger =
  /** Anybody who calls the route; the function looks for a session itself. */
  | { route: Route }
  /** A caller whose signature the gateway has checked, and whom IAM allows to call the route. */
  | { route: Route; authorizer: 'iam'; callers: Callers }
  | { queue: 'billing' }
  | { stream: TableName }
  | { everyMinutes: number }
  | { stateMachine: 'daily' };

/**
 * Whose policy (infra/operator-policies.ts) has the route: those who pay, those who look at what
 * others pay, or both and those who only read.
 */
export type Callers = 'operators' | 'approvers' | 'all';

type KeysOfEach<Union> = Union extends unknown ? keyof Union : never;
type TriggerKind = KeysOfEach<Trigger>;

export type FunctionShape = Trigger & {
  /** On a table or on one index of it; every table gives the function its `<NAME>_TABLE`. */
  grants: Grants;
  settings?: readonly Setting[];
  /** 15 unless set, which is what the handlers behind a route are made for. */
  timeoutSeconds?: number;
};

/** A function's code is `functions/` and its name in lower case with hyphens: see `entryOf`. */
export const FUNCTIONS = {
  RequestPayout: {
    route: 'POST /v1/referrals/payouts',
    grants: {
      ...SESSION,
      Accounts: {
        updates: ['available_micro', 'pending_micro', 'reserved_micro', 'version', 'frozen'],
      },
      Payouts: {
        reads: ['GetItem'],
        puts: [
          ...['amount_micro', 'network', 'address', 'status', 'requested_at', 'history'],
          ...['shard', 'queue_key', 'limit_day'],
        ],
      },
      DailyLimits: { ...COUNTS, reads: ['GetItem'] },
      // Only the refusals of a limit and of a minimum say more than their tag.
      IdempotencyKeys: {
        ...KEY_RECORDS.IdempotencyKeys,
        puts: [...KEY_RECORDS.IdempotencyKeys.puts, 'details'],
      },
      ...UNLOCKS,
    },
    settings: ['MIN_PAYOUT_MICRO', 'USER_DAILY_LIMIT_MICRO', 'SANCTIONS', 'CONSOLE_ORIGINS'],
  },
  ListPayouts: {
    route: 'GET /v1/referrals/payouts',
    grants: { ...SESSION, Payouts: { reads: ['Query'] } },
  },
  GetPayout: {
    route: 'GET /v1/referrals/payouts/{id}',
    grants: { ...SESSION, Payouts: { reads: ['GetItem'] } },
  },
  CancelPayout: {
    route: 'POST /v1/referrals/payouts/{id}/cancel',
    grants: {
      ...SESSION,
      Accounts: GIVES_BACK,
      Payouts: { reads: ['GetItem'], updates: [...ENDS, 'limit_day'] },
      DailyLimits: COUNTS,
    },
    settings: ['CONSOLE_ORIGINS'],
  },
  GetOverview: {
    route: 'GET /v1/referrals/me',
    grants: {
      ...SESSION,
      Accounts: { reads: ['GetItem'] },
      'Rewards/pending': { reads: ['Query'] },
      DailyLimits: { reads: ['GetItem'] },
    },
    settings: ['MIN_PAYOUT_MICRO', 'USER_DAILY_LIMIT_MICRO'],
  },
  ListRewards: {
    route: 'GET /v1/referrals/rewards',
    grants: { ...SESSION, 'Rewards/granted': { reads: ['Query'] } },
  },
  SpendOnInvoice: {
    route: 'POST /v1/referrals/spend-on-invoice',
    grants: {
      ...SESSION,
      Accounts: {
        updates: ['available_micro', 'pending_micro', 'spent_micro', 'version', 'frozen'],
      },
      // The total is there for its condition alone.
      Invoices: {
        reads: ['GetItem'],
        updates: ['status', 'total_micro', 'covered_by', 'covered_at'],
      },
      ...KEY_RECORDS,
      ...UNLOCKS,
    },
    settings: ['CONSOLE_ORIGINS'],
  },

  ListQueue: {
    route: 'GET /v1/admin/referrals/payouts',
    authorizer: 'iam',
    callers: 'all',
    grants: {
      ...BY_ID,
      'Payouts/looks': { reads: ['Query'] },
      Payouts: { reads: ['BatchGetItem'] },
    },
  },
  GetTotals: {
    route: 'GET /v1/admin/referrals/totals',
    authorizer: 'iam',
    callers: 'all',
    grants: BY_ID,
  },
  GetPayoutAsOperator: {
    route: 'GET /v1/admin/referrals/payouts/{id}',
    authorizer: 'iam',
    callers: 'all',
    grants: { ...BY_ID, Payouts: { reads: ['GetItem'] } },
  },
  ClaimPayout: {
    route: 'POST /v1/admin/referrals/payouts/{id}/processing',
    authorizer: 'iam',
    callers: 'operators',
    grants: {
      ...BY_ID,
      ...BUDGET,
      Accounts: { checks: ['frozen'] },
      Payouts: { reads: ['GetItem'], updates: LIMITED },
    },
    settings: ['APPROVAL_ABOVE_MICRO', 'OUTFLOW_BUDGETS', 'SANCTIONS'],
  },
  ApprovePayout: {
    route: 'POST /v1/admin/referrals/payouts/{id}/approved',
    authorizer: 'iam',
    callers: 'approvers',
    grants: {
      ...BY_ID,
      Payouts: { reads: ['GetItem'], updates: ['status', 'marks', 'approval'] },
    },
  },
  RecordAttempt: {
    route: 'POST /v1/admin/referrals/payouts/{id}/attempts',
    authorizer: 'iam',
    callers: 'operators',
    grants: { ...BY_ID, Payouts: { reads: ['GetItem'], updates: RECORDS } },
  },
  ReviewPayout: {
    route: 'POST /v1/admin/referrals/payouts/{id}/reviewed',
    authorizer: 'iam',
    callers: 'approvers',
    grants: {
      ...BY_ID,
      Payouts: { reads: ['GetItem'], updates: [...RECORDS, 'review', 'reviewed'] },
    },
  },
  ReleasePayout: {
    route: 'POST /v1/admin/referrals/payouts/{id}/released',
    authorizer: 'iam',
    callers: 'operators',
    grants: { ...BY_ID, ...BUDGET, Payouts: { reads: ['GetItem'], updates: LIMITED } },
  },
  MarkPayoutSent: {
    route: 'POST /v1/admin/referrals/payouts/{id}/sent',
    authorizer: 'iam',
    callers: 'operators',
    grants: {
      ...BY_ID,
      ...BUDGET,
      // What is not final yet is recorded, for which an unclaimed payout is claimed.
      Accounts: { ...PAYS_OUT, checks: ['frozen'] },
      Payouts: { reads: ['GetItem'], updates: [...ENDS_PAID, 'evidence', 'look_key'] },
      Evidence: EVIDENCE,
    },
    settings: ['APPROVAL_ABOVE_MICRO', 'OUTFLOW_BUDGETS', 'CHAINS', 'CHAIN_SECRET'],
  },
  MarkPayoutFailed: {
    route: 'POST /v1/admin/referrals/payouts/{id}/failed',
    authorizer: 'iam',
    callers: 'operators',
    grants: {
      ...BY_ID,
      ...BUDGET,
      Accounts: GIVES_BACK,
      Payouts: { reads: ['GetItem'], updates: ENDS_UNPAID },
      DailyLimits: COUNTS,
    },
  },
  CancelPayoutAsOperator: {
    route: 'POST /v1/admin/referrals/payouts/{id}/cancelled',
    authorizer: 'iam',
    callers: 'operators',
    grants: {
      ...BY_ID,
      ...BUDGET,
      Accounts: GIVES_BACK,
      Payouts: { reads: ['GetItem'], updates: ENDS_UNPAID },
      DailyLimits: COUNTS,
    },
  },
  FreezeUser: {
    route: 'POST /v1/admin/referrals/users/{user_id}/frozen',
    authorizer: 'iam',
    callers: 'approvers',
    grants: { Accounts: { reads: ['GetItem'], updates: ['frozen', 'freeze_mark'] } },
  },
  ThawUser: {
    route: 'POST /v1/admin/referrals/users/{user_id}/thawed',
    authorizer: 'iam',
    callers: 'approvers',
    grants: { Accounts: { reads: ['GetItem'], updates: ['frozen', 'thawed', 'freeze_mark'] } },
  },
  GetUser: {
    route: 'GET /v1/admin/referrals/users/{user_id}',
    authorizer: 'iam',
    callers: 'all',
    grants: {
      Accounts: { reads: ['GetItem'] },
      Payouts: { reads: ['Query'] },
      'Rewards/granted': { reads: ['Query'] },
      'Rewards/pending': { reads: ['Query'] },
    },
  },

  ProcessBillingEvents: {
    queue: 'billing',
    grants: {
      // A grant makes the account.
      Accounts: {
        updates: [
          ...['available_micro', 'pending_micro', 'reserved_micro', 'paid_out_micro'],
          ...['spent_micro', 'lifetime_micro', 'version'],
        ],
      },
      Rewards: {
        reads: ['GetItem'],
        puts: [
          ...['amount_micro', 'status', 'unlocks_at', 'granted_at', 'source'],
          ...['granted_key', 'pending_until', 'due_shard'],
        ],
        updates: UNLOCKS.Rewards.updates,
      },
      Invoices: {
        reads: ['GetItem'],
        puts: ['status', 'total_micro'],
        updates: ['status', 'total_micro'],
      },
    },
    timeoutSeconds: 60,
  },
  UnlockDueRewards: {
    everyMinutes: 15,
    grants: {
      Accounts: { updates: ['available_micro', 'pending_micro', 'version'] },
      ...UNLOCKS,
      Rewards: { ...UNLOCKS.Rewards, reads: ['BatchGetItem'] },
      'Rewards/due': { reads: ['Query'] },
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
      Accounts: { reads: ['GetItem', 'BatchGetItem', 'Scan'] },
      Payouts: { reads: ['Query', 'Scan'] },
      Rewards: { reads: ['Query', 'Scan'] },
      Invoices: { reads: ['Query', 'Scan'] },
      IdempotencyKeys: { reads: ['Query', 'Scan'] },
    },
    // Long beside the time that starting takes, and short enough to repeat when a run dies.
    timeoutSeconds: 300,
  },
  SettleByChain: {
    everyMinutes: 1,
    grants: {
      'Payouts/looks': { reads: ['Query'] },
      Payouts: {
        reads: ['GetItem'],
        updates: [...ENDS, 'tx_hash', 'attempts', 'evidence', 'look_key', 'review'],
      },
      Accounts: { updates: ['reserved_micro', 'paid_out_micro', 'version'] },
      Evidence: EVIDENCE,
    },
    settings: ['CHAINS', 'CHAIN_SECRET'],
    timeoutSeconds: 50,
  },
  ReconcileOutflow: {
    everyMinutes: 24 * 60,
    grants: {
      'Payouts/queue': { reads: ['Query'] },
      Payouts: { reads: ['GetItem'], updates: ['status', 'marks', 'evidence'] },
      Evidence: EVIDENCE,
      'Evidence/days': { reads: ['Query'] },
    },
    settings: ['CHAINS', 'CHAIN_SECRET'],
    timeoutSeconds: 300,
  },
  MeasureQueue: {
    everyMinutes: 5,
    grants: BY_ID,
    timeoutSeconds: 30,
  },
} as const satisfies Record<string, FunctionShape>;

export type FunctionName = keyof typeof FUNCTIONS;

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[];

export const functionShape = (name: FunctionName): FunctionShape => FUNCTIONS[name];

/** Whether it asks the chains of the stage's networks, and so has no work where none is verified. */
export const asksChains = (name: FunctionName): boolean =>
  functionShape(name).settings?.includes('CHAINS') ?? false;

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
