/** Runs one command of an operator: asks where it must, sends it, and shows the answer. */
import { describe } from '../problem.ts';
import {
  type CommandLine,
  type CommandName,
  HELP,
  readCommandLine,
  UsageError,
} from './operator-arguments.ts';
import { payoutText, queueText, refusalText, summary, userText } from './operator-output.ts';
import { type ApiAnswer, type ApiRequest, connect, type Send } from './operator-requests.ts';

export interface Terminal {
  print: (text: string) => void;
  complain: (text: string) => void;
  /** Whether somebody is there to answer a question. */
  interactive: boolean;
  ask: (question: string) => Promise<string>;
}

/** The exit codes; scripts rely on them. */
const OK = 0;
const FAILED = 1;
const UNUSABLE = 2;

const PAYOUTS = '/v1/admin/referrals/payouts';
const USERS = '/v1/admin/referrals/users';

const post = (path: string, body?: object): ApiRequest => ({
  method: 'POST',
  path,
  ...(body && { body }),
});

const REQUESTS: Record<CommandName, (line: CommandLine) => ApiRequest> = {
  queue: ({ values: { status, limit, cursor } }) => ({
    method: 'GET',
    path: PAYOUTS,
    query: { ...(status && { status }), ...(limit && { limit }), ...(cursor && { cursor }) },
  }),
  show: ({ id }) => ({ method: 'GET', path: `${PAYOUTS}/${id}` }),
  claim: ({ id }) => post(`${PAYOUTS}/${id}/processing`),
  sent: ({ id, values }) => post(`${PAYOUTS}/${id}/sent`, { tx_hash: values.tx }),
  fail: ({ id, values }) => post(`${PAYOUTS}/${id}/failed`, { note: values.note }),
  cancel: ({ id, values }) => post(`${PAYOUTS}/${id}/cancelled`, { note: values.note }),
  user: ({ id }) => ({ method: 'GET', path: `${USERS}/${id}` }),
};

const TEXTS: Record<CommandName, (json: unknown) => string> = {
  queue: queueText,
  show: payoutText,
  claim: payoutText,
  sent: payoutText,
  fail: payoutText,
  cancel: payoutText,
  user: userText,
};

/** The commands that end a payout, which nothing can take back. */
const ENDS: Partial<Record<CommandName, string>> = {
  sent: 'sent',
  fail: 'failed',
  cancel: 'cancelled',
};

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
    return OK;
  } catch (error) {
    if (!(error instanceof UsageError)) {
      terminal.complain(describe(error));
      return FAILED;
    }
    terminal.complain(`${error.message} See npm run operator -- --help.`);
    return UNUSABLE;
  }
}

async function run(line: CommandLine, env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  const { command, values } = line;
  const { url = env.OPERATOR_API_URL || undefined, region, profile } = values;
  const send = connect({ url, region, profile });
  const status = ENDS[command];
  if (status !== undefined && !values.yes) {
    if (!terminal.interactive)
      throw new UsageError(`${command} ends a payout and nobody is here to ask; add --yes.`);
    const refusal = await confirm(send, line, status, terminal);
    if (refusal !== undefined) return refusal;
  }
  return show(line, await send(REQUESTS[command](line)), terminal);
}

/** Undefined when the operator agrees; otherwise the exit code. */
async function confirm(
  send: Send,
  { id, values }: CommandLine,
  status: string,
  terminal: Terminal,
): Promise<number | undefined> {
  const answer = await send({ method: 'GET', path: `${PAYOUTS}/${id}` });
  if (!answer.ok) return show({ command: 'show', id, values }, answer, terminal);
  terminal.complain(summary(answer.json));
  const reply = await terminal.ask(`Mark this payout as ${status}? This is final. [y/N] `);
  if (/^y(es)?$/i.test(reply.trim())) return undefined;
  terminal.complain('Nothing was changed.');
  return FAILED;
}

function show(
  { command, values }: CommandLine,
  { ok, text, status, json }: ApiAnswer,
  terminal: Terminal,
) {
  if (!ok) terminal.complain(refusalText(status, json));
  if (values.json) terminal.print(text);
  else if (ok) terminal.print(TEXTS[command](json));
  return ok ? OK : FAILED;
}
