/**
 * Hands the tests the stack that `main.ts` has synthesized, since Stryker starts them anew after
 * every mutant that hangs.
 */
import type { TestProject } from 'vitest/node';

export default function setup(project: TestProject): void {
  project.provide('assembly', process.env.MUTATION_ASSEMBLY ?? '');
}
