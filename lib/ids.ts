/** Ids: UUIDv7 (RFC 9562), whose order is the order of their making. */
import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import * as v from 'valibot';

/** RFC 9562 reads both cases, so that an id in either is the same one; lower case is stored. */
export const Uuid = v.pipe(v.string(), v.uuid(), v.toLowerCase());

/** Whether `newId` may have made this UUID: it makes those of version 7 and no others. */
export const mayBeOurs = (uuid: string): boolean => VERSION_7.test(uuid);

const VERSION_7 = /^.{14}7.{4}[89ab]/i;

/** One in an item. In any other case it is the key of an item that no request finds. */
export const StoredUuid = v.pipe(
  v.string(),
  v.uuid(),
  v.check((id) => id === id.toLowerCase()),
);

/** Whether the text is a UUID as it is stored, to the letter. */
export const isStoredUuid = (text: string): boolean => v.is(StoredUuid, text);

const BYTES_PER_ID = 16;

/**
 * Randomness for many ids at once, since asking the operating system for it costs more than the
 * rest of an id. The library's own source is Web Crypto, which takes 20 ms to load in a fresh
 * process.
 */
const pool = new Uint8Array(64 * BYTES_PER_ID);
let used = pool.length;

/** A new id for something made at `nowMs` (epoch milliseconds). */
export function newId(nowMs: number): string {
  // Stryker disable next-line ConditionalExpression: fresh randomness only costs time
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + BYTES_PER_ID);
  used += BYTES_PER_ID;
  return v7({ msecs: nowMs, random });
}

/**
 * What sorts before every id made at this moment (RFC 3339) or later, and behind all made earlier:
 * the 48 bits of its milliseconds, with which a UUIDv7 begins (RFC 9562, section 5.7).
 */
export function firstIdAt(time: string): string {
  const digits = Math.max(0, Date.parse(time)).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}
