/** Sends a call until it ends well or there is no point any more, which is a TriportError. */
import { absoluteUrl, sessionCookie } from './arguments.ts';
import {
  type Failure,
  isNotWritten,
  isPassing,
  networkCode,
  type Outcome,
  readResponse,
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

export class Transport {
  readonly #baseUrl: string;
  readonly #fetch: typeof fetch;
  readonly #cookie: string | undefined;
  readonly #timeoutMs: number;
  readonly #maxRetries: number;

  constructor(options: ClientOptions) {
    const { baseUrl = 'https://api.triport.io', session, timeoutMs = 20_000 } = options;
    const { maxRetries = 4 } = options;
    if (!(timeoutMs > 0)) throw new TypeError('timeoutMs must be a positive number.');
    if (!(maxRetries >= 0)) throw new TypeError('maxRetries must not be negative.');
    this.#cookie = session === undefined ? undefined : sessionCookie(session);
    this.#baseUrl = absoluteUrl(baseUrl);
    // Looked up at every call, since tests and polyfills may put another one in its place.
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, init));
    this.#timeoutMs = timeoutMs;
    this.#maxRetries = maxRetries;
  }

  async send<Result>(call: Call<Result>): Promise<Result> {
    const { write, signal } = call;
    let outcomeUnknown = false;
    const end = ({ tag, message, ...details }: Failure) =>
      new TriportError(tag, message, { ...details, outcomeUnknown, idempotencyKey: write?.key });
    for (let retries = 0; ; retries++) {
      if (signal?.aborted) throw end(this.#noResponse(signal.reason, signal));
      const outcome = await this.attempt(call);
      if ('result' in outcome) return outcome.result;
      const { failure } = outcome;
      // Once in doubt a write stays so: an attempt without a response may still be carried out.
      outcomeUnknown ||= write !== undefined && !isNotWritten(failure);
      const pauseMs = pauseBefore(retries, failure.retryAfterMs);
      if (!isPassing(failure) || retries >= this.#maxRetries || pauseMs === undefined)
        throw end(failure);
      await pause(pauseMs, signal);
    }
  }

  /** What the call comes to when it is sent once. */
  async attempt<Result>({ path, write, read, signal }: Call<Result>): Promise<Outcome<Result>> {
    const init = this.#request(write);
    // Called without an object of ours for `this`, which a browser's own fetch refuses.
    const send = this.#fetch;
    try {
      return await within(this.#timeoutMs, signal, async (signal) => {
        const response = await send(this.#baseUrl + path, { ...init, signal });
        return readResponse(response, await response.text(), read);
      });
    } catch (reason) {
      return { failure: this.#noResponse(reason, signal) };
    }
  }

  /**
   * Carries the session or, without one, the browser's cookies. A redirect is not followed: the API
   * has none, and a key must not stray.
   */
  #request(write: Call<unknown>['write']): RequestInit {
    const cookie = this.#cookie;
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

  #noResponse(cause: unknown, signal: AbortSignal | undefined): Failure {
    const tag = stopTag(cause, signal) ?? 'network';
    const why = networkCode(cause) || String(cause);
    const messages = {
      aborted: 'The call was aborted.',
      timeout: `There was no whole response within ${this.#timeoutMs} ms.`,
      network: `There was no whole response from ${this.#baseUrl} (${why}).`,
    };
    return { tag, message: messages[tag], cause };
  }
}
