/**
 * EventBridge as far as a function needs it to publish: an endpoint for PutEvents that keeps what
 * it accepts.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { close, listen, readBody } from '../gateway/http.ts';
import { type GatewayReply, jsonReply } from '../gateway/response.ts';
import { parseVerbatim } from '../only-here/exact-json.ts';

export interface PublishedEvent {
  id: string;
  bus: string;
  'detail-type': string;
  source: string;
  /** When it was accepted, RFC 3339. */
  accepted_at: string;
  /** With the numbers as they were written; see `parseVerbatim`. */
  detail: unknown;
}

export interface EventBridge {
  url: string;
  /** `GET /_local/published-events`: everything accepted, in order. */
  handle: () => Promise<GatewayReply>;
  close(): Promise<void>;
}

interface Entry {
  Source?: string;
  DetailType?: string;
  Detail?: string;
  EventBusName?: string;
}

/** EventBridge's own limits. */
const MAX_ENTRIES = 10;
const MAX_ENTRY_BYTES = 1024 * 1024;
const KEPT = 10_000;

export async function startEventBridge(
  buses: string[],
  announce: (line: string) => void,
): Promise<EventBridge> {
  const published: PublishedEvent[] = [];

  const put = ({ Source, DetailType, Detail = '', EventBusName = 'default' }: Entry) => {
    const refuse = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });
    if (!buses.includes(EventBusName))
      return refuse('ResourceNotFoundException', `No bus ${EventBusName}.`);
    if (!Source || !DetailType)
      return refuse('InvalidArgument', 'Source and DetailType are required.');
    if (Buffer.byteLength(Detail) > MAX_ENTRY_BYTES)
      return refuse('InvalidArgument', 'Detail is too large.');
    const detail = parseObject(Detail);
    if (detail === undefined) return refuse('MalformedDetail', 'Detail is malformed.');
    const id = randomUUID();
    const accepted_at = new Date().toISOString();
    published.push({
      id,
      bus: EventBusName,
      'detail-type': DetailType,
      source: Source,
      accepted_at,
      detail,
    });
    published.splice(0, published.length - KEPT);
    announce(`event ${DetailType} ${id} ${JSON.stringify(detail)}`);
    return { EventId: id };
  };

  const server = createServer((message, response) => {
    void answer(message, response, put).catch(() => response.destroy());
  });
  await listen(server, '127.0.0.1', 0);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handle: async () => jsonReply(200, { items: published }),
    close: () => close(server),
  };
}

/** The AWS JSON 1.1 protocol, which names the operation in a header. */
async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  put: (entry: Entry) => object,
): Promise<void> {
  const reply = (status: number, body: object) =>
    response
      .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify(body));
  const body = await readBody(message);
  if (message.headers['x-amz-target'] !== 'AWSEvents.PutEvents')
    return void reply(400, { __type: 'UnknownOperationException' });
  const { Entries = [] } = JSON.parse(String(body)) as { Entries?: Entry[] };
  if (Entries.length === 0 || Entries.length > MAX_ENTRIES)
    return void reply(400, {
      __type: 'ValidationException',
      message: `1 to ${MAX_ENTRIES} entries.`,
    });
  const results = Entries.map(put);
  reply(200, {
    FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length,
    Entries: results,
  });
}

function parseObject(text: string): unknown {
  try {
    const value = parseVerbatim(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
