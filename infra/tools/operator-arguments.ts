/** Reads the operator's command line, and refuses what makes no sense before anything is sent. */
import type { ParseArgsConfig } from 'node:util';
import { UsageError } from '../problem.ts';
import { parse } from './command-line.ts';
import { payoutText, queueText, userText } from './operator-output.ts';
import type { ApiRequest } from './operator-requests.ts';

export const HELP = `Usage: npm run operator -- <command> [options]

  queue [--status requested|processing]   what waits, oldest first [--limit N] [--cursor TEXT]
  show ID                                 one payout with its history
  claim ID                                take a requested payout, so that nobody else pays it
  sent ID --tx HASH                       it was paid by this transaction
  fail ID --note TEXT                     it could not be paid; the money is available again
  cancel ID --note TEXT                   end it unpaid; the money is available again
  user ID                                 a user's balance, last payouts and last rewards

Options
  --url URL        the API (OPERATOR_API_URL; default http://127.0.0.1:3000, where the key local opens everything)
  --region REGION  what the signature is for, where the URL does not name it
  --profile NAME   the AWS profile (AWS_PROFILE); on this machine the name of another local operator
  --json           the API's answer as it came, for scripts
  --yes            do not ask before sent, fail and cancel
  --help           this

Exit code: 0 done, 1 refused or failed, 2 the command line cannot be used.`;

const options = {
  status: { type: 'string' },
  limit: { type: 'string' },
  cursor: { type: 'string' },
  tx: { type: 'string' },
  note: { type: 'string' },
  url: { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
  json: { type: 'boolean' },
  yes: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

const EVERYWHERE = ['url', 'region', 'profile', 'json', 'yes', 'help'];

export interface CommandLine {
  name: string;
  command: Command;
  /** A UUID; empty for the queue. */
  id: string;
  values: {
    [Name in keyof typeof options]?: (typeof options)[Name]['type'] extends 'boolean'
      ? boolean
      : string;
  };
}

export interface Command {
  takesId: boolean;
  /** The options of its own that are required, and the others. */
  needs?: readonly ('tx' | 'note')[];
  may?: readonly (keyof typeof options)[];
  /** The status in which it ends a payout, which nothing can take back. */
  ends?: string;
  /** What to say when it had been done before. */
  replayed?: string;
  request: (line: CommandLine) => ApiRequest;
  text: (json: unknown) => string;
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

const ofPayout = { takesId: true, text: payoutText } as const;

export const COMMANDS = {
  queue: {
    takesId: false,
    may: ['status', 'limit', 'cursor'],
    request: ({ values: { status, limit, cursor } }) =>
      get(PAYOUTS, {
        ...(status && { status }),
        ...(limit && { limit }),
        ...(cursor && { cursor }),
      }),
    text: queueText,
  },
  show: { ...ofPayout, request: ({ id }) => get(`${PAYOUTS}/${id}`) },
  claim: {
    ...ofPayout,
    request: ({ id }) => post(`${PAYOUTS}/${id}/processing`),
    replayed: CLAIMED_BEFORE,
  },
  sent: ending('sent', 'tx', (tx_hash) => ({ tx_hash })),
  fail: ending('failed', 'note', (note) => ({ note })),
  cancel: ending('cancelled', 'note', (note) => ({ note })),
  user: { takesId: true, text: userText, request: ({ id }) => get(`${USERS}/${id}`) },
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
    request: ({ id, values }) => post(`${PAYOUTS}/${id}/${status}`, body(values[option])),
  };
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Undefined when help is asked for. Throws UsageError. */
export function readCommandLine(args: string[]): CommandLine | undefined {
  const { values, positionals } = parse({ args, options, allowPositionals: true });
  const [name = '', id, ...rest] = positionals;
  if (values.help) return undefined;
  if (!isCommand(name))
    throw new UsageError(name === '' ? 'A command is missing.' : `There is no command ${name}.`);

  const command: Command = COMMANDS[name];
  const { takesId, needs = [], may = [] } = command;
  if (takesId && id === undefined) throw new UsageError(`${name} needs an id.`);
  if (takesId && id !== undefined && !UUID.test(id)) throw new UsageError(`${id} is not a UUID.`);
  const extra = takesId ? rest[0] : id;
  if (extra !== undefined) throw new UsageError(`${name} has no use for ${extra}.`);
  const known: readonly string[] = [...needs, ...may, ...EVERYWHERE];
  const unknown = Object.keys(values).find((option) => !known.includes(option));
  if (unknown !== undefined) throw new UsageError(`${name} has no option --${unknown}.`);
  for (const option of needs)
    if (!values[option]?.trim()) throw new UsageError(`${name} needs --${option}.`);
  return { name, command, id: id ?? '', values };
}

const isCommand = (name: string): name is keyof typeof COMMANDS => Object.hasOwn(COMMANDS, name);
