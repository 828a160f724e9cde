/** The routes of the catalogue, each with its words and what follows from its kind. */
import { type ErrorTag, errors } from '../../lib/errors.ts';
import { functionsWith } from '../compute/catalogue.ts';
import { type OperationText, operations, type RouteName } from './operations.ts';

export type Method = 'get' | 'post';

export interface DocumentedRoute {
  name: RouteName;
  method: Method;
  path: string;
  /** Called with a signature instead of a session. */
  signed: boolean;
  /** Takes an Idempotency-Key. */
  keyed: boolean;
  text: OperationText;
  /** Every error that can happen here, in order of precedence. */
  errors: ErrorTag[];
}

export const documentedRoutes = (): DocumentedRoute[] =>
  functionsWith('route').map((shape) => {
    const name = shape.name as RouteName;
    const [method, path = ''] = shape.route.split(' ');
    const signed = 'authorizer' in shape;
    const keyed = 'IdempotencyKeys' in shape.grants;
    const text = operations[name];
    const documented = { name, method: method?.toLowerCase() as Method, path, signed, keyed, text };
    return { ...documented, errors: errorsOf(documented) };
  });

function errorsOf({ signed, keyed, text }: Omit<DocumentedRoute, 'errors'>): ErrorTag[] {
  const possible = new Set<ErrorTag>([...text.errors, 'internal']);
  if (!signed) possible.add('unauthenticated');
  if (text.body) possible.add('invalid_json');
  if (text.body || text.query) possible.add('invalid_args');
  if (keyed) possible.add('idempotency_key_reused');
  return (Object.keys(errors) as ErrorTag[]).filter((tag) => possible.has(tag));
}
