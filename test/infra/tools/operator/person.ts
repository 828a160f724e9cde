/** Somebody at a terminal, who runs commands of the operators and answers their questions. */
import { operate } from '../../../../infra/tools/operator/operator-commands.ts';

export type Person = {
  /** What is typed, if somebody is there; `^C` stops. */
  answer?: string | string[];
  env?: NodeJS.ProcessEnv;
  input?: string;
  colour?: boolean;
  /** Called with each line as it is printed; what it aborts is the command. */
  onPrint?: (text: string, stopping: AbortController) => void;
  /** Milliseconds that pass with each look at the clock. */
  tickMs?: number;
};

/** Runs a command against this service, a minute after all that was done. */
export async function command(url: string, args: string[], person: Person = {}) {
  const { answer, env = {}, input = '', colour = false, onPrint, tickMs = 0 } = person;
  const answers = [answer ?? ''].flat();
  const stopping = new AbortController();
  const out: string[] = [];
  const complaints: string[] = [];
  const questions: string[] = [];
  const reports: string[] = [];
  let ahead = 60_000;
  const code = await operate(
    args,
    { OPERATOR_API_URL: url, ...env },
    {
      print: (text) => {
        out.push(text);
        onPrint?.(text, stopping);
      },
      complain: (text) => complaints.push(text),
      report: (text) => reports.push(text),
      interactive: answer !== undefined,
      ask: async (question) => {
        questions.push(question);
        const typed = answers.length > 1 ? answers.shift() : answers[0];
        if (typed === '^C') stopping.abort();
        return typed ?? '';
      },
      input: async () => input,
      stop: stopping.signal,
      colour,
      now: () => {
        ahead += tickMs;
        return Date.now() + ahead;
      },
    },
  );
  return {
    code,
    out: out.join('\n'),
    complaints: complaints.join('\n'),
    questions,
    reports,
  };
}
