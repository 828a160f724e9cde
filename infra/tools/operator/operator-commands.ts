/** Runs a command of an operator: asks where it must, sends it, and shows the answer, id by id. */

import { escapeHidden } from '../../../lib/hidden-text.ts';
import { stringifyJson } from '../../../lib/json.ts';
import { describe, EXIT, fail, Problem, UsageError } from '../../problem.ts';
import { findStageStack, outputOf } from '../stage-stack.ts';
import {
  COMMANDS,
  type CommandLine,
  FROM_INPUT,
  HELP,
  readCommandLine,
  readIds,
} from './operator-arguments.ts';
import { readPage, refusalText, summary } from './operator-output.ts';
import { type ApiResponse, connect, type Send } from './operator-requests.ts';

export interface Terminal {
  print: (text: string) => void;
  complain: (text: string) => void;
  /** Whether somebody is there to answer a question. */
  interactive: boolean;
  /** Whether what is printed may have colours. */
  colour: boolean;
  ask: (question: string) => Promise<string>;
  /** All of standard input. */
  input: () => Promise<string>;
  /** Aborted when the person wants to stop: what is under way ends, and nothing more begins. */
  stop: AbortSignal;
  /** Epoch milliseconds. */
  now: () => number;
}

const REPLAYED = 'This had been done before; nothing was changed.';

/** What a command is run with. */
type Session = { line: CommandLine; send: Send; terminal: Terminal };

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
    return fail(error, ' See npm run -s operator -- --help.', terminal.complain);
  }
}

async function run(line: CommandLine, env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  const { name, command, values } = line;
  if (command.ends !== undefined && !values.yes && !terminal.interactive)
    throw new UsageError(`${name} ends a payout and nobody is here to ask; add --yes.`);
  const session = { line, send: connect(await apiOf(values, env)), terminal };
  if (!command.takesIds) return queue(session);
  const ids = line.ids.includes(FROM_INPUT) ? await withInput(line.ids, terminal) : line.ids;
  return each(session, ids);
}

/** Where the API is: a stage knows it, and where to sign for a domain that names no region. */
async function apiOf(values: CommandLine['values'], env: NodeJS.ProcessEnv) {
  const { stage, url = env.OPERATOR_API_URL || undefined, region, profile } = values;
  if (stage === undefined)
    return { url, region, profile, ambientRegion: env.AWS_REGION || undefined };
  const stack = await findStageStack(stage, { region, profile });
  return { url: outputOf(stack, 'ApiUrl'), region: stack.region, profile };
}

/** The ids with those of standard input in the place of the sign that stands for them. */
async function withInput(ids: string[], terminal: Terminal): Promise<string[]> {
  const words = (await terminal.input()).split(/\s+/).filter((word) => word !== '');
  const all = readIds(ids.flatMap((id) => (id === FROM_INPUT ? words : [id])));
  if (all.length === 0) throw new UsageError('There was no id on standard input.');
  return all;
}

/** What fails with one id is said, and goes on with the next. */
async function each(session: Session, ids: string[]): Promise<number> {
  const { terminal } = session;
  let exitCode: number = EXIT.ok;
  let gap = '';
  const print = (text: string) => {
    terminal.print(gap + text);
    if (!session.line.values.json) gap = '\n';
  };
  for (const [at, id] of ids.entries()) {
    if (terminal.stop.aborted) {
      const left = ids.slice(at);
      terminal.complain(`Stopped before ${left.length} of ${ids.length}: ${left.join(' ')}`);
      return EXIT.failed;
    }
    const complain = (text: string) => terminal.complain(ids.length > 1 ? `${id}: ${text}` : text);
    try {
      const code = await one({ ...session, terminal: { ...terminal, print, complain } }, id);
      if (code !== EXIT.ok) exitCode = code;
    } catch (error) {
      if (!(error instanceof Problem) || error instanceof UsageError) throw error;
      complain(escapeHidden(describe(error)));
      exitCode = EXIT.failed;
    }
  }
  return exitCode;
}

async function one(session: Session, id: string): Promise<number> {
  const { line, send, terminal } = session;
  const { command, values } = line;
  if (command.ends !== undefined && !values.yes) {
    const response = await send(COMMANDS.show.request(values, id));
    if (!response.ok) return show(session, response, id);
    terminal.complain(summary(response.json, viewOf(terminal)));
    const typed = await terminal.ask(`Mark this payout as ${command.ends}? This is final. [y/N] `);
    if (!/^y(es)?$/i.test(typed.trim())) {
      terminal.complain('Nothing was changed.');
      return EXIT.failed;
    }
  }
  return show(session, await send(command.request(values, id)), id);
}

/** A page of the queue, or with --all every one of them as if they were one. */
async function queue(session: Session): Promise<number> {
  const { line, send, terminal } = session;
  const { command, values } = line;
  let response = await send(command.request(values, ''));
  if (!values.all || !response.ok) return show(session, response);
  const items: unknown[] = [];
  for (;;) {
    const { items: more, next_cursor: cursor } = readPage(response.json);
    items.push(...more);
    if (cursor === undefined) break;
    if (terminal.stop.aborted) throw new Problem(`Stopped after ${items.length} payouts.`);
    response = await send(command.request({ ...values, cursor }, ''));
    if (!response.ok) return show(session, response);
  }
  const json = { items };
  return show(session, { ...response, json, text: stringifyJson(json) });
}

const viewOf = ({ now, colour }: Terminal) => ({ nowMs: now(), colour });

function show({ line, terminal }: Session, response: ApiResponse, id = ''): number {
  const { ok, text, status, json, replayed } = response;
  const { command, values } = line;
  if (!ok) terminal.complain(refusalText(status, json));
  if (replayed) terminal.complain(command.replayed ?? REPLAYED);
  const isUnknown = ok && command.isUnknown?.(json) === true;
  if (values.json) terminal.print(escapeHidden(text));
  else if (ok && !isUnknown) terminal.print(command.text(json, viewOf(terminal)));
  if (isUnknown)
    terminal.complain(`User ${id} is unknown: there is no balance, no payout and no reward.`);
  return ok && !isUnknown ? EXIT.ok : EXIT.failed;
}
