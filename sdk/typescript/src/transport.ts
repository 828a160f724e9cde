/** Sends a call until it ends well or there is no point any more, which is a TriportError. */
import { absoluteUrl, notNegative, optionsOf, sessionCookie } from './arguments.ts';
import {
  type Failure,
  isNotWritten,
  isPassing,
  networkCode,
  type Outcome,
  readResponse,
  readText,
} from './attempt.ts';
import { TriportError } from './errors.ts';
import type { ClientOptions } from './options.ts';
import { pause, pauseBefore, stopTag, within } from './timing.ts';

/** One call; a write has a key, under which all of its attempts are one. */
export interface Call<Result> {
  readonly path: string;
  readonly write?: { readonly key: string; readonly body?: string | undefined };
  /** Makes the result of a response's JSON; throws for what is not the API's. */
  readonly read: (json: unknown) => Result;
  readonly signal: AbortSignal | undefined;
}

/** Without #private fields: those are out of reach for what a proxy, such as Vue's, calls. */
export class Transport {
  private readonly baseUrl: string;
  private readonly fetch: typeof fetch;
  private readonly cookie: string | undefined;
  private readonly timeoutMs: number;
  private readonly maxRetries: number;

  constructor(options: ClientOptions | null | undefined) {
    const { baseUrl, session, fetch: given, timeoutMs, maxRetries } = optionsOf(options);
    this.timeoutMs = notNegative('timeoutMs', timeoutMs ?? 20_000);
    if (this.timeoutMs === 0) throw new TypeError('timeoutMs must be more than 0.');
    this.maxRetries = notNegative('maxRetries', maxRetries ?? 4);
    this.cookie = session == null ? undefined : sessionCookie(session);
    this.baseUrl = absoluteUrl(baseUrl ?? 'https://api.triport.io');
    // Looked up at every call, since tests and polyfills may put another one in its place.
    this.fetch = given ?? ((url, init) => fetch(url, init));
    if (typeof this.fetch !== 'function') throw new TypeError('fetch must be a function.');
  }

  async send<Result>(call: Call<Result>): Promise<Result> {
    const { write, signal } = call;
    let outcomeUnknown = false;
    const end = ({ tag, message, ...details }: Failure) =>
      new TriportError(tag, message, { ...details, outcomeUnknown, idempotencyKey: write?.key });
    for (let retries = 0; ; retries++) {
      if (signal?.aborted) throw end(this.noResponse(signal.reason, signal));
      const outcome = await this.attempt(call);
      if ('result' in outcome) return outcome.result;
      const { failure } = outcome;
      // Once in doubt a write stays so: an attempt without a response may still be carried out.
      outcomeUnknown ||= write !== undefined && !isNotWritten(failure);
      const pauseMs = pauseBefore(retries, failure.retryAfterMs);
      if (!isPassing(failure) || retries >= this.maxRetries || pauseMs === undefined)
        throw end(failure);
      await pause(pauseMs, signal);
    }
  }

  /** What the call comes to when it is sent once, within the client's time and this one. */
  async attempt<Result>(
    { path, write, read, signal }: Call<Result>,
    mostMs = Number.POSITIVE_INFINITY,
  ): Promise<Outcome<Result>> {
    const init = this.request(write);
    // Called without an object of ours for `this`, which a browser's own fetch refuses.
    const send = this.fetch;
    const limitMs = Math.min(this.timeoutMs, mostMs);
    try {
      return await within(limitMs, signal, async (signal) => {
        const response = await send(this.baseUrl + path, { ...init, signal });
        return readResponse(response, await readText(response), read);
      });
    } catch (reason) {
      return { failure: this.noResponse(reason, signal, limitMs) };
    }
  }

  /**
   * Carries the session or, without one, the browser's cookies. A redirect is not followed: the API
   * has none, and a key must not stray.
   */
  private request(write: Call<unknown>['write']): RequestInit {
    const { cookie } = this;
    return {
      method: write ? 'POST' : 'GET',
      redirect: 'manual',
      headers: {
        ...(cookie !== undefined && { cookie }),
        ...(write && { 'idempotency-key': write.key }),
        ...(write?.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(cookie === undefined && { credentials: 'include' }),
      ...(write?.body !== undefined && { body: write.body }),
    };
  }

  private noResponse(
    cause: unknown,
    signal: AbortSignal | undefined,
    limitMs = this.timeoutMs,
  ): Failure {
    const tag = stopTag(cause, signal) ?? 'network';
    const why = networkCode(cause) || String(cause);
    const messages = {
      aborted: 'The call was aborted.',
      timeout: `There was no whole response within ${limitMs} ms.`,
      network: `There was no whole response from ${this.baseUrl} (${why}).`,
    };
    return { tag, message: messages[tag], cause };
  }
}
