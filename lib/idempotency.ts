/** Idempotency keys: the same key and request get the first response again and write nothing. */
import { hash } from 'node:crypto';
import { invalidField } from './errors.ts';
import { stringifyJson } from './json.ts';
import { CLOCKS_DIFFER_MS } from './time.ts';

/** How long a response can be asked for again at least, from when it was given. */
export const KEY_LIFETIME_SECONDS = 24 * 60 * 60;

/** A record's lifetime begins with the request, and so a while before the response. */
export const KEY_KEPT_SECONDS = KEY_LIFETIME_SECONDS + CLOCKS_DIFFER_MS / 1000;

/** How long a refusal bars what came before it; far longer than any request is under way. */
export const REFUSAL_LIFETIME_SECONDS = 60 * 60;

/**
 * What a key may look like: visible ASCII without a comma, since a header that was sent twice
 * arrives as one, its values joined by commas (payload format 2.0), and would be another key.
 */
export const KEY_PATTERN = /^[\x21-\x2B\x2D-\x7E]{1,255}$/;

export type IdempotencyKey = {
  /** The operation and the hash of the caller's key: unique within a user. */
  operationKey: string;
  /** A hash of what the request asks for; equal for bodies that differ only in spelling. */
  fingerprint: string;
  /**
   * When the request came, by the gateway's clock, which all instances share; epoch milliseconds.
   */
  requestedMs: number;
};

type Keyed = {
  headers: Record<string, string | undefined>;
  requestContext: { timeEpoch: number };
};

/**
 * The key of this request, or undefined when the caller sent none.
 * Throws `invalid_args` for a header that is not 1-255 visible ASCII characters without a comma.
 */
export function idempotencyKey(
  { headers, requestContext: { timeEpoch } }: Keyed,
  operation: string,
  request: unknown,
): IdempotencyKey | undefined {
  const header = headers['idempotency-key'];
  if (header === undefined) return undefined;
  if (!KEY_PATTERN.test(header)) throw invalidField('idempotency-key');
  return {
    operationKey: `${operation}#${sha256(header)}`,
    fingerprint: sha256(stringifyJson(request)),
    requestedMs: timeEpoch,
  };
}

const sha256 = (text: string): string => hash('sha256', text);
