/** Writes the document as JSON, with every digit of its bounds. */

export const printJson = (value: unknown): string => `${JSON.stringify(value, exact, 2)}\n`;

const exact = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? JSON.rawJSON(value.toString()) : value;
