/** A proxy before DynamoDB that notes applied writes, and what the real one would refuse. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * `unlock` only moves due rewards from pending to available; `refusal` is the record of one, which
 * makes it final.
 */
export type Write = { kind: 'change' | 'unlock' | 'refusal'; items: string[] };

type Item = { TableName: string; UpdateExpression?: string; Key?: Keys; Item?: Keys };
type Keys = { user_id?: { S?: string } };

const READS = new Set([
  'GetItem',
  'Query',
  'Scan',
  'BatchGetItem',
  'TransactGetItems',
  'DescribeTable',
]);
const INT32_MAX = 2 ** 31 - 1;

export async function watchWrites(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl);
  const agent = new http.Agent({ keepAlive: true });
  const byUser = new Map<string, Write[]>();
  const refusable: string[] = [];

  const note = (operation: string, body: string): void => {
    const items = itemsOf(operation, JSON.parse(body));
    const write: Write = {
      kind: isUnlock(items) ? 'unlock' : isRefusal(items) ? 'refusal' : 'change',
      items: items.map(
        ({ TableName, UpdateExpression = 'PUT' }) => `${TableName} ${UpdateExpression}`,
      ),
    };
    for (const user of new Set(items.map(userOf)))
      byUser.set(user, [...(byUser.get(user) ?? []), write]);
  };

  const server = http.createServer(async (incoming, outgoing) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
      if (operation === 'Query') checkQuery(body.toString(), refusable);
      const { headers, method, url } = incoming;
      const forwarded = http
        .request({ agent, hostname, port, method, path: url, headers })
        .end(body);
      const [response] = (await once(forwarded, 'response')) as [http.IncomingMessage];
      const answer = Buffer.concat(await response.toArray());
      if (!READS.has(operation) && response.statusCode === 200) note(operation, body.toString());
      outgoing.writeHead(response.statusCode ?? 502, response.headers).end(answer);
    } catch {
      outgoing.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The writes for these users since they were last taken. */
    take: (userIds: readonly string[]): Write[] =>
      userIds.flatMap((userId) => {
        const writes = byUser.get(userId) ?? [];
        byUser.delete(userId);
        return writes;
      }),
    /** Requests that this engine takes, and the real DynamoDB would not. */
    takeRefusable: (): string[] => refusable.splice(0),
    /** Writes that nobody's request accounts for. */
    left: (): string[] => [...byUser].map(([user, writes]) => `${user}: ${JSON.stringify(writes)}`),
    close: async () => {
      server.closeAllConnections();
      agent.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function itemsOf(
  operation: string,
  request: Item & { TransactItems?: Record<string, Item>[] },
): Item[] {
  if (operation !== 'TransactWriteItems') return [request];
  return (request.TransactItems ?? []).flatMap((item) => Object.values(item));
}

const userOf = ({ Key, Item }: Item): string => Key?.user_id?.S ?? Item?.user_id?.S ?? 'nobody';

const isUnlock = (items: Item[]): boolean =>
  items.length > 1 &&
  items.every(({ TableName, UpdateExpression = '' }) =>
    TableName === 'AccountsTable'
      ? UpdateExpression.startsWith('SET pending_micro = pending_micro - :amount, available_micro')
      : TableName === 'RewardsTable' && UpdateExpression.includes('REMOVE pending_until'),
  );

const isRefusal = (items: Item[]): boolean =>
  items.every(
    ({ TableName, Item }) => TableName === 'IdempotencyKeysTable' && 'refusal' in (Item ?? {}),
  );

/** `Limit` is an Integer in DynamoDB's model, and at least one. */
function checkQuery(body: string, refusable: string[]): void {
  const { Limit } = JSON.parse(body) as { Limit?: number };
  if (Limit !== undefined && !(Number.isInteger(Limit) && Limit >= 1 && Limit <= INT32_MAX))
    refusable.push(`a Query with Limit ${Limit}`);
}
