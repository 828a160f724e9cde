/** The catalogue of functions: which route each one serves, what it may do to which table, and its settings. */
import type { TableName } from './tables.ts';

export type Operation = 'GetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';
export type Setting = 'MIN_PAYOUT_MICRO' | 'CONSOLE_ORIGINS';

export interface FunctionShape {
  /** The file `functions/<entry>.ts`. */
  entry: string;
  /** The gateway's route key: method, one space, path. */
  route: `${'GET' | 'POST'} /${string}`;
  /** Operations on the table itself; every table named here also gives the function its `<NAME>_TABLE` variable. */
  grants: Partial<Record<TableName, readonly Operation[]>>;
  settings?: readonly Setting[];
}

export const FUNCTIONS = {
  RequestPayout: {
    entry: 'request-payout',
    route: 'POST /v1/referrals/payouts',
    grants: {
      Sessions: ['GetItem'],
      Accounts: ['UpdateItem'],
      Payouts: ['GetItem', 'PutItem'],
      IdempotencyKeys: ['GetItem', 'PutItem'],
    },
    settings: ['MIN_PAYOUT_MICRO', 'CONSOLE_ORIGINS'],
  },
  ListPayouts: {
    entry: 'list-payouts',
    route: 'GET /v1/referrals/payouts',
    grants: { Sessions: ['GetItem'], Payouts: ['Query'] },
  },
  GetOverview: {
    entry: 'get-overview',
    route: 'GET /v1/referrals/me',
    grants: { Sessions: ['GetItem'], Accounts: ['GetItem'] },
    settings: ['MIN_PAYOUT_MICRO'],
  },
} as const satisfies Record<string, FunctionShape>;

export type FunctionName = keyof typeof FUNCTIONS;

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[];

export const functionShape = (name: FunctionName): FunctionShape => FUNCTIONS[name];
