/** A queue in front of a function as SQS and Lambda treat one, only quicker to try again. */
import { createHash, randomUUID } from 'node:crypto';
import type { InvokeOutcome } from '../lambda/runtime.ts';
import { REGION } from '../template/intrinsics.ts';
import type { LocalMapping, LocalQueue } from '../template/local-stack.ts';
import type { Kept, KeptEvents } from './kept-events.ts';

/** What no function could process. */
export interface DeadLetter {
  /** The dead-letter queue's name. */
  queue: string;
  /** The message's id, or the sequence number of a stream's record. */
  id: string;
  /** Exactly what was delivered. */
  body: string;
}

interface Message {
  id: string;
  body: string;
  sentMs: number;
  firstReceivedMs: number;
  receives: number;
}

/** How a mapping delivers: to which function, and where what it gives up goes. */
export interface Delivery {
  mapping: LocalMapping;
  invoke: (functionName: string, event: unknown) => Promise<InvokeOutcome>;
  giveUp: (letter: DeadLetter) => Promise<void>;
  /** What is not yet done, for the next start. */
  kept: KeptEvents;
}

/** Deployed, a failed message comes back after the visibility time-out, which is minutes. */
const TRY_AGAIN_MS = 100;
/** More than one, so that nobody comes to rely on an order that SQS does not keep. */
const BATCHES_AT_ONCE = 2;

export class Queue {
  readonly #queue: LocalQueue;
  readonly #delivery: Delivery;
  readonly #ready: Message[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #underWay = 0;
  #stopped = false;
  #whenEmpty: (() => void)[] = [];

  constructor(queue: LocalQueue, delivery: Delivery) {
    this.#queue = queue;
    this.#delivery = delivery;
  }

  get name(): string {
    return this.#queue.name;
  }

  get #place() {
    return `queue ${this.#queue.name}` as const;
  }

  /** Resolves once none of the messages can be lost any more. */
  async send(bodies: string[]): Promise<void> {
    const at_ms = Date.now();
    const kept = bodies.map((text, at) => ({ id: randomUUID(), at_ms: at_ms + at / 1000, text }));
    await Promise.all(kept.map((one) => this.#delivery.kept.put(this.#place, one)));
    for (const one of kept) this.#add(one);
  }

  /** Goes on with what an earlier start had accepted. */
  async restore(): Promise<void> {
    for (const one of await this.#delivery.kept.list(this.#place)) this.#add(one);
  }

  /** Resolves once every message was processed or has become a dead letter. */
  async empty(): Promise<void> {
    if (!this.#isEmpty()) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  /** Nothing more is delivered; what is under way is not waited for. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#resolveEmpty();
  }

  #add({ id, text, at_ms }: Kept): void {
    const sentMs = Math.floor(at_ms);
    this.#push({ id, body: text, sentMs, firstReceivedMs: 0, receives: 0 });
  }

  #push(message: Message): void {
    this.#ready.push(message);
    // What comes together is delivered together, as far as it fits into a batch.
    setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    const { batchSize } = this.#delivery.mapping;
    while (!this.#stopped && this.#ready.length > 0 && this.#underWay < BATCHES_AT_ONCE)
      void this.#process(this.#ready.splice(0, batchSize));
  }

  async #process(batch: Message[]): Promise<void> {
    const { mapping, invoke } = this.#delivery;
    this.#underWay++;
    for (const message of batch) {
      message.receives++;
      message.firstReceivedMs ||= Date.now();
    }
    const event = { Records: batch.map((message) => record(message, this.#queue)) };
    const failed = failedIds(await invoke(mapping.functionName, event), mapping);
    if (this.#stopped) return;
    const known = failed?.every((id) => batch.some((message) => message.id === id));
    // A failure that names no message of the batch fails all of them, as on Lambda.
    const hasFailed = ({ id }: Message) => failed === undefined || !known || failed.includes(id);
    await Promise.all(
      batch.map((message) => (hasFailed(message) ? this.#fail(message) : this.#forget(message))),
    );
    this.#underWay--;
    this.#deliver();
    if (this.#isEmpty()) this.#resolveEmpty();
  }

  /** Should the database be gone, the message comes again at the next start, as it may on SQS. */
  async #forget({ id }: Message): Promise<void> {
    await this.#delivery.kept.remove(this.#place, id).catch(() => undefined);
  }

  async #fail(message: Message): Promise<void> {
    const { maxReceiveCount = Number.POSITIVE_INFINITY, deadLetters = '' } = this.#queue;
    if (message.receives >= maxReceiveCount) {
      const letter = { queue: deadLetters, id: message.id, body: message.body };
      // Unless the letter is kept the message is, and comes again at the next start.
      return await this.#delivery.giveUp(letter).then(
        () => this.#forget(message),
        () => undefined,
      );
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#push(message);
    }, TRY_AGAIN_MS);
    this.#timers.add(timer);
  }

  #isEmpty(): boolean {
    return this.#ready.length + this.#timers.size + this.#underWay === 0;
  }

  #resolveEmpty(): void {
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}

/** The messages that the function could not process; undefined for the whole batch. */
export function failedIds(
  outcome: InvokeOutcome,
  { reportsFailures }: LocalMapping,
): string[] | undefined {
  if (outcome.type !== 'result') return undefined;
  const result: unknown = JSON.parse(outcome.payload);
  const { batchItemFailures: failures } = (result ?? {}) as {
    batchItemFailures?: { itemIdentifier?: unknown }[] | null;
  };
  return reportsFailures && Array.isArray(failures)
    ? failures.map(({ itemIdentifier }) => String(itemIdentifier))
    : [];
}

function record({ id, body, sentMs, firstReceivedMs, receives }: Message, { arn }: LocalQueue) {
  return {
    messageId: id,
    receiptHandle: id,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(sentMs),
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: String(firstReceivedMs),
    },
    messageAttributes: {},
    md5OfBody: createHash('md5').update(body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: REGION,
  };
}
