/** Synthesizes the stack once for a whole test run. */
import type { TestProject } from 'vitest/node';
import { synthesize } from '../infra/local/template/synthesize.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the cloud assembly. */
    assembly: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const assembly = await synthesize();
  project.provide('assembly', assembly.directory);
  return () => assembly[Symbol.dispose]();
}
