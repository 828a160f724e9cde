/** Requests and answers as text for a terminal: a request as a line that sends it again. */
import { readStream } from './oracle/http-message.ts';
import type { Answer } from './raw-client.ts';

const HOST = '127.0.0.1';
const LONGEST_LINE = 12_000;

/** A curl command where curl can say it, else the bytes for netcat. */
export function pasteable(bytes: Buffer, port: number): string {
  const { messages, rest } = readStream(bytes);
  const [message] = messages;
  const isPlain = /^[\t\r\n -~]*$/.test(bytes.toString('latin1'));
  if (
    message === undefined ||
    messages.length > 1 ||
    rest !== 'nothing' ||
    !isPlain ||
    !message.target.startsWith('/')
  )
    return shortened(`printf '${escaped(bytes)}' | nc ${HOST} ${port}`);
  const framing = ['content-length', 'transfer-encoding'];
  const fields = message.headers.filter(([name]) => !framing.includes(name));
  const parts = [
    'curl -i --path-as-is',
    `-X ${message.method}`,
    quoted(`http://${HOST}:${port}${message.target}`),
    ...fields.map(
      ([name, value]) => `-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`,
    ),
    ...(message.headers.some(([name]) => name === 'transfer-encoding')
      ? ["-H 'transfer-encoding: chunked'"]
      : []),
    ...(message.body.length > 0 ? [`--data-binary ${quoted(message.body.toString())}`] : []),
  ];
  return shortened(parts.join(' '));
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const escaped = (bytes: Buffer): string =>
  [...bytes]
    .map((byte) =>
      /[ !"#$&(-[\]-~]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `\\${byte.toString(8).padStart(3, '0')}`,
    )
    .join('')
    .replaceAll('%', '%%');

const shortened = (line: string): string =>
  line.length <= LONGEST_LINE
    ? line
    : `${line.slice(0, LONGEST_LINE)}... (${line.length} characters)`;

export const answerText = ({ status, headers, body }: Answer): string =>
  [
    `${status}`,
    ...[...headers].map(([name, values]) => `${name}: ${values.join(' | ')}`),
    '',
    body.toString(),
  ].join('\n');
