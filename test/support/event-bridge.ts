/** An EventBridge for tests: takes PutEvents over HTTP, and replies as a test says. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, beforeEach, onTestFinished, vi } from 'vitest';
import { stubAws } from './environment.ts';

export type Entry = {
  EventBusName: string;
  Source: string;
  DetailType: string;
  Time: number;
  Detail: string;
};
type Reply = 'take' | 'fail' | 'garble' | 'empty' | 'drop' | 'hang' | { refuse: number[] };

/** Why every other entry is refused. */
const REASONS = ['ThrottlingException', 'InternalFailure'];

export async function startEventBridge() {
  /** The entries of every call that arrived, and those that were taken. */
  const calls: Entry[][] = [];
  const taken: Entry[] = [];
  const script: Reply[] = [];
  let standing: Reply = 'take';

  const server = http.createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { Entries } = JSON.parse(Buffer.concat(chunks).toString()) as { Entries: Entry[] };
    calls.push(Entries);
    const next = script.shift() ?? standing;
    if (next === 'drop') return void incoming.socket.destroy();
    if (next === 'hang') return;
    const reply = (status: number, body: object | string) =>
      outgoing
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
        .end(typeof body === 'string' ? body : JSON.stringify(body));
    if (next === 'fail')
      return void reply(500, { __type: 'InternalException', message: 'injected' });
    const refused = typeof next === 'object' ? next.refuse : [];
    taken.push(...Entries.filter((_, index) => !refused.includes(index)));
    if (next === 'garble') return void reply(200, '{"Fail');
    if (next === 'empty') return void reply(200, {});
    reply(200, {
      FailedEntryCount: refused.length,
      Entries: Entries.map((_, index) =>
        refused.includes(index) ? { ErrorCode: REASONS[index % 2] } : { EventId: `event-${index}` },
      ),
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    taken,
    /** The replies to the coming calls, one each; the last one stays. */
    script: (coming: Reply[], forEver: Reply = 'take') => {
      script.splice(0, script.length, ...coming);
      standing = forEver;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An EventBridge for all tests of a file, which takes everything until a test says otherwise. */
export function useEventBridge() {
  const bridge = {} as Awaited<ReturnType<typeof startEventBridge>>;
  beforeAll(async () => {
    const { url, close } = Object.assign(bridge, await startEventBridge());
    stubAws('EVENTBRIDGE', url);
    return close;
  });
  beforeEach(() => {
    vi.spyOn(console, 'warn').mockReturnValue();
    bridge.script([]);
    bridge.calls.length = bridge.taken.length = 0;
    onTestFinished(() => void vi.restoreAllMocks());
  });
  return bridge;
}
