/** A proxy on the wire to DynamoDB that loses, garbles, delays and refuses, as a test says. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export type Reply = { status: number; headers?: http.OutgoingHttpHeaders; body: string };

export type Exchange = {
  /** `PutItem`, `TransactWriteItems`, ... */
  operation: string;
  request: Record<string, unknown>;
  /** X-Ray's trace of the invocation that sent it, if it has one. */
  traceId: string | undefined;
  /** The application that its SDK was told it is (`AWS_SDK_UA_APP_ID`), if it was. */
  sender: string | undefined;
  /** Lets the request, or another in its place, reach the database, and gives its reply. */
  forward: (instead?: Record<string, unknown>) => Promise<Reply>;
  reply: (reply: Reply) => void;
  /** Closes the connection without a reply. */
  drop: () => void;
  /** Sends the head and a part of the body, then nothing more. */
  replyHalf: (reply: Reply) => void;
};

export type Fault = (exchange: Exchange) => Promise<void>;

export const awsError = (status: number, type: string, more: object = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify({
    __type: `com.amazonaws.dynamodb.v20120810#${type}`,
    message: `injected ${type}`,
    ...more,
  }),
});

const cancelled = (exchange: Exchange, code: string): Reply => {
  const items = exchange.request.TransactItems as unknown[];
  const reasons = items.map((_item, index) => ({ Code: index === 0 ? code : 'None' }));
  return awsError(400, 'TransactionCanceledException', { CancellationReasons: reasons });
};

export const faults = {
  none: async (exchange) => exchange.reply(await exchange.forward()),
  loseRequest: async (exchange) => exchange.drop(),
  loseReply: async (exchange) => {
    await exchange.forward();
    exchange.drop();
  },
  garbleReply: async (exchange) => {
    await exchange.forward();
    exchange.reply({ status: 200, body: '{"ConsumedCapa' });
  },
  garbleRefusal: async (exchange) => {
    await exchange.forward();
    exchange.reply({ status: 400, body: '<html>not what you asked for</html>' });
  },
  stallReply: async (exchange) => exchange.replyHalf(await exchange.forward()),
  failBefore: async (exchange) => exchange.reply(awsError(500, 'InternalServerError')),
  failAfter: async (exchange) => {
    await exchange.forward();
    exchange.reply(awsError(500, 'InternalServerError'));
  },
  hangBefore: async () => {},
  hangAfter: async (exchange) => {
    await exchange.forward();
  },
  conflict: async (exchange) => exchange.reply(cancelled(exchange, 'TransactionConflict')),
  /** Failed conditions beside conflicts, as AWS reports them; an applied transaction is told. */
  mixRefusal: async (exchange) => {
    const answer = await exchange.forward();
    const { CancellationReasons: reasons, ...error } = JSON.parse(answer.body);
    const mixed = reasons?.map((reason: { Code: string }) =>
      reason.Code === 'None' ? { Code: 'TransactionConflict' } : reason,
    );
    const body = reasons ? JSON.stringify({ ...error, CancellationReasons: mixed }) : answer.body;
    exchange.reply({ ...answer, body });
  },
  throttleInTransaction: async (exchange) => exchange.reply(cancelled(exchange, 'ThrottlingError')),
  throttle: async (exchange) =>
    exchange.reply(awsError(400, 'ProvisionedThroughputExceededException')),
  inProgressAfter: async (exchange) => {
    await exchange.forward();
    exchange.reply(awsError(400, 'TransactionInProgressException'));
  },
  inProgressBefore: async (exchange) =>
    exchange.reply(awsError(400, 'TransactionInProgressException')),
  invalid: async (exchange) => exchange.reply(awsError(400, 'ValidationException')),
} satisfies Record<string, Fault>;

export type FaultProxy = {
  url: string;
  /** Every exchange so far, in order of arrival. */
  log: { operation: string; request: Record<string, unknown> }[];
  operations: () => string[];
  /** The faults of the coming requests of this operation, one each; `forEver` falls on the rest. */
  script: (operation: string, coming: Fault[], forEver?: Fault) => void;
  close: () => Promise<void>;
};

export async function startFaultProxy(databaseUrl: string): Promise<FaultProxy> {
  const log: FaultProxy['log'] = [];
  const scripts = new Map<string, { coming: Fault[]; forEver: Fault }>();
  const proxy = await startProxy(databaseUrl, async (exchange) => {
    log.push({ operation: exchange.operation, request: exchange.request });
    const script = scripts.get(exchange.operation);
    await (script?.coming.shift() ?? script?.forEver ?? faults.none)(exchange);
  });
  return {
    ...proxy,
    log,
    operations: () => log.map(({ operation }) => operation),
    script: (operation, coming, forEver = faults.none) => {
      scripts.set(operation, { coming: [...coming], forEver });
    },
  };
}

/** A proxy that leaves every exchange to `handle`; one that it fails at is dropped. */
export async function startProxy(
  databaseUrl: string,
  handle: Fault,
): Promise<{ url: string; close: () => Promise<void> }> {
  const agent = new http.Agent({ keepAlive: true });

  const server = http.createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const exchange: Exchange = {
      operation: String(incoming.headers['x-amz-target']).split('.')[1] ?? '',
      request: JSON.parse(body.toString()),
      traceId: incoming.headers['x-amzn-trace-id']?.toString(),
      sender: incoming.headers['user-agent']?.match(/ app\/(\S+)/)?.[1],
      forward: (instead) =>
        forward(
          agent,
          databaseUrl,
          incoming,
          instead ? Buffer.from(JSON.stringify(instead)) : body,
        ),
      reply: ({ status, headers, body }) => outgoing.writeHead(status, headers).end(body),
      drop: () => incoming.socket.destroy(),
      replyHalf: ({ status, headers, body }) =>
        outgoing.writeHead(status, headers).write(body.slice(0, 1)),
    };
    await handle(exchange).catch(exchange.drop);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      agent.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function forward(
  agent: http.Agent,
  databaseUrl: string,
  incoming: http.IncomingMessage,
  body: Buffer,
): Promise<Reply> {
  const { method } = incoming;
  const headers = { ...incoming.headers, 'content-length': body.length };
  const request = http
    .request(databaseUrl, { agent, method, path: incoming.url, headers })
    .end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode ?? 0,
    headers: { 'content-type': response.headers['content-type'] },
    body: Buffer.concat(chunks).toString(),
  };
}
