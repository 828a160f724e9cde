/**
 * The settings of a function: the only place that reads the environment, once, when the function
 * starts.
 */
import * as v from 'valibot';
import { PositiveMicro } from './money.ts';

const TableName = v.pipe(v.string(), v.nonEmpty());

const settings = {
  SESSIONS_TABLE: TableName,
  ACCOUNTS_TABLE: TableName,
  PAYOUTS_TABLE: TableName,
  IDEMPOTENCY_KEYS_TABLE: TableName,
  REWARDS_TABLE: TableName,
  INVOICES_TABLE: TableName,
  /** The bus that changes of payouts leave on. */
  PAYOUT_EVENT_BUS: v.pipe(v.string(), v.nonEmpty()),
  /** The smallest payout, in micro-units. */
  MIN_PAYOUT_MICRO: v.pipe(
    v.string(),
    v.digits(),
    v.transform((digits) => BigInt(digits)),
    PositiveMicro,
  ),
  /** The console's origins, comma-separated: the only web pages that may change anything. */
  CONSOLE_ORIGINS: v.pipe(
    v.string(),
    v.transform((list) => list.split(',')),
    v.array(v.pipe(v.string(), v.regex(/^https?:\/\/[^\s/]+$/))),
  ),
};

/**
 * Set by Lambda in every execution environment, and by the local runner, which starts functions as
 * Lambda does.
 */
export const startedByLambda = process.env.AWS_LAMBDA_INITIALIZATION_TYPE !== undefined;

type Setting = keyof typeof settings;
export type Config<S extends Setting> = { [K in S]: v.InferOutput<(typeof settings)[K]> };

/**
 * The named settings. Throws an Error with the name of the first that is missing or malformed, so
 * that a function with a wrong environment does not start.
 */
export function readConfig<S extends Setting>(...names: S[]): Config<S> {
  const read = names.map((name) => {
    const parsed = v.safeParse(settings[name], process.env[name]);
    if (!parsed.success)
      throw new Error(`The environment variable ${name} is missing or malformed.`);
    return [name, parsed.output] as const;
  });
  return Object.fromEntries(read) as Config<S>;
}
