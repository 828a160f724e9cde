/** A proxy on the wire to a provider of an EVM chain: it lies, lags, hangs and fails, as a test says. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RpcCall = { method: string; params: unknown[] };
/** What the provider behind the proxy answers. */
export type Ask = <Result = Record<string, unknown> | null>(
  method: string,
  params: unknown[],
) => Promise<Result>;
export type RpcFault = (call: RpcCall, ask: Ask, response: ServerResponse) => Promise<void> | void;

function say(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

export const answer = (response: ServerResponse, result: unknown) =>
  say(response, 200, JSON.stringify({ jsonrpc: '2.0', id: 1, result }));

export const refuse = (response: ServerResponse, code: number, message: string, status = 200) =>
  say(response, status, JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code, message } }));

const honest: RpcFault = async ({ method, params }, ask, response) =>
  answer(response, await ask(method, params));

type Change = (result: Record<string, unknown>, call: RpcCall) => unknown;
type Numbered = { number: string };

/** How a provider may fail, whatever it is asked. */
export const rpcFaults = {
  hangs: () => {},
  stalls: (_call, _ask, response) => {
    response
      .writeHead(200, { 'content-length': 1000 })
      .write('{"jsonrpc":"2.0","id":1,"result":"0x');
  },
  closes: (_call, _ask, response) => {
    response.socket?.destroy();
  },
  'answers HTML': (_call, _ask, response) => say(response, 200, '<html>Welcome</html>'),
  'answers half': (_call, _ask, response) => say(response, 200, '{"jsonrpc":"2.0","id":1,"re'),
  'answers null': (_call, _ask, response) => say(response, 200, 'null'),
  'gives no result': (_call, _ask, response) => say(response, 200, '{"jsonrpc":"2.0","id":1}'),
  'gives a word': (_call, _ask, response) => answer(response, 'soon'),
  throttles: (_call, _ask, response) => refuse(response, -32005, 'too many requests', 429),
  'throttles in words': (_call, _ask, response) => say(response, 429, 'Too Many Requests'),
  fails: (_call, _ask, response) => say(response, 500, 'Internal Server Error'),
} satisfies Record<string, RpcFault>;

/** Sends who asks on to somebody else. */
export const redirects =
  (location: string): RpcFault =>
  (_call, _ask, response) => {
    response.writeHead(307, { location }).end();
  };

/** Changes what this method answers, unless it is null. */
export const lies =
  (method: string, change: Change): RpcFault =>
  async (call, ask, response) => {
    const result = await ask(call.method, call.params);
    answer(response, call.method === method && result !== null ? change(result, call) : result);
  };

/** Knows nothing of the last blocks. */
export const lags =
  (blocks: bigint): RpcFault =>
  async ({ method, params }, ask, response) => {
    const isBlock = method === 'eth_getBlockByNumber';
    const { number } = await ask<Numbered>('eth_getBlockByNumber', ['finalized', false]);
    const head = BigInt(number) - blocks;
    const named = isBlock && params[0] === 'finalized' ? [`0x${head.toString(16)}`, false] : params;
    const result = await ask(method, named);
    const block = result?.blockNumber ?? (isBlock ? result?.number : undefined);
    answer(response, typeof block === 'string' && BigInt(block) > head ? null : result);
  };

/** This fault for one method, none for the others. */
export const only =
  (method: string, fault: RpcFault): RpcFault =>
  (call, ask, response) =>
    (call.method === method ? fault : honest)(call, ask, response);

export type RpcProxy = {
  url: string;
  /** Every call so far, in order of arrival. */
  calls: RpcCall[];
  /** From now on; honest when none is given. */
  behave: (fault?: RpcFault) => void;
  close: () => Promise<void>;
};

export async function startRpcProxy(providerUrl: string): Promise<RpcProxy> {
  let fault = honest;
  const calls: RpcCall[] = [];
  const ask: Ask = async (method, params) => {
    const response = await fetch(providerUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const { result, error } = (await response.json()) as { result: never; error?: object };
    if (error) throw new Error(JSON.stringify(error));
    return result;
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, params = [] } = JSON.parse(Buffer.concat(chunks).toString());
    calls.push({ method, params });
    try {
      await fault({ method, params }, ask, response);
    } catch {
      refuse(response, -32000, 'the provider behind the proxy refuses');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // With what a URL of a provider has: a key that nobody may see.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/${SECRET_KEY}`,
    calls,
    behave: (next = honest) => {
      fault = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** In the URL of the proxy. */
export const SECRET_KEY = 'k3y-0f-th3-pr0v1d3r';
