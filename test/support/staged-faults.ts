/**
 * Faults of which a test stages the course, and the injected ones by what a sender can know of
 * them.
 */
import { randomUUID } from 'node:crypto';
import type { Fault, faults } from './fault-proxy.ts';
import type { TestTime } from './samples.ts';

/** What became of a transaction on which the fault falls. */
export const FAULTS = {
  /** It was applied, and its sender does not know. */
  applied: [
    'loseReply',
    'garbleReply',
    'garbleRefusal',
    'failAfter',
    'hangAfter',
    'stallReply',
    'inProgressAfter',
  ],
  /** It was not, and its sender does not know. */
  lost: ['loseRequest', 'failBefore', 'hangBefore', 'inProgressBefore'],
  /** It was not, and its sender is told so. */
  notApplied: ['conflict', 'throttle', 'throttleInTransaction'],
} as const satisfies Record<string, (keyof typeof faults)[]>;

/**
 * Something else is done just before the request reaches the database, or before its reply is out.
 */
export const meanwhile =
  (when: 'before' | 'after', work: () => unknown): Fault =>
  async (exchange) => {
    if (when === 'before') await work();
    const answer = await exchange.forward();
    if (when === 'after') await work();
    exchange.reply(answer);
  };

/** No invocation has longer. */
const LONGEST_INVOCATION_MS = 900_000;

/**
 * The fault, and again, and then once more while the time of its sender runs out: until then the
 * clock stands, so that the machine may be as busy as it likes.
 */
export function untilTimeIsUp(time: TestTime, fault: Fault): Fault[] {
  time.stand();
  const last: Fault = async (exchange) => {
    time.advance(LONGEST_INVOCATION_MS);
    await fault(exchange);
  };
  return [fault, fault, last];
}

/** The database answers with so many items at most. */
export const pagesOf =
  (Limit: number): Fault =>
  async (exchange) =>
    exchange.reply(await exchange.forward({ ...exchange.request, Limit }));

/** DynamoDB may stop at the first failed condition; the engine reports all of them. */
export const reportBalanceAlone: Fault = async (exchange) => {
  const answer = await exchange.forward();
  const error = JSON.parse(answer.body) as { CancellationReasons?: unknown[] };
  const CancellationReasons = error.CancellationReasons?.map((reason, index) =>
    index === 0 ? reason : { Code: 'None' },
  );
  exchange.reply({ ...answer, body: JSON.stringify({ ...error, CancellationReasons }) });
};

/** DynamoDB does not know a repeated transaction by its token any more. */
export const forgetToken: Fault = async (exchange) => {
  const ClientRequestToken = randomUUID();
  exchange.reply(await exchange.forward({ ...exchange.request, ClientRequestToken }));
};

/** Requests whose senders gave up on them before they reached the database. */
export function arrivingLate() {
  const held: (() => Promise<unknown>)[] = [];
  const fault: Fault = async (exchange) => {
    held.push(() => exchange.forward());
    exchange.drop();
  };
  return { fault, held, arrive: () => held.at(-1)?.() };
}
