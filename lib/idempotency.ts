/** Idempotency keys: the same key and request get the first response again and write nothing. */
import { hash } from 'node:crypto';
import { invalidField } from './errors.ts';
import { stringifyJson } from './json.ts';

/** How long a response can be asked for again. */
export const KEY_LIFETIME_SECONDS = 24 * 60 * 60;

/** How long a refusal bars what came before it; far longer than any request is under way. */
export const REFUSAL_LIFETIME_SECONDS = 60 * 60;

/** What a key may look like. */
export const VISIBLE_ASCII = /^[\x21-\x7E]{1,255}$/;

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
 * Throws `invalid_args` for a header that is not 1-255 visible ASCII characters.
 */
export function idempotencyKey(
  { headers, requestContext: { timeEpoch } }: Keyed,
  operation: string,
  request: unknown,
): IdempotencyKey | undefined {
  const header = headers['idempotency-key'];
  if (header === undefined) return undefined;
  if (!VISIBLE_ASCII.test(header)) throw invalidField('idempotency-key');
  return {
    operationKey: `${operation}#${sha256(header)}`,
    fingerprint: sha256(stringifyJson(request)),
    requestedMs: timeEpoch,
  };
}

const sha256 = (text: string): string => hash('sha256', text);
