/**
 * JSON that passes through this machine unread: every number keeps the very digits that it was
 * written with.
 */

/**
 * As JSON.parse, except that numbers become opaque values, which `JSON.stringify` writes as they
 * were.
 */
export function parseVerbatim(text: string): unknown {
  return JSON.parse(text, ((_key: string, value: unknown, { source }: { source?: string }) =>
    typeof value === 'number' && source !== undefined ? JSON.rawJSON(source) : value) as (
    key: string,
    value: unknown,
  ) => unknown);
}
