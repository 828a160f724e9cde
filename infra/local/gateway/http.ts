/**
 * The HTTP side of the gateway: listening and ending, whole bodies in, whole replies out, and what
 * is not HTTP at all.
 */
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem } from '../../problem.ts';
import type { GatewayReply } from './response.ts';

/** The quota of an HTTP API; AWS does not let it be raised. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** How long a request under way may hold up the end. */
const GRACE_MS = 3000;

/**
 * Undefined for a body that is too large; the rest of it is read and thrown away, so that the
 * client reads the answer.
 */
export async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}

export function write(
  response: ServerResponse,
  reply: GatewayReply,
  requestId: string,
  closing: boolean,
): void {
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
  if (reply.cookies.length > 0) response.setHeader('set-cookie', reply.cookies);
  response.setHeader('apigw-requestid', requestId);
  // RFC 9110 forbids a length where there can be no content.
  if (reply.statusCode !== 204) response.setHeader('content-length', reply.body.length);
  if (closing) response.setHeader('connection', 'close');
  response.writeHead(reply.statusCode).end(reply.body);
}

/** The whole requests of each connection that are not answered yet. */
export class UnderWay {
  readonly #served = new WeakMap<Duplex, { message: IncomingMessage; served: Promise<unknown> }>();

  add(message: IncomingMessage, served: Promise<unknown>): void {
    const before = this.before(message.socket);
    this.#served.set(message.socket, { message, served: before.then(() => served) });
  }

  /**
   * Resolves when they are answered. What follows a request on its connection and is not HTTP must
   * not be refused before: the client would take the refusal for the answer to a request that was
   * carried out.
   */
  async before(socket: Duplex): Promise<void> {
    const last = this.#served.get(socket);
    // The rest of a request that is not whole will never come.
    if (last?.message.complete) await last.served;
  }
}

/** For what is not HTTP at all. */
export function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const body = '{"message":"Bad Request"}';
  socket.end(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

export async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EADDRINUSE'
        ? 'is in use; choose another one with PORT'
        : `cannot be used: ${message}`;
    throw new Problem(`Port ${port} ${reason}.`);
  }
}

export async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection whose last request has just been answered becomes idle only now.
  const idle = setInterval(() => server.closeIdleConnections(), 10);
  const grace = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(grace);
}
