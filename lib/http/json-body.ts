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
      const bytes = jsonBytes(event);
      if (bytes === undefined || bytes.length > MAX_BODY_BYTES) throw new ApiError('invalid_json');
      try {
        const text = utf8.decode(bytes);
        // Stryker disable next-line OptionalChaining: middy's parser has a before
        parser?.(request as unknown as Parameters<typeof parser>[0]);
        event.body = parseJson(text);
      } catch {
        throw new ApiError('invalid_json');
      }
    },
  };
};

/** Undefined where no text came, or none that is said to be JSON. */
function jsonBytes({ headers, body, isBase64Encoded }: ApiEvent): Buffer | undefined {
  if (
    // Stryker disable next-line StringLiteral: neither text is a content type
    !JSON_TYPE.test(headers['content-type'] ?? '') ||
    typeof body !== 'string' ||
    !body.isWellFormed()
  )
    return undefined;
  // Stryker disable next-line StringLiteral: Node takes an empty name of an encoding for UTF-8
  return Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
}
