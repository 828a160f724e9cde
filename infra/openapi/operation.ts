/** What the document says of a route beyond what the code says already. */
import type { GenericSchema } from 'valibot';
import type { ErrorTag } from '../../lib/errors.ts';
import type { FUNCTIONS, FunctionName } from '../compute/catalogue.ts';
import type { SchemaName } from './schemas.ts';

/** The functions behind a route. */
export type RouteName = {
  [Name in FunctionName]: (typeof FUNCTIONS)[Name] extends { route: string } ? Name : never;
}[FunctionName];

/** The parameters of a query string, with the schemas that parse them. */
export interface Query {
  entries: Record<string, GenericSchema>;
  /**
   * The values that a comma-separated list knows, by parameter: its schema makes a set of them and
   * hides them.
   */
  lists?: Record<string, readonly string[]>;
}

export interface OperationText {
  summary: string;
  description: string;
  query?: Query;
  body?: SchemaName;
  /** The answer when all went well. */
  answer: { status: number; schema: SchemaName; description: string };
  /** What is refused here; `errorsOf` adds what every route of its kind refuses. */
  errors: readonly ErrorTag[];
  example: { body?: unknown; answer: unknown };
}
