/** Reads bytes as HTTP/1.1 messages (RFC 9112), strictly, and messages as the gateway does. */
import { METHODS } from 'node:http';

export type Message = {
  method: string;
  /** As it was sent. */
  target: string;
  /** Names in lower case, in the order of arrival. */
  headers: [name: string, value: string][];
  body: Buffer;
};

/** `rest` follows the last whole message: nothing, the beginning of one, or what can be none. */
type Stream = { messages: Message[]; rest: 'nothing' | 'incomplete' | 'malformed' };

/**
 * The target is a path, a whole address, or the asterisk of OPTIONS. RFC 9112, section 3: a
 * recipient may take several spaces for one, and Node does.
 */
const REQUEST_LINE = /^([A-Z-]+) +((?:\/|https?:\/\/[^/])[!-~]*|\*) +HTTP\/1\.[01]$/;
const FIELD =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 9110 excludes them from values.
  /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\u0000-\u0008\u000a-\u001f\u007f]*?)[ \t]*$/;
/** What the server takes of headers altogether. */
const MAX_HEAD_BYTES = 16 * 1024;
const [CR, LF] = [13, 10];
const END_OF_HEAD = Buffer.from('\r\n\r\n');

type Read = { message: Message; end: number } | 'incomplete' | 'malformed';

export function readStream(bytes: Buffer): Stream {
  const messages: Message[] = [];
  let rest = bytes;
  for (;;) {
    // RFC 9112, section 2.2: empty lines before a request are passed over.
    while (rest[0] === CR || rest[0] === LF) rest = rest.subarray(1);
    if (rest.length === 0) return { messages, rest: 'nothing' };
    const part = readMessage(rest);
    if (typeof part === 'string') return { messages, rest: part };
    messages.push(part.message);
    rest = rest.subarray(part.end);
  }
}

function readMessage(bytes: Buffer): Read {
  const headEnd = bytes.indexOf(END_OF_HEAD);
  if (headEnd < 0) return 'incomplete';
  if (headEnd > MAX_HEAD_BYTES) return 'malformed';
  const [requestLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const [, method = '', target = ''] = REQUEST_LINE.exec(requestLine) ?? [];
  const headers: Message['headers'] = [];
  for (const line of lines) {
    const [, name, value = ''] = FIELD.exec(line) ?? [];
    if (name === undefined) return 'malformed';
    headers.push([name.toLowerCase(), value]);
  }
  if (!METHODS.includes(method)) return 'malformed';
  const all = (name: string) =>
    headers.filter(([given]) => given === name).map(([, value]) => value);
  const [coding, length] = [all('transfer-encoding'), all('content-length')];
  if (coding.length + length.length > 1) return 'malformed';
  const start = headEnd + END_OF_HEAD.length;
  const body =
    coding[0] === undefined
      ? readLength(bytes, start, length[0])
      : readChunked(bytes, start, coding[0]);
  return typeof body === 'string'
    ? body
    : { message: { method, target, headers, body: body.body }, end: body.end };
}

type Body = { body: Buffer; end: number } | 'incomplete' | 'malformed';

function readLength(bytes: Buffer, start: number, length = '0'): Body {
  if (!/^\d{1,15}$/.test(length)) return 'malformed';
  const end = start + Number(length);
  return end > bytes.length ? 'incomplete' : { body: bytes.subarray(start, end), end };
}

function readChunked(bytes: Buffer, start: number, coding: string): Body {
  if (!/^(?:.*,)?[ \t]*chunked$/i.test(coding)) return 'malformed';
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return 'incomplete';
    const [size = ''] = bytes.toString('latin1', at, lineEnd).split(';');
    if (!/^[0-9a-fA-F]{1,8}$/.test(size)) return 'malformed';
    const [from, to] = [lineEnd + 2, lineEnd + 2 + Number.parseInt(size, 16)];
    if (from === to) return readTrailers(bytes, from, Buffer.concat(chunks));
    if (bytes.length < to + 2) return 'incomplete';
    if (bytes.toString('latin1', to, to + 2) !== '\r\n') return 'malformed';
    chunks.push(bytes.subarray(from, to));
    at = to + 2;
  }
}

/** Trailers are passed over. */
function readTrailers(bytes: Buffer, start: number, body: Buffer): Body {
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return 'incomplete';
    if (lineEnd === at) return { body, end: at + 2 };
    if (!FIELD.test(bytes.toString('latin1', at, lineEnd))) return 'malformed';
    at = lineEnd + 2;
  }
}

export type Request = {
  method: string;
  /** Percent-decoded. */
  path: string;
  encodedPath: string;
  query: string;
  headers: Map<string, string>;
  cookies: string[];
  parameters: Map<string, string>;
  body: Buffer;
};

/**
 * Undefined when the target is no path that can be decoded, or when not exactly one host is named
 * (RFC 9112, section 3.2).
 */
export function readRequest({
  method,
  target,
  headers: fields,
  body,
}: Message): Request | undefined {
  const [host, ...more] = fields.filter(([name]) => name === 'host');
  if (host === undefined || more.length > 0) return undefined;
  const [, named, afterHost = ''] = /^(?:https?:\/\/([^/?#]*))?(.*)$/i.exec(target) ?? [];
  if (named !== undefined && named.toLowerCase() !== host[1].toLowerCase()) return undefined;
  const mark = afterHost.indexOf('?');
  const encodedPath = (mark < 0 ? afterHost : afterHost.slice(0, mark)) || '/';
  const query = mark < 0 ? '' : afterHost.slice(mark + 1);
  if (!encodedPath.startsWith('/')) return undefined;
  const path = decoded(encodedPath);
  if (path === undefined) return undefined;

  const headers = new Map<string, string>();
  const cookies: string[] = [];
  for (const [name, value] of fields) {
    if (name === 'cookie') cookies.push(...value.split(';').map((cookie) => cookie.trim()));
    else headers.set(name, headers.has(name) ? `${headers.get(name)},${value}` : value);
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query))
    parameters.set(name, parameters.has(name) ? `${parameters.get(name)},${value}` : value);
  return { method, path, encodedPath, query, headers, cookies, parameters, body };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
