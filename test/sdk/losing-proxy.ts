/** A proxy between a client and the service that loses requests and responses, as a test says. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** `cut` closes the connection in the middle of the response's body. */
export type Loss = 'pass' | 'lose request' | 'lose response' | 'cut response';

export type LosingProxy = {
  url: string;
  /** The requests that came, in order. */
  requests: { method: string; path: string; headers: http.IncomingHttpHeaders; body: string }[];
  /** What becomes of the coming requests, one each; those after them pass. */
  script: (...coming: Loss[]) => void;
  close: () => Promise<void>;
};

/** `before` is waited for before a request goes on. */
export async function startLosingProxy(
  serviceUrl: string,
  before: (request: LosingProxy['requests'][0]) => Promise<unknown> = async () => undefined,
): Promise<LosingProxy> {
  const requests: LosingProxy['requests'] = [];
  const losses: Loss[] = [];
  const server = http.createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const { method = '', url = '', headers } = incoming;
    const received = { method, path: url, headers, body: body.toString() };
    requests.push(received);
    await before(received);
    const loss = losses.shift() ?? 'pass';
    if (loss === 'lose request') return void incoming.socket.destroy();
    const request = http.request(serviceUrl + url, { method, headers, agent: false }).end(body);
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const content = await buffer(response);
    if (loss === 'lose response') return void incoming.socket.destroy();
    outgoing.writeHead(response.statusCode ?? 0, response.headers);
    if (loss === 'pass') return void outgoing.end(content);
    outgoing.write(content.subarray(0, content.length / 2), () => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script: (...coming) => void losses.splice(0, losses.length, ...coming),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
