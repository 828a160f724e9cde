/** Reads the request body: bytes, then text, then JSON with exact integers. */
import httpJsonBodyParser from '@middy/http-json-body-parser';
import { ApiError } from '../errors.ts';
import { parseJson } from '../json.ts';
import type { ApiEvent, Middleware } from './endpoint.ts';

const MAX_BODY_BYTES = 4096;

/**
 * RFC 9110's media type, any case, of which only the charset matters: RFC 8259 JSON is UTF-8, so a
 * type that names another one does not describe it. (Node's MIMEType says the same in thirty times
 * the time, on every request.)
 */
const JSON_TYPE =
  /^application\/json[ \t]*(?:;[ \t]*(?:(?:charset=(?:utf-8|"utf-8")|(?!charset=)[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"[^"\\]*"))[ \t]*)?)*$/i;

// Stryker disable next-line BooleanLiteral: middy's parser refuses a byte order mark itself
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses `event.body`. Throws `invalid_json` for all that is not a JSON text of at most 4096 bytes.
 *
 * Middy's parser decides what is JSON, and refuses keys that reach for an object's prototype. The
 * text is then read once more for its values, because that parser withholds the source of number
 * literals from its reviver (7.9), and without the source `9007199254740993` has lost its last
 * digit.
 */
export const jsonBody = (): Middleware => {
  const parser = httpJsonBodyParser({ disableContentTypeCheck: true }).before;
  return {
    before: (request) => {
      const { event } = request;
      // Stryker disable next-line StringLiteral: neither text is a content type
      if (!JSON_TYPE.test(event.headers['content-type'] ?? '')) throw notJson(WRONG_TYPE);
      const bytes = bytesOf(event);
      if (bytes === undefined) throw notJson();
      if (bytes.length > MAX_BODY_BYTES) throw notJson(TOO_LARGE);
      try {
        const text = utf8.decode(bytes);
        // Stryker disable next-line OptionalChaining: middy's parser has a before
        parser?.(request as unknown as Parameters<typeof parser>[0]);
        event.body = parseJson(text);
      } catch {
        throw notJson();
      }
    },
  };
};

const WRONG_TYPE = 'The header content-type must say application/json, in UTF-8 if it says so.';
const TOO_LARGE = 'The request body must not have more than 4 KiB.';

const notJson = (message?: string): ApiError => new ApiError('invalid_json', {}, message);

/** Undefined where no text came. */
function bytesOf({ body, isBase64Encoded }: ApiEvent): Buffer | undefined {
  if (typeof body !== 'string' || !body.isWellFormed()) return undefined;
  // Stryker disable next-line StringLiteral: Node takes an empty name of an encoding for UTF-8
  return Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
}
