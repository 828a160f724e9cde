/** Finds a request's route as an HTTP API does: the most specific one, `$default` last. */
import type { LocalRoute } from '../template/local-stack.ts';

export interface RouteMatch {
  route: LocalRoute;
  pathParameters: Record<string, string>;
}

export function findRoute(
  routes: LocalRoute[],
  method: string,
  path: string,
): RouteMatch | undefined {
  const matches = routes
    .filter((route) => route.method === method || route.method === 'ANY')
    .flatMap((route) => {
      const pathParameters = matchPath(route.path, path);
      return pathParameters ? [{ route, pathParameters }] : [];
    });
  return matches.sort((a, b) => rank(b.route).localeCompare(rank(a.route)))[0];
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  if (pattern === '$default') return {};
  const wanted = pattern.split('/');
  const given = path.split('/');
  const parameters: [string, string][] = [];
  for (const [at, segment] of wanted.entries()) {
    const [, name, greedy] = segment.match(/^\{([^+}]+)(\+?)\}$/) ?? [];
    const value = greedy ? given.slice(at).join('/') : given[at];
    if (value === undefined || (name === undefined ? value !== segment : value === ''))
      return undefined;
    if (name !== undefined) parameters.push([name, value]);
    if (greedy) return Object.fromEntries(parameters);
  }
  return wanted.length === given.length ? Object.fromEntries(parameters) : undefined;
}

/** By segment: text, then a parameter, then a greedy one; after that a named method before ANY. */
function rank({ method, path }: LocalRoute): string {
  const ofSegment = (segment: string) =>
    segment.startsWith('{') ? (segment.endsWith('+}') ? 2 : 3) : 4;
  const segments = path === '$default' ? '' : path.split('/').map(ofSegment).join('');
  return `${segments}${method === 'ANY' ? 0 : 1}`;
}
