/** `npm run -s restore`: brings damaged books in order, from a terminal. */
import { text } from 'node:stream/consumers';
import { complain, print } from '../../problem.ts';
import { settleIn } from '../../surroundings.ts';
import { restore } from './restore-command.ts';

settleIn();

/** The first Ctrl-C lets what was begun come to its end; the next ends this at once. */
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());

process.exitCode = await restore(process.argv.slice(2), process.env, {
  print,
  complain,
  input: () => text(process.stdin),
  stop: stopping.signal,
});
