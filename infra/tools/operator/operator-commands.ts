/** Runs a command of an operator: asks where it must, sends it, and shows the answer, id by id. */

import { escapeHidden } from '../../../lib/hidden-text.ts';
import { stringifyJson } from '../../../lib/json.ts';
import { describe, EXIT, fail, Problem, UsageError } from '../../problem.ts';
import { exportPayouts } from '../export/export-payouts.ts';
import { readOrder } from '../export/order.ts';
import { payoutsOfPart } from '../export/part-ids.ts';
import { findStageStack, outputOf } from '../stage-stack.ts';
import { money } from '../text-table.ts';
import { claimNext } from './claim-next.ts';
import { type ApiCommand, COMMANDS } from './command-table.ts';
import { type CommandLine, FROM_INPUT, readCommandLine, readIds } from './operator-arguments.ts';
import { HELP } from './operator-help.ts';
import { readPage } from './operator-output.ts';
import { type ApiResponse, connect } from './operator-requests.ts';
import { agrees, progressOf, type Session, type Terminal, viewOf } from './operator-session.ts';
import { summary } from './payout-text.ts';
import { errorOf, refusalText } from './refusal-text.ts';

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
    return fail(error, ' See npm run -s operator -- --help.', terminal.complain);
  }
}

async function run(line: CommandLine, env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  const { name, command, values } = line;
  if (command.asks?.(values) && !values.yes && !terminal.interactive)
    throw new UsageError(`${name} asks before it does anything, and nobody is here; add --yes.`);
  if (name === 'export')
    return exportPayouts(readOrder(values), connect(await apiOf(values, env)), terminal);
  if (!('request' in command)) {
    // Lambda's client takes longer to load than all the rest, which a long row of commands would feel.
    const { pauseOrResume } = await import('./pause-payouts.ts');
    return pauseOrResume(line, env, terminal);
  }
  const send = connect(await apiOf(values, env));
  const session = { line, send, terminal, startedMs: terminal.now() };
  if (values.next !== undefined) return claimNext(session);
  if (!command.takesIds) return once(session, command);
  if (values.file !== undefined) return ofFile(session, command, values.file);
  const ids = line.ids.includes(FROM_INPUT) ? await withInput(line.ids, terminal) : line.ids;
  return each(session, command, ids);
}

/** Where the API is: a stage knows it, and where to sign for a domain that names no region. */
async function apiOf(values: CommandLine['values'], env: NodeJS.ProcessEnv) {
  const { stage, url = env.OPERATOR_API_URL || undefined, region, profile } = values;
  if (stage === undefined)
    return { url, region, profile, ambientRegion: env.AWS_REGION || undefined };
  const stack = await findStageStack(stage, { region, profile });
  return { url: outputOf(stack, 'ApiUrl'), region: stack.region, profile };
}

/** The same with all payouts of an exported file, about which it asks but once. */
async function ofFile(session: Session, command: ApiCommand, file: string): Promise<number> {
  const { line, send, terminal } = session;
  const { values } = line;
  const { ids, sumMicro, over } = await payoutsOfPart(file, { command: line.name, values }, send);
  if (over > 0)
    terminal.complain(
      `${file}: ${over} are sent already, by what is recorded; nothing is due there.`,
    );
  const question = values.yes ? undefined : command.asks?.(values);
  if (question !== undefined) {
    terminal.complain(`${file}: ${ids.length} payouts, ${money(sumMicro)} in all`);
    if (!(await agrees(terminal, question))) return EXIT.failed;
  }
  return each({ ...session, line: { ...line, values: { ...values, yes: true } } }, command, ids);
}

/** The ids with those of standard input in the place of the sign that stands for them. */
async function withInput(ids: string[], terminal: Terminal): Promise<string[]> {
  const words = (await terminal.input()).split(/\s+/).filter((word) => word !== '');
  const all = readIds(ids.flatMap((id) => (id === FROM_INPUT ? words : [id])));
  if (all.length === 0) throw new UsageError('There was no id on standard input.');
  return all;
}

/** What fails with one id is said, and goes on with the next. */
async function each(session: Session, command: ApiCommand, ids: string[]): Promise<number> {
  const { line, terminal } = session;
  const several = ids.length > 1;
  // Of several that were changed a line each tells enough; those that were asked for are shown whole.
  const shown = several && command.line ? { ...command, text: command.line } : command;
  const parted = several && !command.line && !line.values.json;
  let exitCode: number = EXIT.ok;
  let gap = '';
  const print = (text: string) => {
    terminal.print(gap + text);
    if (parted) gap = '\n';
  };
  const complain = (id: string) => (text: string) =>
    terminal.complain(several ? `${id}: ${text}` : text);
  const report = progressOf(terminal, ids.length, 'done');
  for (const [at, id] of ids.entries()) {
    if (terminal.stop.aborted) {
      const left = ids.slice(at);
      terminal.complain(`Stopped before ${left.length} of ${ids.length}: ${left.join(' ')}`);
      return EXIT.failed;
    }
    report(at);
    const here = { ...terminal, print, complain: complain(id) };
    try {
      const code = await one({ ...session, terminal: here }, shown, id);
      if (code !== EXIT.ok) exitCode = code;
    } catch (error) {
      if (!(error instanceof Problem) || error instanceof UsageError) throw error;
      here.complain(escapeHidden(describe(error)));
      exitCode = EXIT.failed;
    }
  }
  return exitCode;
}

async function one(session: Session, command: ApiCommand, id: string): Promise<number> {
  const { line, send, terminal, startedMs } = session;
  const { values } = line;
  const question = values.yes ? undefined : command.asks?.(values);
  const context = { nowMs: startedMs };
  let shown: unknown;
  if (question !== undefined || command.sendsShown) {
    const response = await send(COMMANDS.show.request(values, id));
    if (!response.ok) return show(session, command, response, id);
    shown = response.json;
    terminal.complain(summary(shown, viewOf(terminal)));
  }
  if (question !== undefined && !(await agrees(terminal, question))) return EXIT.failed;
  const response = await send(command.request(values, id, { ...context, shown }));
  return show(session, command, response, id);
}

/** One answer, such as a page of the queue; with --all every page of it as if they were one. */
async function once(session: Session, command: ApiCommand): Promise<number> {
  const { line, send, terminal, startedMs } = session;
  const { values } = line;
  const context = { nowMs: startedMs };
  // A script reads one answer.
  const first = values.json ? undefined : command.first?.request(values, context);
  if (command.first && first) {
    const response = await send(first);
    if (!response.ok) return show(session, command, response);
    const text = command.first.text(response.json, viewOf(terminal));
    if (text !== '') terminal.print(`${text}\n`);
  }
  const ask = (cursor = values.cursor) =>
    send(command.request({ ...values, ...(cursor && { cursor }) }, '', context));
  let response = await ask();
  if (!values.all || !response.ok) return show(session, command, response);
  const items: unknown[] = [];
  for (;;) {
    const { items: more, next_cursor: cursor } = readPage(response.json);
    items.push(...more);
    if (cursor === undefined) break;
    if (terminal.stop.aborted) throw new Problem(`Stopped after ${items.length} payouts.`);
    response = await ask(cursor);
    if (!response.ok) return show(session, command, response);
  }
  const json = { items };
  return show(session, command, { ...response, json, text: stringifyJson(json) });
}

function show(
  { line, terminal }: Session,
  command: ApiCommand,
  { ok, text, status, json, replayed }: ApiResponse,
  id = '',
): number {
  if (!ok) terminal.complain(refusalText(status, json));
  if (replayed) terminal.complain(command.replayed ?? REPLAYED);
  const isUnknown = ok && command.isUnknown?.(json) === true;
  if (line.values.json) terminal.print(escapeHidden(text));
  else if (ok && !isUnknown) terminal.print(command.text(json, viewOf(terminal), line.values));
  if (isUnknown)
    terminal.complain(`User ${id} is unknown: there is no balance, no payout and no reward.`);
  const goesOn = command.goesOn !== undefined && errorOf(json) === command.goesOn;
  // What a script goes on to pay must not be a claim of somebody else's with the same name.
  const isDone = (ok || goesOn) && !isUnknown && !(replayed && command.replayed);
  return isDone ? EXIT.ok : EXIT.failed;
}
