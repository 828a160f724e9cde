/** EventBridge: takes the events that functions publish, and sends billing's through the rules. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { isLocalHost } from '../gateway/admission.ts';
import { close, listen, readBody } from '../gateway/http.ts';
import { ACCOUNT_ID, REGION } from '../template/intrinsics.ts';
import type { EventPattern, LocalRule } from '../template/local-stack.ts';
import { eventTime } from './scheduler.ts';
import type { Queue } from './sqs.ts';

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
  /** Where a function's client sends its PutEvents. */
  url: string;
  /** Everything accepted, in order. */
  published: PublishedEvent[];
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

  const put = ({ Source, DetailType, Detail = '', EventBusName: bus = 'default' }: Entry) => {
    const refuse = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });
    if (!buses.includes(bus)) return refuse('ResourceNotFoundException', `No bus ${bus}.`);
    if (!Source || !DetailType)
      return refuse('InvalidArgument', 'Source and DetailType are required.');
    if (Buffer.byteLength(Detail) > MAX_ENTRY_BYTES)
      return refuse('InvalidArgument', 'Detail is too large.');
    const detail = parseObject(Detail);
    if (detail === undefined) return refuse('MalformedDetail', 'Detail is malformed.');
    const id = randomUUID();
    const accepted_at = new Date().toISOString();
    published.push({ id, bus, 'detail-type': DetailType, source: Source, accepted_at, detail });
    published.splice(0, published.length - KEPT);
    announce(`event ${DetailType} ${id} ${JSON.stringify(detail)}`);
    return { EventId: id };
  };

  const server = createServer(async (message, response) => {
    try {
      const [status, body] = await putEvents(message, put);
      const headers = { 'content-type': 'application/x-amz-json-1.1' };
      response.writeHead(status, headers).end(JSON.stringify(body));
    } catch {
      response.destroy();
    }
  });
  const port = await listen(server, '127.0.0.1', 0);
  return { url: `http://127.0.0.1:${port}`, published, close: () => close(server) };
}

/** The status and body of a response in the AWS JSON 1.1 protocol; a header names the operation. */
async function putEvents(
  message: IncomingMessage,
  put: (entry: Entry) => object,
): Promise<[status: number, body: object]> {
  const request = await readBody(message);
  const { host, origin } = message.headers;
  // Functions publish; a page in a browser has no business here, under whatever name.
  if (!isLocalHost(host) || origin !== undefined) return [403, { __type: 'AccessDeniedException' }];
  if (message.headers['x-amz-target'] !== 'AWSEvents.PutEvents')
    return [400, { __type: 'UnknownOperationException' }];
  const { Entries: entries = [] } = JSON.parse(String(request)) as { Entries?: Entry[] };
  if (entries.length === 0 || entries.length > MAX_ENTRIES)
    return [400, { __type: 'ValidationException', message: `1 to ${MAX_ENTRIES} entries.` }];
  const Entries = entries.map(put);
  return [200, { FailedEntryCount: Entries.filter((e) => 'ErrorCode' in e).length, Entries }];
}

/** An event for a bus; what is not given EventBridge or the rules say. */
export interface BusEvent {
  'detail-type': string;
  detail: object;
  id?: string | undefined;
  time?: string | undefined;
  source?: string | undefined;
}

/**
 * Sends events to the queues of every rule that wants them; as on a bus, else nowhere. Resolves to
 * their ids once every queue has them.
 */
export async function deliverEvents(
  events: BusEvent[],
  rules: LocalRule[],
  queues: Queue[],
  announce: (line: string) => void,
): Promise<string[]> {
  // Billing's own source is part of the contract with it, not of what a person wants to type.
  const sources = rules.flatMap(({ pattern: { source } }) => (Array.isArray(source) ? source : []));
  const delivered = events.map((event) => {
    const envelope = {
      version: '0',
      id: event.id ?? randomUUID(),
      'detail-type': event['detail-type'],
      source: event.source ?? sources[0] ?? 'local',
      account: ACCOUNT_ID,
      time: event.time ?? eventTime(Date.now()),
      region: REGION,
      resources: [],
      detail: event.detail,
    };
    const names = rules
      .filter(({ pattern }) => matches(pattern, envelope))
      .flatMap((rule) => rule.queues);
    if (names.length === 0) announce(`no rule wants ${envelope['detail-type']} ${envelope.id}`);
    return { id: envelope.id, names, body: JSON.stringify(envelope) };
  });
  const sendTo = (queue: Queue) =>
    queue.send(delivered.filter(({ names }) => names.includes(queue.name)).map(({ body }) => body));
  await Promise.all(queues.map(sendTo));
  return delivered.map(({ id }) => id);
}

export function matches(pattern: EventPattern, value: unknown): boolean {
  return (
    isObject(value) &&
    Object.entries(pattern).every(([field, wanted]) => {
      const found = Object.hasOwn(value, field) ? value[field] : undefined;
      return Array.isArray(wanted) ? wanted.some((text) => text === found) : matches(wanted, found);
    })
  );
}

/** As JSON.parse, but with opaque numbers that `JSON.stringify` writes with the same digits. */
export function parseVerbatim(text: string): unknown {
  const revive = (_key: string, value: unknown, { source }: { source?: string }) =>
    typeof value === 'number' && source !== undefined ? JSON.rawJSON(source) : value;
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseObject(text: string): object | undefined {
  try {
    const value = parseVerbatim(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
