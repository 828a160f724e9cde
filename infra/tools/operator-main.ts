/** `npm run -s operator -- <command>`: what an operator does with payouts, from a terminal. */
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { complain } from '../problem.ts';
import { settleIn } from '../surroundings.ts';
import { operate } from './operator/operator-commands.ts';

const { stdin, stdout, stderr } = process;

/** The first Ctrl-C lets what was sent be answered; the next ends this at once. */
const stopping = new AbortController();
// Nobody would learn what a claim has won, once the reader of the ids went away.
settleIn(() => stopping.abort());
process.once('SIGINT', () => stopping.abort());

const ask = async (question: string): Promise<string> => {
  const lines = createInterface({ input: stdin, output: stderr });
  lines.once('SIGINT', () => {
    stopping.abort();
    lines.close();
  });
  try {
    // Ctrl-C and Ctrl-D are no answer, which is a no.
    return await lines.question(question, { signal: stopping.signal }).catch(() => '');
  } finally {
    lines.close();
  }
};

process.exitCode = await operate(process.argv.slice(2), process.env, {
  // What is shown was made safe part by part, and has colours of its own.
  print: (shown) => console.log(shown),
  complain,
  report: (text) => void (stderr.isTTY && complain(text)),
  interactive: stdin.isTTY === true && stderr.isTTY === true,
  colour: stdout.isTTY === true && stdout.hasColors(),
  ask,
  input: () => text(stdin),
  stop: stopping.signal,
  now: Date.now,
});
