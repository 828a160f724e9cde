/** Runs one command of an operator: asks where it must, sends it, and shows the answer. */
import { escapeHidden } from '../../lib/text.ts';
import { EXIT, fail, UsageError } from '../problem.ts';
import { COMMANDS, type CommandLine, HELP, readCommandLine } from './operator-arguments.ts';
import { refusalText, summary } from './operator-output.ts';
import { type ApiResponse, connect, type Send } from './operator-requests.ts';

export interface Terminal {
  print: (text: string) => void;
  complain: (text: string) => void;
  /** Whether somebody is there to answer a question. */
  interactive: boolean;
  ask: (question: string) => Promise<string>;
}

const REPLAYED = 'This had been done before; nothing was changed.';

/** Gives the exit code. */
export async function operate(
  args: string[],
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<number> {
  try {
    const line = readCommandLine(args);
    if (line) return await run(line, env, terminal);
    terminal.print(HELP);
    return EXIT.ok;
  } catch (error) {
    return fail(error, ' See npm run operator -- --help.', terminal.complain);
  }
}

async function run(line: CommandLine, env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  const { name, command, values } = line;
  const { url = env.OPERATOR_API_URL || undefined, region, profile } = values;
  const send = connect({ url, region, profile });
  if (command.ends !== undefined && !values.yes) {
    if (!terminal.interactive)
      throw new UsageError(`${name} ends a payout and nobody is here to ask; add --yes.`);
    const exitCode = await confirm(send, line, command.ends, terminal);
    if (exitCode !== undefined) return exitCode;
  }
  return show(line, await send(command.request(line)), terminal);
}

/** Undefined when the operator agrees; otherwise the exit code. */
async function confirm(
  send: Send,
  line: CommandLine,
  status: string,
  terminal: Terminal,
): Promise<number | undefined> {
  const response = await send(COMMANDS.show.request(line));
  if (!response.ok) return show(line, response, terminal);
  terminal.complain(summary(response.json));
  const typed = await terminal.ask(`Mark this payout as ${status}? This is final. [y/N] `);
  if (/^y(es)?$/i.test(typed.trim())) return undefined;
  terminal.complain('Nothing was changed.');
  return EXIT.failed;
}

function show({ command, values }: CommandLine, response: ApiResponse, terminal: Terminal): number {
  const { ok, text, status, json, replayed } = response;
  if (!ok) terminal.complain(refusalText(status, json));
  if (replayed) terminal.complain(command.replayed ?? REPLAYED);
  if (values.json) terminal.print(escapeHidden(text));
  else if (ok) terminal.print(command.text(json));
  return ok ? EXIT.ok : EXIT.failed;
}
