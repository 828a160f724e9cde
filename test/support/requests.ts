/** Requests as tests send them: with a session's cookie or an operator's signature, and JSON. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { stringifyJson } from '../../lib/json.ts';
import { JSON_TYPE } from './samples.ts';

export interface RequestOptions {
  cookie?: string;
  headers?: Record<string, string>;
  /** An object goes as JSON, with its content type. */
  body?: string | Uint8Array | object | undefined;
}

export interface Sent {
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
}

export function toSend({ cookie, headers = {}, body }: RequestOptions): Sent {
  const withCookie = { ...(cookie !== undefined && { cookie }), ...headers };
  if (body === undefined) return { headers: withCookie };
  if (typeof body === 'string') return { headers: withCookie, body };
  if (body instanceof Uint8Array) return { headers: withCookie, body: Uint8Array.from(body) };
  return { headers: { ...JSON_TYPE, ...withCookie }, body: stringifyJson(body) };
}

export interface ToSign {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array | undefined;
}

/** The operator whose access key is `local`, or `local-<name>`, at the local gateway. */
export const operatorArn = (name = 'local'): string => `arn:aws:iam::000000000000:user/${name}`;

/** The headers of the request, with the operator's signature among them. */
export function signedHeaders(
  request: ToSign,
  name?: string,
  at = new Date(),
): Promise<Record<string, string>> {
  const accessKeyId = name === undefined ? 'local' : `local-${name}`;
  return sign(request, { accessKeyId, secretAccessKey: accessKeyId }, at);
}

export async function sign(
  { method, url, headers = {}, body }: ToSign,
  credentials: { accessKeyId: string; secretAccessKey: string },
  signingDate = new Date(),
  service = 'execute-api',
  region = 'us-east-1',
): Promise<Record<string, string>> {
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const { protocol, host, hostname, port, pathname, searchParams } = new URL(url);
  const query = [...new Set(searchParams.keys())].map((key) => [key, searchParams.getAll(key)]);
  const signed = await signer.sign(
    {
      method,
      protocol,
      hostname,
      ...(port && { port: Number(port) }),
      path: pathname,
      query: Object.fromEntries(query),
      headers: { host, ...headers },
      body,
    },
    { signingDate },
  );
  const { host: _host, ...rest } = signed.headers;
  return rest;
}
