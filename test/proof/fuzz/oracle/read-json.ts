/** A JSON reader of its own (RFC 8259), which keeps number literals as they are written. */
export class NumberLiteral {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
export type Json = null | boolean | string | NumberLiteral | Json[] | JsonObject;
export type JsonObject = Map<string, Json>;

/** `hidden` traps are in members that a later duplicate replaces, `effective` ones are not. */
type Document = { value: Json; traps: 'none' | 'hidden' | 'effective' };

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 excludes them from strings.
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class NotJson extends Error {}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  constructor(text: string) {
    this.#text = text;
  }

  document(): Json {
    const value = this.#value();
    if (this.#at !== this.#text.length) throw new NotJson();
    return value;
  }

  #value(): Json {
    this.#space();
    const value = this.#takes('{')
      ? this.#object()
      : this.#takes('[')
        ? this.#array()
        : this.#takes('"')
          ? this.#string()
          : this.#word();
    this.#space();
    return value;
  }

  #word(): Json {
    if (this.#takes('null')) return null;
    if (this.#takes('true')) return true;
    if (this.#takes('false')) return false;
    return new NumberLiteral(this.#match(NUMBER) || this.#fail());
  }

  /** What nests deeper than it can be closed again is no JSON, and would only use up the stack. */
  #enter(): void {
    if (++this.#depth > this.#text.length / 2) this.#fail();
  }

  #leave<Container>(container: Container): Container {
    this.#depth--;
    return container;
  }

  #object(): JsonObject {
    const members: JsonObject = new Map();
    this.#enter();
    this.#space();
    if (this.#takes('}')) return this.#leave(members);
    do {
      this.#space();
      if (!this.#takes('"')) this.#fail();
      const key = this.#string();
      this.#space();
      if (!this.#takes(':')) this.#fail();
      const value = this.#value();
      this.trapped ||= isTrap(key, value) || !key.isWellFormed();
      members.set(key, value);
    } while (this.#takes(','));
    return this.#takes('}') ? this.#leave(members) : this.#fail();
  }

  #array(): Json[] {
    const items: Json[] = [];
    this.#enter();
    this.#space();
    if (this.#takes(']')) return this.#leave(items);
    do items.push(this.#value());
    while (this.#takes(','));
    return this.#takes(']') ? this.#leave(items) : this.#fail();
  }

  #string(): string {
    let text = '';
    for (;;) {
      text += this.#match(PLAIN);
      if (this.#takes('"')) break;
      if (!this.#takes('\\')) this.#fail();
      text += this.#escape();
    }
    this.trapped ||= !text.isWellFormed();
    return text;
  }

  /** Whether a trap was met anywhere. */
  trapped = false;

  #escape(): string {
    const letter = this.#text[this.#at++] ?? '';
    if (letter !== 'u') return ESCAPES[letter] ?? this.#fail();
    const hex = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.#fail();
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? '?')) this.#at++;
  }

  #takes(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [match = ''] = pattern.exec(this.#text) ?? [];
    this.#at += match.length;
    return match;
  }

  #fail(): never {
    throw new NotJson();
  }
}

/** A key that reaches for an object's prototype. */
const isTrap = (key: string, value: Json): boolean =>
  key === '__proto__' || (key === 'constructor' && value instanceof Map && value.has('prototype'));

function isTrapped(value: Json): boolean {
  if (typeof value === 'string') return !value.isWellFormed();
  if (Array.isArray(value)) return value.some(isTrapped);
  if (!(value instanceof Map)) return false;
  return [...value].some(
    ([key, member]) => !key.isWellFormed() || isTrap(key, member) || isTrapped(member),
  );
}

/** Undefined for text that is not JSON. */
export function readJson(text: string): Document | undefined {
  const reader = new Reader(text);
  try {
    const value = reader.document();
    if (!reader.trapped) return { value, traps: 'none' };
    return { value, traps: isTrapped(value) ? 'effective' : 'hidden' };
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

/** The same text for the same document in any order of members; numbers count as written. */
export function canonical(value: Json): string {
  if (value instanceof NumberLiteral) return value.text;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!(value instanceof Map)) return JSON.stringify(value);
  const members = [...value].sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}
