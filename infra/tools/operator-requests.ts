/** Signs requests as AWS Signature Version 4 wants it, and sends them to the operators' routes. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { parseJson } from '../../lib/json.ts';
import { Problem } from '../problem.ts';
import { UsageError } from './operator-arguments.ts';

const LOCAL_URL = 'http://127.0.0.1:3000';
const LOCAL_REGION = 'us-east-1';
const LOCAL_KEY = 'local';
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
const REGION_IN_HOST = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/;

/** Longer than the gateway's own time-out, so that it is the gateway that ends a request. */
const TIMEOUT_MS = 35_000;

export interface ApiSettings {
  url?: string | undefined;
  region?: string | undefined;
  profile?: string | undefined;
}

export interface ApiRequest {
  method: 'GET' | 'POST';
  path: string;
  query?: Record<string, string>;
  body?: object;
}

export interface ApiAnswer {
  ok: boolean;
  status: number;
  text: string;
  /** Integers come as bigint. */
  json: unknown;
}

export type Send = (request: ApiRequest) => Promise<ApiAnswer>;

/** Throws UsageError for an address that no signed request can be sent to. */
export function connect({ url = LOCAL_URL, region, profile }: ApiSettings): Send {
  if (!URL.canParse(url)) throw new UsageError(`${url} is not a URL.`);
  const base = new URL(url);
  const local = isLocal(base);
  if (base.protocol !== 'https:' && !(local && base.protocol === 'http:'))
    throw new UsageError(
      `${url} must begin with https://, or whoever listens could act in your place.`,
    );
  const signedFor = region ?? (local ? LOCAL_REGION : REGION_IN_HOST.exec(base.hostname)?.[1]);
  if (signedFor === undefined)
    throw new UsageError(`${url} does not name its region; add --region.`);

  const signer = new SignatureV4({
    service: 'execute-api',
    region: signedFor,
    credentials: local ? localKey(profile) : defaultProvider({ ...(profile && { profile }) }),
    sha256: Sha256,
  });
  return (request) => send(signer, base, request);
}

/** On this machine every key is its own secret, and `local-ann` is the operator ann. */
function localKey(name: string | undefined) {
  const key = name === undefined ? LOCAL_KEY : `${LOCAL_KEY}-${name}`;
  return { accessKeyId: key, secretAccessKey: key };
}

async function send(signer: SignatureV4, base: URL, request: ApiRequest): Promise<ApiAnswer> {
  const { method, query = {}, body } = request;
  const url = new URL(base.pathname.replace(/\/$/, '') + request.path, base);
  // Not by URLSearchParams, whose `+` for a blank a signature reads as a plus sign.
  url.search = Object.entries(query)
    .map((pair) => pair.map(encodeURIComponent).join('='))
    .join('&');
  const content = body && JSON.stringify(body);
  const unsigned = {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query,
    headers: { host: url.host, ...(content && { 'content-type': 'application/json' }) },
    ...(content && { body: content }),
  };
  const signed = await signer.sign(unsigned).catch((error: Error) => {
    throw new Problem(`There are no credentials to sign with: ${error.message}`);
  });
  const init = { method, headers: signed.headers, ...(content && { body: content }) };
  try {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { ok, status } = response;
    const text = await response.text();
    return { ok, status, text, json: jsonOf(text, status, base) };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(unanswered(error as Error, base, method));
  }
}

const isLocal = ({ hostname }: URL): boolean => LOOPBACK.includes(hostname);

function unanswered(error: Error, base: URL, method: string): string {
  const { code = error.name } = (error.cause ?? {}) as { code?: string };
  const hint = code === 'ECONNREFUSED' && isLocal(base) ? ' Is npm start running?' : '';
  const doubt =
    method === 'POST' && code !== 'ECONNREFUSED'
      ? ' Repeat the command to learn what became of it.'
      : '';
  return `There was no answer from ${base.origin} (${code}).${hint}${doubt}`;
}

function jsonOf(text: string, status: number, base: URL): unknown {
  try {
    return parseJson(text);
  } catch {
    throw new Problem(
      `${base.origin} answered ${status} and something that is not JSON: it is not this API.`,
    );
  }
}
