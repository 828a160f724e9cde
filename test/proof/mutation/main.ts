/**
 * `npm run mutate`: makes every small change to `lib/` and `functions/` that Stryker knows, one at
 * a time, and lets the tests notice it. Ends with an error when too few are noticed in `lib/`, or
 * one is not that `survivors.json` does not explain. Rooms (see `rooms.ts`) or files as arguments
 * stand for less than everything.
 */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { synthesize } from '../../../infra/local/template/synthesize.ts';
import { type MutantResult, mutate } from './mutate.ts';
import { chosen, ROOMS, type Room } from './rooms.ts';
import { scoreOf, scoreTable } from './score.ts';
import { compare, type Explanation, survivorsOf } from './survivors.ts';

const MIN_LIB_SCORE = 90;

const root = resolve(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
/** The files as they were mutated, whatever becomes of them in the meantime. */
const sources = new Map<string, string>();

using assembly = await synthesize();
process.env.MUTATION_ASSEMBLY = assembly.directory;

const results: MutantResult[] = [];
for (const [room, files] of chosen(process.argv.slice(2))) {
  const start = performance.now();
  for (const file of globSync(files, { cwd: root })) sources.set(file, read(file));
  const found = await mutate(root, ROOMS[room] as Room, files);
  console.log(
    `${room}: ${found.length} mutants in ${Math.round((performance.now() - start) / 1000)} s`,
  );
  results.push(...found);
}

const explanations: Explanation[] = JSON.parse(read('test/proof/mutation/survivors.json'));
const explained = explanations
  .flatMap(({ mutants }) => mutants)
  .filter(({ file }) => sources.has(file));
const survivors = survivorsOf(results, (file) => sources.get(file) ?? '');
const { unexplained, gone } = compare(survivors, explained);

console.log(scoreTable(results));
for (const mutant of gone) console.log(`does not survive any more: ${JSON.stringify(mutant)}`);
for (const mutant of unexplained) console.log(`survives, unexplained: ${JSON.stringify(mutant)}`);
console.log(`${survivors.length} survive, of which ${unexplained.length} are unexplained`);
const { percent } = scoreOf(results.filter(({ fileName }) => fileName.startsWith('lib/')));
process.exitCode = unexplained.length > 0 || percent < MIN_LIB_SCORE ? 1 : 0;
