/** Hands on the stack of `main.ts`: Stryker starts the tests anew after a mutant that hangs. */
import type { TestProject } from 'vitest/node';

export default function setup(project: TestProject): void {
  project.provide('assembly', process.env.MUTATION_ASSEMBLY ?? '');
}
