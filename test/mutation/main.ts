/**
 * `npm run mutate`: makes every small change to `lib/` and `functions/` that Stryker knows, one at a time, and lets the
 * tests notice it. Ends with an error when too few are noticed in `lib/`, or one is not that `survivors.json` does not
 * explain. Rooms (see `rooms.ts`) or files as arguments stand for less than everything.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type MutantResult, mutate } from './mutate.ts';
import { chosen, ROOMS, type Room } from './rooms.ts';
import { scoreOf, scoreTable } from './score.ts';
import { compare, type Explanation, survivorsOf } from './survivors.ts';

const MIN_LIB_SCORE = 90;

const root = resolve(import.meta.dirname, '../..');
const sourceOf = (file: string) => readFileSync(join(root, file), 'utf8');

const results: MutantResult[] = [];
for (const [room, files] of chosen(process.argv.slice(2))) {
  const start = performance.now();
  const found = await mutate(root, ROOMS[room] as Room, files);
  console.log(`${room}: ${found.length} mutants in ${Math.round((performance.now() - start) / 1000)} s`);
  results.push(...found);
}

const mutated = new Set(results.map(({ fileName }) => fileName));
const explanations: Explanation[] = JSON.parse(sourceOf('test/mutation/survivors.json'));
const explained = explanations.flatMap(({ mutants }) => mutants).filter(({ file }) => mutated.has(file));
const survivors = survivorsOf(results, sourceOf);
const { unexplained, gone } = compare(survivors, explained);
writeFileSync(join(root, '.build/survivors-unexplained.json'), JSON.stringify(unexplained, null, 2));

console.log(scoreTable(results));
for (const mutant of gone) console.log('does not survive any more:', mutant);
for (const mutant of unexplained) console.log('survives, unexplained:', mutant);
console.log(`${survivors.length} survive, of which ${unexplained.length} are unexplained`);
const { percent } = scoreOf(results.filter(({ fileName }) => fileName.startsWith('lib/')));
process.exitCode = unexplained.length > 0 || percent < MIN_LIB_SCORE ? 1 : 0;
