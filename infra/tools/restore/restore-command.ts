/** Copies damaged books back from tables that were restored beside the live ones, user by user. */
import { readFile } from 'node:fs/promises';
import type { PayoutChange } from '../../../lib/payout.ts';
import { inOrder } from '../../../lib/store/dynamodb/concurrency.ts';
import { MalformedEventError, readArchive } from '../../../lib/store/reconcile/archived-events.ts';
import { usersIn } from '../../../lib/store/reconcile/books.ts';
import { restoreAccount } from '../../../lib/store/reconcile/restore-account.ts';
import { EXIT, fail, Problem, UsageError } from '../../problem.ts';
import { parse } from '../command-line.ts';
import { readIds } from '../operator/operator-arguments.ts';
import type { Terminal } from '../operator/operator-session.ts';
import { noCounts, outcomeText, summary, type Told } from './restore-output.ts';
import { type Both, openTables } from './restore-tables.ts';

const HELP = `Usage: npm run -s restore -- --from-suffix SUFFIX (--user ID... | --all) [options]

Brings the books of users in order whose items are lost or damaged, from tables that were restored to an earlier second
beside the live ones, under their names with SUFFIX behind, and from the events since. Says what it would write, and
writes nothing without --apply. Who is in order is left as it is. It is safe to repeat, and beside itself. RUNBOOK.md
has the way there.

  --user ID         the user; may be given again
  --all             everybody of whom anything is stored, live or restored
  --events FILE     the events of the payout bus since that second, as JSON in lines; - reads standard input
  --apply           write
  --trust-items     where a live account adds up but contradicts its items, the items count
  --after ID        with --all: go on behind this user
  --endpoint URL    the DynamoDB of npm start, which it prints (default DYNAMODB_ENDPOINT)
  --stage NAME      or the deployed stage, with your own AWS credentials
  --region REGION   where that is, when infra/stages.ts does not say it (default AWS_REGION)
  --profile NAME    the AWS profile (AWS_PROFILE)
  --help            this

The first Ctrl-C ends what is begun, the next one at once; repeating the command goes on.
Exit code: 0 all are in order, or with --apply are now; 1 some were left alone, or it failed or was stopped; 2 the
command line cannot be used.`;

const options = {
  'from-suffix': { type: 'string' },
  user: { type: 'string', multiple: true },
  all: { type: 'boolean' },
  events: { type: 'string' },
  apply: { type: 'boolean' },
  'trust-items': { type: 'boolean' },
  after: { type: 'string' },
  endpoint: { type: 'string' },
  stage: { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse<{ options: typeof options }>>['values'];
type Changes = Map<string, PayoutChange[]>;

const USERS_AT_ONCE = 16;
/** The longest history that there is takes less. */
const USER_BUDGET_MS = 300_000;
const PROGRESS_MS = 5000;
/** What keeps failing is no matter of one user. */
const FAILURES_MAX = 10;

/** Of a terminal what this needs. */
type Here = Pick<Terminal, 'print' | 'complain' | 'input' | 'stop'>;

/** Gives the exit code. */
export async function restore(args: string[], env: NodeJS.ProcessEnv, here: Here): Promise<number> {
  try {
    const { values } = parse({ args, options });
    if (!values.help) return await run(values, env, here);
    here.print(HELP);
    return EXIT.ok;
  } catch (error) {
    return fail(error, ' See npm run -s restore -- --help.', here.complain);
  }
}

async function run(values: Values, env: NodeJS.ProcessEnv, here: Here): Promise<number> {
  const where = readWhere(values, env);
  const named = readUsers(values);
  const changes = values.events === undefined ? undefined : await readEvents(values.events, here);
  const tables = await openTables(where);
  try {
    if (tables.second !== undefined) here.complain(`The backup is of ${tables.second}.`);
    const users = named ?? (await everybody(tables, changes, values.after));
    return await restoreUsers(users, tables, changes, values, here);
  } finally {
    tables.close();
  }
}

function readWhere(values: Values, env: NodeJS.ProcessEnv) {
  const { 'from-suffix': suffix, endpoint, stage, region, profile } = values;
  if (!suffix || !/^[A-Za-z0-9_.-]+$/.test(suffix))
    throw new UsageError('--from-suffix says how the names of the restored tables end.');
  const local = endpoint ?? (stage === undefined ? env.DYNAMODB_ENDPOINT : undefined);
  if (endpoint !== undefined && stage !== undefined)
    throw new UsageError('Choose one of --endpoint and --stage.');
  if (!local && stage === undefined)
    throw new UsageError('Say with --endpoint or --stage where the tables are.');
  if (local && !URL.canParse(local)) throw new UsageError(`${local} is not an address.`);
  return { endpoint: local, stage, region, profile, suffix };
}

/** Undefined for everybody. */
function readUsers({ user = [], all = false, after }: Values): string[] | undefined {
  if (all === user.length > 0) throw new UsageError('Choose one of --user ID and --all.');
  if (after !== undefined && !all) throw new UsageError('--after goes with --all.');
  return all ? undefined : readIds(user).map((id) => id.toLowerCase());
}

async function readEvents(file: string, { input }: Here): Promise<Changes> {
  const read = file === '-' ? input() : readFile(file, 'utf8');
  const content = await read.catch((error: Error) => {
    throw new Problem(`The events cannot be read: ${error.message}`);
  });
  try {
    return readArchive(content);
  } catch (error) {
    if (!(error instanceof MalformedEventError)) throw error;
    throw new Problem(`The events cannot be used, ${error.message}.`);
  }
}

/** In an order that a later run finds again. */
async function everybody({ live, backup }: Both, changes: Changes = new Map(), after = '') {
  const scans = [live, backup].map((open) => usersIn(open(Number.POSITIVE_INFINITY)));
  const users = new Set([
    ...(await Promise.all(scans)).flatMap((each) => [...each]),
    ...changes.keys(),
  ]);
  return [...users].filter((id) => id > after).sort();
}

async function restoreUsers(
  users: string[],
  { live, backup }: Both,
  changes: Changes | undefined,
  { apply = false, 'trust-items': trustItems = false }: Values,
  { print, complain, stop }: Here,
): Promise<number> {
  const giveUp = new AbortController();
  const stopped = AbortSignal.any([stop, giveUp.signal]);
  const counts = noCounts();
  let done = 0;
  let last = '';
  const progress = setInterval(() => {
    complain(`${done} of ${users.length} users, ${counts.restored} restored; now behind ${last}`);
  }, PROGRESS_MS);

  const one = async (userId: string): Promise<Told> => {
    const store = live(USER_BUDGET_MS);
    const ofUser = changes && (changes.get(userId) ?? []);
    const from = { backup: backup(USER_BUDGET_MS), changes: ofUser, trustItems, apply };
    return restoreAccount(store, userId, from).catch(failed);
  };
  try {
    for await (const told of inOrder(until(stopped, users), USERS_AT_ONCE, one)) {
      last = users[done++] as string;
      counts[told.result]++;
      const text = outcomeText(last, told);
      if (text !== undefined) print(text);
      if (counts.failed === FAILURES_MAX) giveUp.abort();
    }
  } finally {
    clearInterval(progress);
  }
  print(summary(counts, apply));
  if (done < users.length)
    complain(`Stopped after ${done} of ${users.length} users: --after ${last} goes on there.`);
  return done === users.length && counts.left_alone + counts.failed === 0 ? EXIT.ok : EXIT.failed;
}

async function* until(stopped: AbortSignal, users: string[]): AsyncGenerator<string> {
  for (const user of users) {
    if (stopped.aborted) return;
    yield user;
  }
}

/** Whatever was written of the user is whole or can be seen, and repeating finishes it. */
const failed = (error: Error): Told => ({
  result: 'failed',
  plan: undefined,
  before: undefined,
  reasons: [`${error.name}: ${error.message}; repeat the command for this user`],
});
