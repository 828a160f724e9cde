/** Who signed a request to an operators' route. */
import { createHash } from 'node:crypto';
import { signatureOf } from '../sigv4.ts';
import type { Request } from './request.ts';

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

/**
 * The caller's ARN; undefined for a request that the gateway refuses. Every local access key is its
 * own secret.
 */
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
  if (service !== 'execute-api' || amzDate.slice(0, 8) !== day) return undefined;
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
