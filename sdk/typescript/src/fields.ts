/** Reads the fields of a response; one without what the API promises is not the API's. */

type Fields = Readonly<Record<string, unknown>>;

/** A string in which the API may one day send what this version does not know. */
export type Open<Known extends string> = Known | (string & Record<never, never>);

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function fields(value: unknown): Fields {
  if (isFields(value)) return value;
  throw new TypeError('The response is not an object where the API sends one.');
}

export function list<Item>(value: unknown, read: (item: unknown) => Item): Item[] {
  if (Array.isArray(value)) return value.map(read);
  throw new TypeError('The response is not a list where the API sends one.');
}

export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError('The response has no text where the API sends one.');
}

export function micro(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  throw new TypeError('The response has no integer where the API sends an amount.');
}

/** The field, or no field at all: what the API leaves out, it may also send as null. */
export const optionalText = <Name extends string>(
  name: Name,
  value: unknown,
): { readonly [name in Name]?: string } =>
  (value == null ? {} : { [name]: text(value) }) as { readonly [name in Name]?: string };
