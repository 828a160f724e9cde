/** The event bus that the functions publish to: it keeps what it takes, and fails as it is told. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseJson } from '../../../../lib/json.ts';
import { Random } from '../history/random.ts';

/** `detail` has integers as bigint. */
export type Published = { type: string; detail: Record<string, unknown> };

type Entry = { DetailType: string; Detail: string };

const REPLIES = { take: 5, fail: 1, refuse: 3, garble: 1, drop: 1, takeAndDrop: 1 };

export class EventBus {
  url = '';
  /** In the order in which they were taken. */
  readonly published: Published[] = [];
  #random = new Random('');
  /** How many calls may still go wrong: in the end everything gets through. */
  #faultsLeft = 0;
  /** Takes nothing at all until then. */
  #isDown = false;
  readonly #server = http.createServer((incoming, outgoing) => {
    this.#answer(incoming, outgoing).catch(() => incoming.socket.destroy());
  });

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Of the coming calls at most so many go wrong, as the dice say. */
  failSome(seed: string, faultsLeft: number): void {
    this.#random = new Random(`${seed} bus`);
    this.#faultsLeft = faultsLeft;
    this.#isDown = this.#random.chance(0.5);
  }

  #nextReply(): keyof typeof REPLIES {
    if (this.#faultsLeft === 0) return 'take';
    return this.#isDown ? 'fail' : this.#random.weighted(REPLIES);
  }

  async #answer(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { Entries } = JSON.parse(Buffer.concat(chunks).toString()) as { Entries: Entry[] };
    const reply = this.#nextReply();
    if (reply !== 'take') this.#faultsLeft--;
    const send = (status: number, body: string) =>
      outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
    if (reply === 'drop') return void incoming.socket.destroy();
    if (reply === 'fail') return void send(500, '{"__type":"InternalException"}');
    const results = Entries.map(({ DetailType, Detail }) => {
      if (reply === 'refuse' && this.#random.chance(0.5))
        return { ErrorCode: 'ThrottlingException' };
      const detail = parseJson(Detail) as Record<string, unknown>;
      this.published.push({ type: DetailType, detail });
      return { EventId: String(this.published.length) };
    });
    if (reply === 'takeAndDrop') return void incoming.socket.destroy();
    if (reply === 'garble') return void send(200, '{"Fail');
    const failed = results.filter((result) => 'ErrorCode' in result).length;
    send(200, JSON.stringify({ FailedEntryCount: failed, Entries: results }));
  }
}
