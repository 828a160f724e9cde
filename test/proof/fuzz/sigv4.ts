/**
 * AWS Signature Version 4 for headers, of its own: what operators sign with, and what the oracle
 * checks with.
 */
import { createHash, createHmac } from 'node:crypto';

type Signed = {
  method: string;
  path: string;
  query: string;
  /** Only those that are signed, names in lower case. */
  headers: Map<string, string>;
  body: Buffer;
};

export type Scope = { day: string; region: string; service: string };

const sha256 = (content: Buffer | string): string =>
  createHash('sha256').update(content).digest('hex');
const hmac = (key: Buffer | string, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** RFC 3986: all but the unreserved characters. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Throws URIError for a query that cannot be decoded. */
export function signatureOf(signed: Signed, amzDate: string, scope: Scope, secret: string): string {
  const names = [...signed.headers.keys()].sort();
  const canonical = [
    signed.method,
    canonicalPath(signed.path),
    canonicalQuery(signed.query),
    ...names.map(
      (name) => `${name}:${(signed.headers.get(name) ?? '').trim().replace(/\s+/g, ' ')}`,
    ),
    '',
    names.join(';'),
    sha256(signed.body),
  ].join('\n');
  const { day, region, service } = scope;
  const credential = [day, region, service, 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', amzDate, credential.join('/'), sha256(canonical)].join('\n');
  const key = credential.reduce<Buffer | string>(
    (parent, part) => hmac(parent, part),
    `AWS4${secret}`,
  );
  return hmac(key, toSign).toString('hex');
}

/** Normalized (RFC 3986, section 6.2.2.3), and encoded once more than it was sent. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.map(escaped).join('/')}${end}`;
}

function canonicalQuery(query: string): string {
  const pairs = query
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const [name = '', ...value] = pair.split('=').map(decodeURIComponent);
      return [escaped(name), escaped(value.join('='))] as const;
    });
  const inOrder = pairs.sort(([one, first], [other, second]) =>
    one === other ? (first < second ? -1 : 1) : one < other ? -1 : 1,
  );
  return inOrder.map(([name, value]) => `${name}=${value}`).join('&');
}
