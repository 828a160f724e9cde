/** What a command of the operators is run with: the terminal, its command line and the API. */
import type { CommandLine } from './operator-arguments.ts';
import type { Send } from './operator-requests.ts';

export interface Terminal {
  print: (text: string) => void;
  complain: (text: string) => void;
  /** Says how far long work is, to whoever watches; nothing where nobody does. */
  report: (text: string) => void;
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

export type Session = { line: CommandLine; send: Send; terminal: Terminal; startedMs: number };

/** How it is shown at this terminal, now. */
export const viewOf = ({ now, colour }: Terminal) => ({ nowMs: now(), colour });

/** Whether the person says yes; anything else is a no. */
export async function agrees(terminal: Terminal, question: string): Promise<boolean> {
  const typed = await terminal.ask(`${question} [y/N] `);
  if (/^y(es)?$/i.test(typed.trim())) return true;
  terminal.complain('Nothing was changed.');
  return false;
}

const REPORT_EVERY_MS = 2000;

/** Reports how much of the work is done, at most every two seconds. */
export function progressOf({ now, report }: Terminal, of: number, what: string) {
  let lastMs = now();
  return (done: number): void => {
    if (now() - lastMs < REPORT_EVERY_MS) return;
    lastMs = now();
    report(`${done} of ${of} ${what} ...`);
  };
}
