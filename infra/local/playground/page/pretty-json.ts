/** JSON for the eye, every digit as it was sent. */
import { parseJson } from '../../../../sdk/typescript/src/json.ts';

/** The text itself when it is not JSON. */
export function prettyJson(text: string): string {
  try {
    return print(parseJson(text), '');
  } catch {
    return text;
  }
}

function print(value: unknown, indent: string): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item) => print(item, inner))
    : Object.entries(value).map(
        ([key, member]) => `${JSON.stringify(key)}: ${print(member, inner)}`,
      );
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return lines.length === 0
    ? `${open}${close}`
    : `${open}\n${lines.map((line) => inner + line).join(',\n')}\n${indent}${close}`;
}
