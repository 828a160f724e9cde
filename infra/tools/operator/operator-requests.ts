/** Signs requests as AWS Signature Version 4 wants it, and sends them to the operators' routes. */
import { setTimeout } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { parseJson, stringifyJson } from '../../../lib/json.ts';
import { Problem, UsageError } from '../../problem.ts';
import { callersCredentials, codeOf, isLocal, LOCAL_URL, unreachable } from '../command-line.ts';
import { requireLastingName } from '../session-name.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const LOCAL_REGION = 'us-east-1';
const LOCAL_KEY = 'local';
const REGION_IN_HOST = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/;

/** Longer than the gateway's own time-out, so that it is the gateway that ends a request. */
const TIMEOUT_MS = 35_000;

/**
 * A 429 did nothing, so it is sent again: a route of operators takes thirty a second, and a long
 * list of ids may be sent faster. Longer than this somebody else floods it.
 */
const THROTTLED = { status: 429, waitMs: 100, waits: 100 };

/** `ambientRegion` is the environment's, for a host of the API's own, which names none. */
type ApiSettings = {
  [Name in 'url' | 'region' | 'profile' | 'ambientRegion']?: string | undefined;
};

export interface ApiRequest {
  method: 'GET' | 'POST';
  path: string;
  query?: Record<string, string>;
  body?: object;
}

export interface ApiResponse {
  ok: boolean;
  status: number;
  /** What was asked for had been done before. */
  replayed: boolean;
  text: string;
  /** Integers come as bigint. */
  json: unknown;
}

export type Send = (request: ApiRequest) => Promise<ApiResponse>;

/** Throws UsageError for an address that no signed request can be sent to. */
export function connect({ url = LOCAL_URL, region, profile, ambientRegion }: ApiSettings): Send {
  if (!URL.canParse(url)) throw new UsageError(`${url} is not a URL.`);
  const base = new URL(url);
  const local = isLocal(base);
  if (base.protocol !== 'https:' && !(local && base.protocol === 'http:'))
    throw new UsageError(
      `${url} must begin with https://, or whoever listens could act in your place.`,
    );
  const named = local ? LOCAL_REGION : REGION_IN_HOST.exec(base.hostname)?.[1];
  const signedFor = region ?? named ?? ambientRegion;
  if (signedFor === undefined)
    throw new UsageError(`${url} does not name its region; add --region, or set AWS_REGION.`);
  const deployed = callersCredentials(profile);
  /** Of the session whose name is known to last; keys of a user have none. */
  let lasting: string | undefined;
  const credentials = async ({ method, query }: ApiRequest) => {
    if (local) return localKey(profile);
    const caller = await deployed();
    // What is mine is nothing, under a name that nobody has claimed by.
    const actsByName = method === 'POST' || query?.mine !== undefined;
    if (actsByName && caller.sessionToken !== lasting) {
      await requireLastingName(caller, signedFor, profile);
      lasting = caller.sessionToken;
    }
    return caller;
  };

  const sendOnce: Send = async (request) => {
    const { method, path, query = {}, body } = request;
    const target = new URL(base.pathname.replace(/\/$/, '') + path, base);
    // A signature reads the `+` that stands for a blank here as a plus sign.
    target.search = `${new URLSearchParams(query)}`.replaceAll('+', '%20');
    const signer = new AwsV4Signer({
      method,
      url: target.href,
      ...(body && { body: stringifyJson(body), headers: JSON_TYPE }),
      allHeaders: true,
      service: 'execute-api',
      region: signedFor,
      ...(await credentials(request)),
    });
    const signed = await signer.sign();
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(target, { ...signed, redirect: 'manual', signal });
      const { ok, status, headers } = response;
      const replayed = headers.get('idempotency-replayed') === 'true';
      const text = await response.text();
      return { ok, status, replayed, text, json: jsonOf(text, status, base) };
    } catch (error) {
      if (error instanceof Problem) throw error;
      const code = codeOf(error as Error);
      const unsure = method === 'POST' && code !== 'ECONNREFUSED';
      const hint = unsure ? ' Repeat the command to learn what became of it.' : '';
      throw unreachable(base.origin, code, { local, hint });
    }
  };
  return async (request) => {
    let response = await sendOnce(request);
    for (let left = THROTTLED.waits; response.status === THROTTLED.status && left > 0; left--) {
      await setTimeout(THROTTLED.waitMs);
      response = await sendOnce(request);
    }
    return response;
  };
}

/** On this machine every key is its own secret, and `local-ann` is the operator ann. */
function localKey(name: string | undefined) {
  const key = name === undefined ? LOCAL_KEY : `${LOCAL_KEY}-${name}`;
  return { accessKeyId: key, secretAccessKey: key };
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
