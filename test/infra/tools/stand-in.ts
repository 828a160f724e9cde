/** A server that stands in for the API or for Lambda, with answers that a test chooses. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

type Prepared =
  | { status?: number; headers?: Record<string, string>; body: string | object }
  | { broken: true };

/** Answers the requests with these, one after the other, and keeps what they were. */
export async function standIn(...prepared: Prepared[]) {
  const requests: { incoming: IncomingMessage; body: unknown }[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const text = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>)).toString();
    requests.push({ incoming, body: text && JSON.parse(text) });
    const next: Prepared = prepared.shift() ?? { status: 500, body: {} };
    if ('broken' in next) return void incoming.socket.destroy();
    const { status = 200, headers, body } = next;
    outgoing.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
