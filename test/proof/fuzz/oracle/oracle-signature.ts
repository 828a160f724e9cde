/** AWS Signature Version 4 for headers, of its own: to sign with, and to tell who signed. */
import { createHash, createHmac } from 'node:crypto';
import type { Request } from './http-message.ts';

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
const percentEncoded = (text: string): string =>
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
  return `/${segments.map(percentEncoded).join('/')}${end}`;
}

function canonicalQuery(query: string): string {
  const pairs = query
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const [name = '', ...value] = pair.split('=').map(decodeURIComponent);
      return [percentEncoded(name), percentEncoded(value.join('='))] as const;
    });
  const inOrder = pairs.sort(([one, first], [other, second]) =>
    one === other ? (first < second ? -1 : 1) : one < other ? -1 : 1,
  );
  return inOrder.map(([name, value]) => `${name}=${value}`).join('&');
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, *SignedHeaders=([a-z0-9;_-]+), *Signature=([0-9a-f]{64})$/;
const FIVE_MINUTES_MS = 300_000;

/** They belong to the connection, which ends at the gateway. */
const OF_THE_CONNECTION = [
  'connection',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** The caller's ARN, or undefined where the gateway refuses. A local key is its own secret. */
export function operatorOf(request: Request): string | undefined {
  const { method, encodedPath, query, headers, body } = request;
  const [, key = '', day = '', region = '', service = '', list = '', signature] =
    AUTHORIZATION.exec(headers.get('authorization') ?? '') ?? [];
  const [, name] = /^local(?:-([A-Za-z0-9_.@-]{1,64}))?$/.exec(key) ?? [];
  if (!/^local(-|$)/.test(key) || (key !== 'local' && name === undefined)) return undefined;
  const amzDate = headers.get('x-amz-date') ?? '';
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(amzDate) ?? [];
  const signedAtMs = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  if (!(Math.abs(Date.now() - signedAtMs) <= FIVE_MINUTES_MS)) return undefined;
  if (region !== 'us-east-1' || service !== 'execute-api') return undefined;
  if (amzDate.slice(0, 8) !== day) return undefined;
  const names = list.split(';');
  const arrived = (header: string) => headers.has(header) && !OF_THE_CONNECTION.includes(header);
  if (!names.includes('host') || !names.includes('x-amz-date') || !names.every(arrived))
    return undefined;
  const signed = new Map(names.map((header) => [header, headers.get(header) ?? '']));
  if (signed.size < names.length) return undefined;
  const claimed = headers.get('x-amz-content-sha256');
  if (claimed !== undefined && claimed !== createHash('sha256').update(body).digest('hex'))
    return undefined;
  try {
    const request = { method, path: encodedPath, query, headers: signed, body };
    if (signatureOf(request, amzDate, { day, region, service }, key) !== signature)
      return undefined;
  } catch {
    return undefined;
  }
  return `arn:aws:iam::000000000000:user/${name ?? 'local'}`;
}
