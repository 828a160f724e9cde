/**
 * `POST /_local/events`: what the billing side would put on the bus, through the template's rules
 * to their queues.
 */
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Queue } from '../events/sqs.ts';
import type { GatewayRequest } from '../gateway/payload.ts';
import { type GatewayReply, jsonReply } from '../gateway/response.ts';
import { ACCOUNT_ID, REGION } from '../template/intrinsics.ts';
import type { EventPattern, LocalRule } from '../template/local-stack.ts';
import { parseVerbatim } from './exact-json.ts';

const Event = v.object({
  'detail-type': v.pipe(v.string(), v.nonEmpty()),
  detail: v.custom<object>((value) => isObject(value) && !JSON.isRawJSON(value)),
  id: v.optional(v.pipe(v.string(), v.nonEmpty())),
  time: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  source: v.optional(v.pipe(v.string(), v.nonEmpty())),
});
type Event = v.InferOutput<typeof Event>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

declare global {
  interface JSON {
    /** ECMAScript's JSON.isRawJSON, in V8 but not yet in TypeScript's library. */
    isRawJSON(value: unknown): boolean;
  }
}

export class BillingEvents {
  readonly #rules: LocalRule[];
  readonly #queues: Queue[];
  readonly #announce: (line: string) => void;

  constructor(rules: LocalRule[], queues: Queue[], announce: (line: string) => void) {
    this.#rules = rules;
    this.#queues = queues;
    this.#announce = announce;
  }

  readonly handle = async ({ body, queryString }: GatewayRequest): Promise<GatewayReply> => {
    const events = parse(body);
    if (events === undefined)
      return jsonReply(400, {
        error: 'invalid_args',
        message:
          'The body must be one event or a list of them: { "detail-type", "detail": { ... }, "time"?, "id"?, "source"? }.',
      });
    const ids = events.map((event) => this.#put(event));
    if (new URLSearchParams(queryString).get('wait') === 'true')
      await Promise.all(this.#queues.map((queue) => queue.empty()));
    return jsonReply(202, { event_ids: ids });
  };

  /** As on a bus, an event that no rule wants goes nowhere. */
  #put(event: Event): string {
    // Billing's own source is part of the contract with it, not of what a person wants to type.
    const wanted = this.#rules.flatMap(({ pattern: { source } }) =>
      Array.isArray(source) ? source : [],
    );
    const source = event.source ?? wanted[0] ?? 'local';
    const envelope = {
      version: '0',
      id: event.id ?? randomUUID(),
      'detail-type': event['detail-type'],
      source,
      account: ACCOUNT_ID,
      time: event.time ?? `${new Date().toISOString().slice(0, 19)}Z`,
      region: REGION,
      resources: [],
      detail: event.detail,
    };
    const names = this.#rules
      .filter(({ pattern }) => matches(pattern, envelope))
      .flatMap(({ queues }) => queues);
    const body = JSON.stringify(envelope);
    for (const queue of this.#queues) if (names.includes(queue.name)) queue.send(body);
    if (names.length === 0)
      this.#announce(`no rule wants ${envelope['detail-type']} ${envelope.id}`);
    return envelope.id;
  }
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

function parse(body: Buffer): Event[] | undefined {
  try {
    const parsed = v.safeParse(v.array(Event), [parseVerbatim(body.toString('utf8'))].flat());
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
