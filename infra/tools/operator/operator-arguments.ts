/** Reads the operator's command line, and refuses what makes no sense before anything is sent. */
import type { ParseArgsConfig } from 'node:util';
import { isVisible } from '../../../lib/hidden-text.ts';
import { UsageError } from '../../problem.ts';
import { parse } from '../command-line.ts';
import type { View } from '../text-table.ts';
import { isUnknownUser, payoutText, queueText, userText } from './operator-output.ts';
import type { ApiRequest } from './operator-requests.ts';

const LIMIT_MAX = 200;

export const HELP = `Usage: npm run -s operator -- <command> [options]

  queue [--status requested|processing]   what waits, oldest first [--limit N, 1 to ${LIMIT_MAX}] [--cursor TEXT] [--all]
  show ID...                              payouts with their history
  claim ID...                             take requested payouts, so that nobody else pays them
  sent ID... --tx HASH                    they were paid by this transaction
  fail ID... --note TEXT                  they could not be paid; the money is available again
  cancel ID... --note TEXT                end them unpaid; the money is available again
  user ID...                              users' balances, last payouts and last rewards

In the place of an ID, - reads ids from standard input, parted by white space. What fails with one
id goes on with the next; Ctrl-C stops before the next.

Options
  --stage NAME     the API of a deployed stage, found by CloudFormation
  --url URL        the API (OPERATOR_API_URL; default http://127.0.0.1:3000, where the key local opens everything)
  --region REGION  what the signature is for, where neither the URL nor infra/stages.ts names it (AWS_REGION)
  --profile NAME   the AWS profile (AWS_PROFILE); on this machine the name of another local operator
  --all            every page of the queue
  --json           the API's answer as it came, for scripts: a line for each id, or one for the queue
  --yes            do not ask before sent, fail and cancel
  --help           this

Colours are shown at a terminal, unless NO_COLOR is set.
Exit code: 0 done, 1 refused or failed, with one id at least, 2 the command line cannot be used.`;

const options = {
  status: { type: 'string' },
  limit: { type: 'string' },
  cursor: { type: 'string' },
  tx: { type: 'string' },
  note: { type: 'string' },
  stage: { type: 'string' },
  url: { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
  yes: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

const EVERYWHERE = ['stage', 'url', 'region', 'profile', 'json', 'yes', 'help'];

export interface CommandLine {
  name: string;
  command: Command;
  /** UUIDs, each once; `-` for those of standard input; none for the queue. */
  ids: string[];
  values: {
    [Name in keyof typeof options]?: (typeof options)[Name]['type'] extends 'boolean'
      ? boolean
      : string;
  };
}

export interface Command {
  takesIds: boolean;
  /** The options of its own that are required, and the others. */
  needs?: readonly ('tx' | 'note')[];
  may?: readonly (keyof typeof options)[];
  /** The status in which it ends a payout, which nothing can take back. */
  ends?: string;
  /** What to say when it had been done before. */
  replayed?: string;
  request: (values: CommandLine['values'], id: string) => ApiRequest;
  text: (json: unknown, view: View) => string;
  /** Whether the answer is about nobody. */
  isUnknown?: (json: unknown) => boolean;
}

const PAYOUTS = '/v1/admin/referrals/payouts';
const USERS = '/v1/admin/referrals/users';

const get = (path: string, query = {}): ApiRequest => ({ method: 'GET', path, query });
const post = (path: string, body?: object): ApiRequest => ({
  method: 'POST',
  path,
  ...(body && { body }),
});

/** Whoever did not claim it before must not pay it: another worker with this name has it. */
const CLAIMED_BEFORE =
  'This payout was yours already. Unless it was you who claimed it before, another worker under ' +
  'the same name has it and may be paying it: do not pay it.';

const ofPayout = { takesIds: true, text: payoutText } as const;

export const COMMANDS = {
  queue: {
    takesIds: false,
    may: ['status', 'limit', 'cursor', 'all'],
    request: ({ status, limit, cursor }) =>
      get(PAYOUTS, {
        ...(status && { status }),
        ...(limit && { limit }),
        ...(cursor && { cursor }),
      }),
    text: queueText,
  },
  show: { ...ofPayout, request: (_values, id) => get(`${PAYOUTS}/${id}`) },
  claim: {
    ...ofPayout,
    request: (_values, id) => post(`${PAYOUTS}/${id}/processing`),
    replayed: CLAIMED_BEFORE,
  },
  sent: ending('sent', 'tx', (tx_hash) => ({ tx_hash })),
  fail: ending('failed', 'note', (note) => ({ note })),
  cancel: ending('cancelled', 'note', (note) => ({ note })),
  user: {
    takesIds: true,
    text: userText,
    isUnknown: isUnknownUser,
    request: (_values, id) => get(`${USERS}/${id}`),
  },
} as const satisfies Record<string, Command>;

function ending(
  status: string,
  option: 'tx' | 'note',
  body: (value: string | undefined) => object,
): Command {
  return {
    ...ofPayout,
    needs: [option],
    ends: status,
    request: (values, id) => post(`${PAYOUTS}/${id}/${status}`, body(values[option])),
  };
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Stands for the ids of standard input. */
export const FROM_INPUT = '-';

/** Undefined when help is asked for. Throws UsageError. */
export function readCommandLine(args: string[]): CommandLine | undefined {
  const { values: given, positionals } = parse({ args, options, allowPositionals: true });
  const [name = '', ...rest] = positionals;
  // What is pasted often brings a blank or the end of its line.
  const values = Object.fromEntries(
    Object.entries(given).map(([option, value]) => [
      option,
      typeof value === 'string' ? value.trim() : value,
    ]),
  ) as typeof given;
  if (values.help) return undefined;
  if (!isCommand(name))
    throw new UsageError(name === '' ? 'A command is missing.' : `There is no command ${name}.`);

  const command: Command = COMMANDS[name];
  const { takesIds, needs = [], may = [] } = command;
  if (takesIds && rest.length === 0) throw new UsageError(`${name} needs an id.`);
  if (!takesIds && rest.length > 0) throw new UsageError(`${name} has no use for ${rest[0]}.`);
  const known: readonly string[] = [...needs, ...may, ...EVERYWHERE];
  const unknown = Object.keys(values).find((option) => !known.includes(option));
  if (unknown !== undefined) throw new UsageError(`${name} has no option --${unknown}.`);
  for (const option of needs)
    if (!isVisible(values[option] ?? '')) throw new UsageError(`${name} needs --${option}.`);
  if (values.stage !== undefined && values.url !== undefined)
    throw new UsageError('Choose one of --stage and --url.');
  const { limit } = values;
  if (
    limit !== undefined &&
    !(/^\d+$/.test(limit) && Number(limit) >= 1 && Number(limit) <= LIMIT_MAX)
  )
    throw new UsageError(`--limit is a number from 1 to ${LIMIT_MAX}.`);
  // The rest need as few calls as can be.
  if (values.all && limit === undefined) values.limit = String(LIMIT_MAX);
  return { name, command, ids: readIds(rest, [FROM_INPUT]), values };
}

/** Each id once, as the first of its spellings. Throws UsageError. */
export function readIds(texts: readonly string[], also: readonly string[] = []): string[] {
  const ids = texts.map((text) => text.trim());
  const wrong = ids.find((id) => !UUID.test(id) && !also.includes(id));
  if (wrong !== undefined) throw new UsageError(`${wrong} is not a UUID.`);
  return [...new Map(ids.map((id) => [id.toLowerCase(), id])).values()];
}

const isCommand = (name: string): name is keyof typeof COMMANDS => Object.hasOwn(COMMANDS, name);
