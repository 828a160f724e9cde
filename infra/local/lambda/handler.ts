/** Loads a function's handler and words its failures, as Lambda's Node runtime does. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

export type Failure = { type: 'failed'; error: FunctionError };

export type Handler = (event: unknown, context: unknown) => unknown;

/** `name` is the template's Handler: the file's name, a dot, the export's name. */
export async function loadHandler(dir: string, name: string): Promise<Handler> {
  const dot = name.lastIndexOf('.');
  const file = ['.mjs', '.js'].map((end) => join(dir, name.slice(0, dot) + end)).find(existsSync);
  if (file === undefined) throw new Error(`There is no module for the handler ${name} in ${dir}.`);
  const module = await import(pathToFileURL(file).href);
  const handler = module[name.slice(dot + 1)];
  if (typeof handler !== 'function')
    throw new Error(`${file} exports no function for the handler ${name}.`);
  return handler;
}

/** A failure that Lambda itself reports. */
export const failure = (errorType: string, errorMessage: string): Failure => ({
  type: 'failed',
  error: { errorType, errorMessage, trace: [] },
});

export const exitFailure = (errorMessage: string): Failure =>
  failure('Runtime.ExitError', errorMessage);

export function describeError(error: unknown): FunctionError {
  return error instanceof Error
    ? {
        // The class of a bundled error has lost its name, as it does on Lambda.
        errorType: error.name,
        errorMessage: error.message,
        trace: error.stack?.split('\n') ?? [],
      }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };
}
