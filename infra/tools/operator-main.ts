/** `npm run operator -- <command>`: what an operator does with payouts, from a terminal. */
import { createInterface } from 'node:readline/promises';
import { complain } from '../problem.ts';
import { operate } from './operator-commands.ts';

const ask = async (question: string): Promise<string> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-C and Ctrl-D are no answer, which is a no.
    return await lines.question(question).catch(() => '');
  } finally {
    lines.close();
  }
};

process.exitCode = await operate(process.argv.slice(2), process.env, {
  print: (text) => console.log(text),
  complain,
  interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  ask,
});
