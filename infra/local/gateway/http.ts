/** The HTTP side of the local servers: listening, ending, whole bodies in, whole responses out. */
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Problem } from '../../problem.ts';
import type { GatewayResponse } from './response.ts';

/**
 * The quota of an HTTP API is 10 MB, but what is more than Lambda's quota for an event, 6 MB, never
 * gets further. No larger body is held here, however many come at once.
 */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** How long a request under way may hold up the end. */
const GRACE_MS = 3000;

/** Undefined for one too large; the rest is read all the same, so that the client hears of it. */
export async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  const declared = Number(message.headers['content-length'] ?? 0);
  let length = declared > MAX_BODY_BYTES ? declared : 0;
  for await (const chunk of message) {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}

export function writeResponse(
  response: ServerResponse,
  { statusCode, headers, cookies, body }: GatewayResponse,
  requestId: string,
  closing: boolean,
): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.setHeader('apigw-requestid', requestId);
  // RFC 9110 forbids a length where there can be no content.
  if (statusCode !== 204) response.setHeader('content-length', body.length);
  if (closing) response.setHeader('connection', 'close');
  response.writeHead(statusCode).end(body);
}

/** The whole requests of each connection that still wait for their response. */
export class PendingRequests {
  readonly #served = new WeakMap<Duplex, { message: IncomingMessage; served: Promise<unknown> }>();

  add(message: IncomingMessage, served: Promise<unknown>): void {
    const before = this.before(message.socket);
    this.#served.set(message.socket, { message, served: before.then(() => served) });
  }

  /**
   * Resolves when they have it. What follows a request on its connection and is not HTTP must not
   * be refused before: the client would take that for the response to the request.
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

/** The port that it listens at: a free one when `port` is 0. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (error) {
    throw portProblem(port, error as NodeJS.ErrnoException);
  }
}

/** Why a port cannot be listened at, and what to do about it. */
export function portProblem(port: number, { code, message }: NodeJS.ErrnoException): Problem {
  if (code === 'EADDRINUSE')
    return new Problem(
      `Port ${port} is in use; choose another one with PORT (0 takes a free one).`,
    );
  if (code === 'EACCES')
    return new Problem(
      `Port ${port} is for administrators only; choose one from 1024 to 65535 with PORT.`,
    );
  return new Problem(`Port ${port} cannot be used: ${message}.`);
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
