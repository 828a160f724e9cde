/** The tables of a restore: the live ones, those restored beside them, and the way to both. */
import {
  DescribeTableCommand,
  DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, NumberValue } from '@aws-sdk/lib-dynamodb';
import type { TableName } from '../../../lib/config.ts';
import { exactInteger } from '../../../lib/money.ts';
import {
  ATTEMPT_TIMEOUT_MS,
  clientOptions,
  type Store,
} from '../../../lib/store/dynamodb/store.ts';
import type { ReconcileTables } from '../../../lib/store/reconcile/judge-account.ts';
import type { RestoreStore } from '../../../lib/store/reconcile/restore-account.ts';
import { systemTime } from '../../../lib/time.ts';
import { Problem } from '../../problem.ts';
import { keysOf } from '../../tables.ts';
import { callersCredentials } from '../command-line.ts';
import { findStageStack, outputOf } from '../stage-stack.ts';

const NAMES = [
  'Accounts',
  'Payouts',
  'Rewards',
  'Invoices',
  'IdempotencyKeys',
  'Evidence',
] as const satisfies Restored[];

type Restored = ReconcileTables | 'Evidence';
type Names = Record<Restored, string>;

export type Where = {
  /** An engine on this machine, whose tables have their plain names. */
  endpoint?: string | undefined;
  /** Or the deployed stage. */
  stage?: string | undefined;
  region?: string | undefined;
  profile?: string | undefined;
  /** What the names of the restored tables end with, after those of the live ones. */
  suffix: string;
};

/** A store for work that is to end within so many milliseconds from now. */
export type Open = (budgetMs: number) => RestoreStore;

export type Both = {
  live: Open;
  /** The live tables of budgets and limits, which no backup replaces, beside that of payouts. */
  budgets: (budgetMs: number) => Store<'Payouts' | 'Budgets' | 'DailyLimits'>;
  backup: Open;
  /** To which the tables were restored (RFC 3339), where DynamoDB says it. */
  second: string | undefined;
  close: () => void;
};

/**
 * Throws Problem unless all fourteen tables are there, ready, and of the same keys, a stage's in its own
 * account, and those beside them were restored from them and to one second, as far as it is known.
 */
export async function openTables({ stage, suffix, ...where }: Where): Promise<Both> {
  const stack = stage === undefined ? undefined : await findStageStack(stage, where);
  const client = new DynamoDBClient({
    ...clientOptions(ATTEMPT_TIMEOUT_MS),
    ...(stack === undefined
      ? { endpoint: where.endpoint as string, ...LOCAL }
      : { region: stack.region, credentials: callersCredentials(where.profile) }),
  });
  const nameOf = (name: TableName) =>
    stack === undefined ? `${name}Table` : outputOf(stack, `${name}TableName`);
  const live = namesFrom(nameOf);
  const Budgets = nameOf('Budgets');
  const backup = namesFrom((name) => live[name] + suffix);
  const DailyLimits = nameOf('DailyLimits');
  await requireTable(client, Budgets, keysOf('Budgets'));
  await requireTable(client, DailyLimits, keysOf('DailyLimits'));
  const seconds = new Set<string | undefined>();
  for (const name of NAMES) {
    const { TableArn } = await requireTable(client, live[name], keysOf(name));
    const { RestoreSummary: restored } = await requireTable(client, backup[name], keysOf(name));
    const from = restored?.SourceTableArn ?? TableArn;
    if (from !== TableArn)
      throw new Problem(
        `The table ${backup[name]} was restored from ${from}, not from ${TableArn}.`,
      );
    seconds.add(restored?.RestoreDateTime?.toISOString());
  }
  if (seconds.size > 1)
    throw new Problem(
      `The tables were not restored to the same second: ${[...seconds].join(', ')}.`,
    );
  const [second] = seconds;

  // Numbers that this code does not write come back as they are, and go as they came.
  const wrapNumbers = (digits: string) => exactInteger(digits) ?? NumberValue.from(digits);
  const connection = {
    client: DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers } }),
    time: systemTime,
    attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
    wake: () => undefined,
  };
  const open =
    <Tables>(tables: Tables) =>
    (budgetMs: number) => {
      const nowMs = systemTime.now();
      const deadlineMs = nowMs + budgetMs;
      return { ...connection, tables, nowMs, deadlineMs, beginUntilMs: deadlineMs };
    };
  const budgets = open({ Payouts: live.Payouts, Budgets, DailyLimits });
  const both = { live: open(live), budgets, backup: open(backup) };
  return { ...both, second, close: () => client.destroy() };
}

/** As `npm start` has them; settings of the environment that are meant for AWS are errors here. */
const LOCAL = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  accountIdEndpointMode: 'disabled',
} as const;

const namesFrom = (nameOf: (name: Restored) => string): Names =>
  Object.fromEntries(NAMES.map((name) => [name, nameOf(name)])) as Names;

async function requireTable(
  client: DynamoDBClient,
  table: string,
  keys: string[],
): Promise<TableDescription> {
  const { Table } = await client
    .send(new DescribeTableCommand({ TableName: table }))
    .catch((error: Error) => {
      throw new Problem(`The table ${table} cannot be read: ${error.message || error.name}`);
    });
  const { TableStatus: status, KeySchema = [] }: TableDescription = Table ?? {};
  if (status !== 'ACTIVE' && status !== 'UPDATING')
    throw new Problem(`The table ${table} is not ready yet: it is ${status}.`);
  const found = KeySchema.map(({ AttributeName }) => AttributeName);
  if (found.join() !== keys.join())
    throw new Problem(`The table ${table} has other keys than ${keys.join(', ')}.`);
  return Table ?? {};
}
