/**
 * A message as the gateway hands it to a function: decoded path, joined headers, cookies, query
 * parameters.
 */
import type { Message } from './message.ts';

export type Request = {
  method: string;
  /** Percent-decoded. */
  path: string;
  encodedPath: string;
  query: string;
  headers: Map<string, string>;
  cookies: string[];
  parameters: Map<string, string>;
  body: Buffer;
};

/**
 * Undefined when the target is no path that can be decoded, or when not exactly one host is named
 * (RFC 9112, section 3.2).
 */
export function readRequest({
  method,
  target,
  headers: fields,
  body,
}: Message): Request | undefined {
  if (fields.filter(([name]) => name === 'host').length !== 1) return undefined;
  const [, afterHost = ''] = /^(?:https?:\/\/[^/?#]*)?(.*)$/i.exec(target) ?? [];
  const mark = afterHost.indexOf('?');
  const encodedPath = (mark < 0 ? afterHost : afterHost.slice(0, mark)) || '/';
  const query = mark < 0 ? '' : afterHost.slice(mark + 1);
  if (!encodedPath.startsWith('/')) return undefined;
  const path = decoded(encodedPath);
  if (path === undefined) return undefined;

  const headers = new Map<string, string>();
  const cookies: string[] = [];
  for (const [name, value] of fields) {
    if (name === 'cookie') cookies.push(...value.split(';').map((cookie) => cookie.trim()));
    else headers.set(name, headers.has(name) ? `${headers.get(name)},${value}` : value);
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query))
    parameters.set(name, parameters.has(name) ? `${parameters.get(name)},${value}` : value);
  return { method, path, encodedPath, query, headers, cookies, parameters, body };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
