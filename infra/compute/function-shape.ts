/** What an entry of the catalogue says about a function. */
import type { IndexName, TableName } from '../tables.ts';

export type Operation = 'GetItem' | 'Query' | 'Scan' | 'PutItem' | 'UpdateItem';
export type Setting = 'MIN_PAYOUT_MICRO' | 'CONSOLE_ORIGINS' | 'PAYOUT_EVENT_BUS';

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

export type TriggerKind = Trigger extends infer One
  ? One extends Trigger
    ? keyof One
    : never
  : never;

export type FunctionShape = Trigger & {
  /**
   * What it may do to a table or to one index of it; every table gives the function its
   * `<NAME>_TABLE` variable.
   */
  grants: Partial<Record<TableName | IndexName, readonly Operation[]>>;
  settings?: readonly Setting[];
  /** 15 unless set, which is what the handlers behind a route are made for. */
  timeoutSeconds?: number;
};
