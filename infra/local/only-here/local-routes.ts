/** The routes below `/_local/` for events and functions, which exist on this machine only. */
import * as v from 'valibot';
import {
  type BusEvent,
  type EventBridge,
  isObject,
  parseVerbatim,
} from '../events/event-bridge.ts';
import type { Events } from '../events/start-events.ts';
import type { LocalHandlers } from '../gateway/gateway.ts';
import { type GatewayResponse, jsonResponse, jsonText } from '../gateway/response.ts';
import type { InvokeOutcome, Runtime } from '../lambda/runtime.ts';
import type { LocalFunction } from '../template/local-stack.ts';
import { lambdaApi } from './lambda-api.ts';

export interface LocalRouteOptions {
  bridge: EventBridge;
  events: Events;
  functions: LocalFunction[];
  runtime: Runtime;
}

export function localRoutes(options: LocalRouteOptions): LocalHandlers {
  const { bridge, events, functions, runtime } = options;
  const run = functions.map(({ name }): [string, LocalHandlers[string]] => [
    `POST /_local/run/${name}`,
    async ({ body }) => runFunction(runtime, name, body.toString('utf8') || '{}'),
  ]);
  return {
    // The events are those that billing would put on the bus.
    'POST /_local/events': async ({ body, queryString }) => {
      const wanted = parseEvents(body.toString('utf8'));
      if (wanted === undefined) return refused('invalid_args', EVENTS_EXPECTED);
      const ids = await events.put(wanted);
      if (new URLSearchParams(queryString).get('wait') === 'true') await events.processed();
      return jsonResponse(202, { event_ids: ids });
    },
    'GET /_local/dead-letters': async () => jsonResponse(200, { items: events.deadLetters }),
    'GET /_local/published-events': async () => jsonResponse(200, { items: bridge.published }),
    ...lambdaApi(functions, runtime),
    ...Object.fromEntries(run),
  };
}

const refused = (error: string, message: string): GatewayResponse =>
  jsonResponse(400, { error, message });

/** With the function's result for a response. */
async function runFunction(runtime: Runtime, name: string, text: string): Promise<GatewayResponse> {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return refused('invalid_json', 'The body must be the event, as JSON.');
  }
  const outcome: InvokeOutcome = await runtime.invoke(name, event);
  if (outcome.type === 'throttled')
    return jsonResponse(429, { error: 'throttled', message: 'The function has no concurrency.' });
  if (outcome.type === 'too large')
    return jsonResponse(413, { error: 'too_large', message: 'The event is more than 6 MB.' });
  if (outcome.type === 'result') return jsonText(outcome.payload);
  const { errorType, errorMessage } = outcome.error;
  return jsonResponse(502, { error: errorType, message: errorMessage });
}

declare global {
  interface JSON {
    /** ECMAScript's JSON.isRawJSON, in V8 but not yet in TypeScript's library. */
    isRawJSON(value: unknown): boolean;
  }
}

/** What is kept is an item of DynamoDB, of 400 KB at most with its keys and its envelope. */
const MOST_BYTES = 256 * 1024;

const EVENTS_EXPECTED =
  'The body must be one event or a list of them, each of at most 256 KiB: { "detail-type", "detail": { ... }, "time"?, "id"?, "source"? }.';

const Text = v.pipe(v.string(), v.nonEmpty());

const Event = v.pipe(
  v.object({
    'detail-type': Text,
    detail: v.custom<object>((value) => isObject(value) && !JSON.isRawJSON(value)),
    id: v.optional(Text),
    time: v.optional(v.pipe(v.string(), v.isoTimestamp())),
    source: v.optional(Text),
  }),
  v.check((event) => Buffer.byteLength(JSON.stringify(event)) <= MOST_BYTES),
);

function parseEvents(text: string): BusEvent[] | undefined {
  try {
    const parsed = v.safeParse(v.array(Event), [parseVerbatim(text)].flat());
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
