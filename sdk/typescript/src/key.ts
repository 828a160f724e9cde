/** Idempotency keys, under which a write that is sent again is still one write. */

const VISIBLE_ASCII = /^[\x21-\x7E]{1,255}$/;

/**
 * The caller's key, or a new one. Throws TypeError for a key that is not 1-255 visible ASCII
 * characters.
 */
export function keyOr(given: string | undefined): string {
  if (given === undefined) return newKey();
  if (VISIBLE_ASCII.test(given)) return given;
  throw new TypeError('idempotencyKey must be 1 to 255 visible ASCII characters.');
}

/** As random as a UUID also in pages without HTTPS, which have no crypto.randomUUID. */
const newKey = (): string =>
  crypto.randomUUID?.() ??
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
