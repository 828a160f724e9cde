/** Reads the operator's command line, and refuses what makes no sense before anything is sent. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A command line that cannot be used; the message is one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

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

/** The options of each command's own; those before the bar are required. */
const COMMANDS = {
  queue: { takesId: false, needs: [], may: ['status', 'limit', 'cursor'] },
  show: { takesId: true, needs: [], may: [] },
  claim: { takesId: true, needs: [], may: [] },
  sent: { takesId: true, needs: ['tx'], may: [] },
  fail: { takesId: true, needs: ['note'], may: [] },
  cancel: { takesId: true, needs: ['note'], may: [] },
  user: { takesId: true, needs: [], may: [] },
} as const satisfies Record<string, { takesId: boolean; needs: string[]; may: string[] }>;

export type CommandName = keyof typeof COMMANDS;

export interface CommandLine {
  command: CommandName;
  /** A UUID; empty for the queue. */
  id: string;
  values: {
    [Name in keyof typeof options]?: (typeof options)[Name]['type'] extends 'boolean'
      ? boolean
      : string;
  };
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Undefined when help is asked for. Throws UsageError. */
export function readCommandLine(args: string[]): CommandLine | undefined {
  const { values, positionals } = parse(args);
  const [command = '', id, ...rest] = positionals;
  if (values.help) return undefined;
  if (!isCommand(command))
    throw new UsageError(
      command === '' ? 'A command is missing.' : `There is no command ${command}.`,
    );

  const { takesId, needs, may } = COMMANDS[command];
  if (takesId && id === undefined) throw new UsageError(`${command} needs an id.`);
  if (takesId && id !== undefined && !UUID.test(id)) throw new UsageError(`${id} is not a UUID.`);
  const extra = takesId ? rest[0] : id;
  if (extra !== undefined) throw new UsageError(`${command} has no use for ${extra}.`);
  const own: readonly string[] = [...needs, ...may, ...EVERYWHERE];
  const stranger = Object.keys(values).find((name) => !own.includes(name));
  if (stranger !== undefined) throw new UsageError(`${command} has no option --${stranger}.`);
  for (const name of needs)
    if (!values[name]?.trim()) throw new UsageError(`${command} needs --${name}.`);
  return { command, id: id ?? '', values };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);
