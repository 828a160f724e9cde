/** A provider of a chain that lies, lags, hangs and garbles, as a test says: JSON-RPC over HTTP. */
import { onTestFinished } from 'vitest';
import { type Exchange, startProxy } from './fault-proxy.ts';

export type RpcFault = (exchange: Exchange) => Promise<void>;

const reply = (body: string, status = 200) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body,
});

/** Each falls on the calls of a method, or on all. */
export const rpcFaults = {
  hang: async () => {},
  drop: async (exchange) => exchange.drop(),
  stall: async (exchange) => exchange.replyHalf(await exchange.forward()),
  noJson: async (exchange) => exchange.reply(reply('<html>busy</html>')),
  refuse: async (exchange) => exchange.reply(reply('{"error":"too many"}', 429)),
  fail: async (exchange) =>
    exchange.reply(
      reply(envelope(exchange, { error: { code: -32000, message: 'no such thing' } })),
    ),
  noAnswer: async (exchange) => exchange.reply(reply(envelope(exchange, {}))),
} satisfies Record<string, RpcFault>;

/** Answers with something else in place of the result. */
export const answering =
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what the method answers
    (lie: (result: any) => unknown): RpcFault =>
    async (exchange) => {
      const { result } = JSON.parse((await exchange.forward()).body);
      exchange.reply(reply(envelope(exchange, { result: lie(result) })));
    };

const envelope = ({ request }: Exchange, answer: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id: request.id, ...answer });

export type RpcProxy = {
  url: string;
  /** The methods that were called, in order. */
  calls: string[];
  /** From now on, on every call of this method, or of any. */
  fault: (method: string, fault: RpcFault) => void;
  heal: () => void;
};

/** In front of this provider, until the test ends. */
export async function openRpcProxy(chainUrl: string): Promise<RpcProxy> {
  const faults = new Map<string, RpcFault>();
  const calls: string[] = [];
  const { url, close } = await startProxy(chainUrl, async (exchange) => {
    const method = String(exchange.request.method);
    calls.push(method);
    const fault = faults.get(method) ?? faults.get(ANY);
    await (fault ? fault(exchange) : exchange.forward().then(exchange.reply));
  });
  onTestFinished(close);
  return {
    url,
    calls,
    fault: (method, fault) => void faults.set(method, fault),
    heal: () => faults.clear(),
  };
}

export const ANY = 'any';
