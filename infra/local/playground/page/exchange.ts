/** A fetch that tells of every request and its reply. */

export interface Exchange {
  method: string;
  /** With the query. */
  path: string;
  requestHeaders: Readonly<Record<string, string>>;
  requestBody: string;
  /** Undefined when there was no reply. */
  status: number | undefined;
  replyHeaders: Readonly<Record<string, string>>;
  /** The reply's body, or why there is none. */
  replyBody: string;
  durationMs: number;
}

/** `tell` is called once the whole reply is here, or there will be none. */
export const tellingFetch =
  (tell: (exchange: Exchange) => void): typeof fetch =>
  async (input, init) => {
    const startedMs = performance.now();
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const sent = {
      method: request.method,
      path: pathname + search,
      requestHeaders: Object.fromEntries(new Headers(init?.headers)),
      requestBody: typeof init?.body === 'string' ? init.body : '',
    };
    const end = (reply: Pick<Exchange, 'status' | 'replyHeaders' | 'replyBody'>) =>
      tell({ ...sent, ...reply, durationMs: Math.round(performance.now() - startedMs) });
    try {
      const response = await fetch(request);
      const replyBody = await response.clone().text();
      end({
        status: response.status,
        replyHeaders: Object.fromEntries(response.headers),
        replyBody,
      });
      return response;
    } catch (error) {
      end({ status: undefined, replyHeaders: {}, replyBody: String(error) });
      throw error;
    }
  };
