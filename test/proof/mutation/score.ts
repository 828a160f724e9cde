/** What Stryker's results say: how many mutants some test notices, and which nobody explains. */
import { dirname } from 'node:path';
import type { Stryker } from '@stryker-mutator/core';

export type Mutant = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

type Score = {
  killed: number;
  timeout: number;
  survived: number;
  noCoverage: number;
  explained: number;
  percent: number;
};

/** What Stryker says of a mutant that a comment disables without giving a reason. */
const NO_REASON = 'Ignored using a comment';

/** A comment in the source says why: `// Stryker disable next-line Name: reason`. */
const isExplained = ({ status, statusReason = NO_REASON }: Mutant): boolean =>
  status === 'Ignored' && statusReason !== NO_REASON;

export const unexplained = (mutants: readonly Mutant[]): Mutant[] =>
  mutants.filter(
    (mutant) =>
      ['Survived', 'NoCoverage', 'Ignored'].includes(mutant.status) && !isExplained(mutant),
  );

/**
 * Mutants that cannot be run at all, which a type checker would have refused, do not count.
 * Explained ones count as unnoticed, so that explanations cannot raise the score.
 */
export function scoreOf(mutants: readonly Mutant[]): Score {
  const count = (status: Mutant['status']) =>
    mutants.filter((mutant) => mutant.status === status).length;
  const killed = count('Killed');
  const timeout = count('Timeout');
  const survived = count('Survived');
  const noCoverage = count('NoCoverage');
  const explained = count('Ignored');
  const all = killed + timeout + survived + noCoverage + explained;
  const percent = all === 0 ? 100 : (100 * (killed + timeout)) / all;
  return { killed, timeout, survived, noCoverage, explained, percent };
}

/** One line for each folder, and one for everything. */
export function scoreTable(mutants: readonly Mutant[]): string {
  const folders = Object.entries(Object.groupBy(mutants, ({ fileName }) => dirname(fileName)));
  const rows = [...folders.sort(), ['all', mutants] as const].map(([folder, mutants = []]) => {
    const { percent, ...counts } = scoreOf(mutants);
    return [folder, `${percent.toFixed(1)} %`, ...Object.values(counts)];
  });
  return [['', 'score', 'killed', 'timed out', 'survived', 'not covered', 'explained'], ...rows]
    .map(([folder, ...cells]) =>
      [String(folder).padEnd(19), ...cells.map((cell) => String(cell).padStart(12))].join(''),
    )
    .join('\n');
}
