/**
 * Sends a call until it has an answer or there is no point any more; every other end is a
 * TriportError.
 */
import { TriportError } from './errors.ts';
import type { ClientOptions } from './options.ts';
import { type Failure, isPassing, isRefusal, type Outcome, readReply } from './reply.ts';
import { pauseBefore } from './retry.ts';
import { pause, stopTag, within } from './time.ts';

/** One call; a write has a key, under which all of its attempts are one. */
export interface Call<Result> {
  readonly path: string;
  readonly write?: { readonly key: string; readonly body?: string | undefined };
  /** Makes the result of a reply's JSON; throws for a reply that is not the API's. */
  readonly read: (json: unknown) => Result;
  readonly signal: AbortSignal | undefined;
}

/** RFC 6265's cookie-octets: anything else would end the cookie, or the header. */
const SESSION = /^[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]+$/;

export class Transport {
  readonly #baseUrl: string;
  readonly #fetch: typeof fetch;
  readonly #session: string | undefined;
  readonly #timeoutMs: number;
  readonly #maxRetries: number;

  constructor(options: ClientOptions) {
    const {
      baseUrl = 'https://api.triport.io',
      session,
      timeoutMs = 20_000,
      maxRetries = 4,
    } = options;
    if (!(timeoutMs > 0)) throw new TypeError('timeoutMs must be a positive number.');
    if (!(maxRetries >= 0)) throw new TypeError('maxRetries must not be negative.');
    if (session !== undefined && !SESSION.test(session))
      throw new TypeError('session is no session token.');
    this.#baseUrl = absolute(baseUrl).replace(/\/+$/, '');
    this.#session = session;
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
      if (signal?.aborted) throw end(this.#unanswered(signal.reason, signal));
      const outcome = await this.#attempt(call);
      if ('result' in outcome) return outcome.result;
      const { failure } = outcome;
      // Once in doubt a write stays so: an attempt that got no answer may still be carried out.
      outcomeUnknown ||= write !== undefined && !isRefusal(failure);
      const pauseMs = pauseBefore(retries, failure.retryAfterMs);
      if (!isPassing(failure) || retries >= this.#maxRetries || pauseMs === undefined)
        throw end(failure);
      await pause(pauseMs, signal);
    }
  }

  async #attempt<Result>({ path, write, read, signal }: Call<Result>): Promise<Outcome<Result>> {
    const init = this.#request(write);
    // Called without an object of ours for `this`, which a browser's own fetch refuses.
    const send = this.#fetch;
    try {
      return await within(this.#timeoutMs, signal, async (signal) => {
        const response = await send(this.#baseUrl + path, { ...init, signal });
        return readReply(response, await response.text(), read);
      });
    } catch (reason) {
      return { failure: this.#unanswered(reason, signal) };
    }
  }

  /**
   * Carries the session or, without one, the browser's cookies. A redirect is not followed: the API
   * has none, and a key must not stray.
   */
  #request(write: Call<unknown>['write']): RequestInit {
    const session = this.#session;
    return {
      method: write ? 'POST' : 'GET',
      redirect: 'manual',
      headers: {
        ...(session !== undefined && { cookie: `nl_session=${session}` }),
        ...(write && { 'idempotency-key': write.key }),
        ...(write?.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(session === undefined && { credentials: 'include' }),
      ...(write?.body !== undefined && { body: write.body }),
    };
  }

  #unanswered(cause: unknown, signal: AbortSignal | undefined): Failure {
    const tag = stopTag(cause, signal) ?? 'network';
    const messages = {
      aborted: 'The call was aborted.',
      timeout: `There was no whole reply within ${this.#timeoutMs} ms.`,
      network: `There was no whole reply from ${this.#baseUrl} (${whyOf(cause)}).`,
    };
    return { tag, message: messages[tag], cause };
  }
}

/** Node hides the telling part, such as ECONNREFUSED, below `fetch failed`. */
const whyOf = (error: unknown): string =>
  (error as { cause?: { code?: string } } | undefined)?.cause?.code ?? String(error);

/** In a page a URL may be relative to it. Throws TypeError for what is no URL. */
const absolute = (url: string): string =>
  new URL(url, (globalThis as { location?: { href: string } }).location?.href).href;
