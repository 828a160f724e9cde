/**
 * `npm run -s sanctions`: makes lib/networks/sanctioned.ts anew from a list of addresses, so that
 * the next deployment of a stage with `sanctions: true` goes by it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { evmAddress } from '../../lib/networks/evm.ts';
import { fingerprint } from '../../lib/networks/sanctions.ts';
import { solanaKey } from '../../lib/networks/solana.ts';
import { anyTimestamp } from '../../lib/time.ts';
import { complain, fail, Problem, print, UsageError } from '../problem.ts';
import { parse } from './command-line.ts';

const HELP = `Usage: npm run -s sanctions -- FILE --date DATE --source TEXT [options]

Makes the list of addresses under sanctions anew, as lib/networks/sanctioned.ts.

  FILE              one address a line; those of chains that nobody is paid on are left out, and counted
  --date DATE       when the list was published, such as 2026-10-01
  --source TEXT     who published it, and where it was taken from
  --out FILE        writes there instead

Exit code: 0 written; 1 it failed; 2 the command line cannot be used.`;

const options = {
  date: { type: 'string' },
  source: { type: 'string' },
  out: { type: 'string', default: join(import.meta.dirname, '../../lib/networks/sanctioned.ts') },
  help: { type: 'boolean', short: 'h' },
} as const;

/** A line of base64, in what it stands for. */
const LINE_BYTES = 60;

try {
  const { values, positionals } = parse({
    args: process.argv.slice(2),
    options,
    allowPositionals: true,
  });
  if (values.help) console.log(HELP);
  else await write(positionals, values);
} catch (error) {
  process.exitCode = fail(error, `\n\n${HELP}`, complain);
}

type Values = ReturnType<typeof parse<{ options: typeof options }>>['values'];

async function write(files: string[], { date, source, out }: Values): Promise<void> {
  const [file] = files;
  if (file === undefined || files.length > 1) throw new UsageError('One FILE is needed.');
  if (date === undefined || !isDay(date))
    throw new UsageError('--date must be a day, such as 2026-10-01.');
  if (source === undefined) throw new UsageError('--source is missing.');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Problem(`${file} cannot be read (${error.code}).`);
  });
  const lines = text.split('\n').flatMap((line) => line.trim() || []);
  const known = lines.filter((line) => evmAddress(line) ?? solanaKey(line));
  const prints = [...new Set(known.map(fingerprint))].sort();
  // A file of something else must not make a list under which anybody is paid.
  if (prints.length === 0) throw new Problem(`${file} has no address of a network here.`);
  await writeFile(out, moduleOf(Buffer.from(prints.join(''), 'hex'), date, source));
  print(`Addresses: ${prints.length}. Lines left out: ${lines.length - known.length}.`);
}

function isDay(text: string): boolean {
  return v.is(anyTimestamp(), `${text}T00:00:00Z`);
}

function moduleOf(bytes: Buffer, date: string, source: string): string {
  const pieces = Array.from({ length: Math.ceil(bytes.length / LINE_BYTES) }, (_, at) =>
    bytes.subarray(at * LINE_BYTES, (at + 1) * LINE_BYTES).toString('base64'),
  );
  return [
    '// biome-ignore-all format: a program makes this file',
    '/** Addresses under sanctions; `npm run -s sanctions` makes this file (sanctions.ts). */',
    '',
    '/** When the list was published (a date in UTC), and where it was taken from. */',
    `export const SANCTIONS_LIST = {\n  date: ${quoted(date)},\n  source:\n    ${quoted(source)},\n};`,
    '',
    '/** The fingerprints, one after the other, in base64. */',
    `export const SANCTIONED = [\n${pieces.map((piece) => `  '${piece}',\n`).join('')}].join('');`,
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', ' ')}'`;
}
