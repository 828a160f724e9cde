/** The tables of a restore: the live ones, those restored beside them, and the way to both. */
import { DescribeTableCommand, DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, NumberValue } from '@aws-sdk/lib-dynamodb';
import { exactInteger } from '../../../lib/money.ts';
import { ATTEMPT_TIMEOUT_MS, clientOptions } from '../../../lib/store/dynamodb/store.ts';
import type {
  ReconcileStore,
  ReconcileTables,
} from '../../../lib/store/reconcile/judge-account.ts';
import { systemTime } from '../../../lib/time.ts';
import { Problem } from '../../problem.ts';
import { stageNamed } from '../../stages.ts';
import { keysOf } from '../../tables.ts';
import { callersCredentials } from '../command-line.ts';
import { anotherAccount } from '../stage-stack.ts';

const NAMES = [
  'Accounts',
  'Payouts',
  'Rewards',
  'Invoices',
  'IdempotencyKeys',
] as const satisfies ReconcileTables[];

type Names = Record<ReconcileTables, string>;

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
export type Open = (budgetMs: number) => ReconcileStore;

export type Both = { live: Open; backup: Open; close: () => void };

/**
 * Throws Problem unless all ten tables are there, ready, of the same keys, and the stage's account's;
 * SettingsError for a stage that infra/stages.ts does not have.
 */
export async function openTables(where: Where): Promise<Both> {
  const { endpoint, stage, suffix, profile } = where;
  const settings = stage === undefined ? undefined : stageNamed(stage);
  const region = where.region ?? settings?.region;
  const client = new DynamoDBClient({
    ...clientOptions(ATTEMPT_TIMEOUT_MS),
    ...(endpoint === undefined
      ? { credentials: callersCredentials(profile), ...(region && { region }) }
      : { endpoint, ...LOCAL }),
  });
  const live = stage === undefined ? localNames() : await deployedNames(client, stage, suffix);
  const backup = namesFrom((name) => live[name] + suffix);
  for (const name of NAMES)
    for (const table of [live[name], backup[name]]) {
      const account = await requireTable(client, table, keysOf(name));
      if (settings?.account !== undefined && account !== settings.account)
        throw new Problem(anotherAccount(account, settings));
    }

  // Numbers that this code does not write come back as they are, and go as they came.
  const wrapNumbers = (digits: string) => exactInteger(digits) ?? NumberValue.from(digits);
  const connection = {
    client: DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers } }),
    time: systemTime,
    attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
    wake: () => undefined,
  };
  const open = (tables: Names) => (budgetMs: number) => {
    const nowMs = systemTime.now();
    const deadlineMs = nowMs + budgetMs;
    return { ...connection, tables, nowMs, deadlineMs, beginUntilMs: deadlineMs };
  };
  return { live: open(live), backup: open(backup), close: () => client.destroy() };
}

/** As `npm start` has them; settings of the environment that are meant for AWS are errors here. */
const LOCAL = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  accountIdEndpointMode: 'disabled',
} as const;

const namesFrom = (nameOf: (name: ReconcileTables) => string): Names =>
  Object.fromEntries(NAMES.map((name) => [name, nameOf(name)])) as Names;

const localNames = (): Names => namesFrom((name) => `${name}Table`);

/**
 * CloudFormation names a table after its stack, its logical id and something random. A table that a
 * deleted stack has left behind is named like those of the next stack of this name.
 */
async function deployedNames(client: DynamoDBClient, stage: string, suffix: string) {
  const pages = await Array.fromAsync(paginateListTables({ client }, {})).catch((error: Error) => {
    throw new Problem(`DynamoDB does not list its tables: ${error.message}`);
  });
  const all = pages.flatMap(({ TableNames = [] }) => TableNames);
  return namesFrom((name) => {
    const start = `ReferralPayouts-${stage}-${name}Table-`;
    const found = all.filter(
      (table) =>
        table.startsWith(start) &&
        /^[A-Za-z0-9]+$/.test(table.slice(start.length)) &&
        !table.endsWith(suffix),
    );
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    throw new Problem(
      found.length === 0
        ? `There is no table ${start}... in this account and region.`
        : `Which is the live one of ${found.join(', ')}? Rename or delete what a former stack left.`,
    );
  });
}

/** Gives the account that the table is in. */
async function requireTable(client: DynamoDBClient, table: string, keys: string[]) {
  const { Table } = await client
    .send(new DescribeTableCommand({ TableName: table }))
    .catch((error: Error) => {
      throw new Problem(`The table ${table} cannot be read: ${error.message || error.name}`);
    });
  const { TableStatus: status, KeySchema = [], TableArn = '' } = Table ?? {};
  if (status !== 'ACTIVE' && status !== 'UPDATING')
    throw new Problem(`The table ${table} is not ready yet: it is ${status}.`);
  const found = KeySchema.map(({ AttributeName }) => AttributeName);
  if (found.join() !== keys.join())
    throw new Problem(`The table ${table} has other keys than ${keys.join(', ')}.`);
  return TableArn.split(':')[4];
}
