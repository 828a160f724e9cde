/**
 * The mutants that no test notices, and the reviewed list of those that are known to do no harm.
 */
import type { MutantResult } from './mutate.ts';

/**
 * The changed lines as they are and as the mutant has them; unlike their numbers, they last as long
 * as the code does.
 */
export type Survivor = { file: string; mutator: string; is: string; becomes: string };

/**
 * Each mutant in here excuses one survivor, so that a second one on an equal line is still
 * reported.
 */
export type Explanation = { why: string; mutants: Survivor[] };

const UNNOTICED = ['Survived', 'NoCoverage'];

const inOneLine = (text: string): string => text.trim().replace(/\s+/g, ' ');

/** `sourceOf` gives the text of a file as it was mutated. */
export const survivorsOf = (
  results: readonly MutantResult[],
  sourceOf: (file: string) => string,
): Survivor[] =>
  results
    .filter(({ status }) => UNNOTICED.includes(status))
    .map(({ fileName, mutatorName, location: { start, end }, replacement = '' }) => {
      const lines = sourceOf(fileName)
        .split('\n')
        .slice(start.line - 1, end.line);
      const before = (lines[0] ?? '').slice(0, start.column - 1);
      const after = (lines.at(-1) ?? '').slice(end.column - 1);
      return {
        file: fileName,
        mutator: mutatorName,
        is: inOneLine(lines.join('\n')),
        becomes: inOneLine(before + replacement + after),
      };
    });

const keyOf = ({ file, mutator, is, becomes }: Survivor): string =>
  [file, mutator, is, becomes].join('\n');

/**
 * Survivors that the list does not explain, and mutants of the list that do not survive any more.
 */
export function compare(survivors: readonly Survivor[], explained: readonly Survivor[]) {
  const gone = [...explained];
  const unexplained = survivors.filter((survivor) => {
    const index = gone.findIndex((mutant) => keyOf(mutant) === keyOf(survivor));
    if (index >= 0) gone.splice(index, 1);
    return index < 0;
  });
  return { unexplained, gone };
}
