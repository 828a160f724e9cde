/** The mutation score: the part of the mutants that some test notices. */
import { dirname } from 'node:path';
import type { MutantResult } from './mutate.ts';

export type Score = {
  killed: number;
  timeout: number;
  survived: number;
  noCoverage: number;
  percent: number;
};

/** Mutants that cannot be run at all, which a type checker would have refused, do not count. */
export function scoreOf(results: readonly MutantResult[]): Score {
  const count = (status: MutantResult['status']) =>
    results.filter((mutant) => mutant.status === status).length;
  const killed = count('Killed');
  const timeout = count('Timeout');
  const survived = count('Survived');
  const noCoverage = count('NoCoverage');
  const all = killed + timeout + survived + noCoverage;
  return {
    killed,
    timeout,
    survived,
    noCoverage,
    percent: all === 0 ? 100 : (100 * (killed + timeout)) / all,
  };
}

/** One line for each folder, and one for everything. */
export function scoreTable(results: readonly MutantResult[]): string {
  const folders = Object.entries(Object.groupBy(results, ({ fileName }) => dirname(fileName)));
  const rows = [...folders.sort(), ['all', results] as const].map(([folder, mutants = []]) => {
    const { percent, ...counts } = scoreOf(mutants);
    return [folder, `${percent.toFixed(1)} %`, ...Object.values(counts)];
  });
  return [['', 'score', 'killed', 'timed out', 'survived', 'not covered'], ...rows]
    .map((row) =>
      row.map((cell, index) => (index === 0 ? String(cell).padEnd(13) : String(cell).padStart(12))),
    )
    .map((row) => row.join(''))
    .join('\n');
}
