/** The settings of a function: the only place that reads the environment, once, at its start. */
import * as v from 'valibot';
import { INT64_MAX, PositiveMicro } from './money.ts';

/** The tables, by the names that the code knows them by. */
export const TABLE_NAMES = [
  'Sessions',
  'Accounts',
  'Payouts',
  'Rewards',
  'Invoices',
  'IdempotencyKeys',
  'Budgets',
  'DailyLimits',
  'Evidence',
] as const;
export type TableName = (typeof TABLE_NAMES)[number];

/** The variable that holds a table's name: `IDEMPOTENCY_KEYS_TABLE` for `IdempotencyKeys`. */
export const tableVariable = (table: TableName): string =>
  `${table.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}_TABLE`;

const Name = v.pipe(v.string(), v.nonEmpty());

/** What stands for a limit that a stage does not set. */
export const NO_LIMIT = 'none';

const arePositive = (amounts: bigint[]): boolean =>
  amounts.every((micro) => micro >= 1n && micro <= INT64_MAX);

const OptionalMicro = v.pipe(
  v.string(),
  v.regex(/^(none|\d+)$/),
  v.transform((text) => (text === NO_LIMIT ? undefined : BigInt(text))),
  v.check((micro) => micro === undefined || arePositive([micro])),
);

const budgetOf = (entry: string): [string, bigint] => {
  const at = entry.indexOf('=');
  return [entry.slice(0, at), BigInt(entry.slice(at + 1))];
};

const settings = {
  /** The bus that changes of payouts leave on. */
  PAYOUT_EVENT_BUS: Name,
  /** The smallest payout, in micro-units. */
  MIN_PAYOUT_MICRO: v.pipe(
    v.string(),
    v.digits(),
    v.transform((digits) => BigInt(digits)),
    PositiveMicro,
  ),
  /** The amount in micro-units above which a payout needs an approval; undefined for none. */
  APPROVAL_ABOVE_MICRO: OptionalMicro,
  /** What a user may request in a UTC day, in micro-units; undefined for no limit. */
  USER_DAILY_LIMIT_MICRO: OptionalMicro,
  /** What may be claimed in a UTC day, in micro-units, by network: `solana=5000000,polygon=1`. */
  OUTFLOW_BUDGETS: v.pipe(
    v.string(),
    v.regex(/^(none|[a-z0-9-]+=\d+(,[a-z0-9-]+=\d+)*)$/),
    v.transform(
      (list): Record<string, bigint> =>
        list === NO_LIMIT ? {} : Object.fromEntries(list.split(',').map(budgetOf)),
    ),
    v.check((budgets) => arePositive(Object.values(budgets))),
  ),
  /** The networks whose chain is asked, as JSON that only those who ask them read: chain-settings.ts. */
  CHAINS: Name,
  /** The name of the secret that holds the URLs of their providers; `none` where there is none. */
  CHAIN_SECRET: Name,
  /** Whether addresses under sanctions are refused (networks/sanctions.ts). */
  SANCTIONS: v.pipe(
    v.picklist(['on', NO_LIMIT]),
    v.transform((text) => text === 'on'),
  ),
  /** The console's origins, comma-separated: the only web pages that may change anything. */
  CONSOLE_ORIGINS: v.pipe(
    v.string(),
    v.transform((list) => list.split(',')),
    v.array(v.pipe(v.string(), v.regex(/^https?:\/\/[^\s/]+$/))),
  ),
};

export type Setting = keyof typeof settings;
export type Config<S extends Setting> = { [K in S]: v.InferOutput<(typeof settings)[K]> };

/** Set by Lambda in every execution environment, and by the local runner as well. */
export const startedByLambda = process.env.AWS_LAMBDA_INITIALIZATION_TYPE !== undefined;

/**
 * The named settings. Throws an Error with the name of the first that is missing or malformed, so
 * that a function with a wrong environment does not start.
 */
export const readConfig = <S extends Setting>(...names: S[]): Config<S> =>
  Object.fromEntries(names.map((name) => [name, readVariable(name, settings[name])])) as Config<S>;

/** What the stage lets leave, in micro-units (settlement/outflow.ts). Throws as `readConfig` does. */
export const readLimits = () => {
  const settings = readConfig('APPROVAL_ABOVE_MICRO', 'OUTFLOW_BUDGETS');
  return {
    approvalAboveMicro: settings.APPROVAL_ABOVE_MICRO,
    budgetsMicro: settings.OUTFLOW_BUDGETS,
  };
};

/** The names of these tables as they are deployed. Throws as `readConfig` does. */
export const readTables = <T extends TableName>(...names: T[]): Record<T, string> =>
  Object.fromEntries(
    names.map((name) => [name, readVariable(tableVariable(name), Name)]),
  ) as Record<T, string>;

function readVariable(name: string, schema: v.GenericSchema): unknown {
  const parsed = v.safeParse(schema, process.env[name]);
  if (parsed.success) return parsed.output;
  throw new Error(`The environment variable ${name} is missing or malformed.`);
}
