/** A fetch that gives a test's answers, one after the other, and keeps what was asked. */
import { vi } from 'vitest';

/** `hang` heeds the signal as a real fetch does, `deaf` does not. */
export type Answer =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | Error
  | 'hang'
  | 'deaf';

export const PAYOUT = {
  id: '01a20529-55f4-761f-a2a7-c84a2a8463bf',
  user_id: '00000000-0000-4000-8000-000000000001',
  amount_micro: 25_000_000,
  network: 'solana',
  address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
  status: 'requested',
  requested_at: '2026-11-22T21:28:44.788Z',
};

/** The last answer stays. A body that is a string goes as it is, all else as JSON. */
export function scriptedFetch(...answers: [Answer, ...Answer[]]) {
  const coming = [...answers];
  return vi.fn(async (_url: string | URL | Request, init: RequestInit = {}) => {
    const answer = (coming.length > 1 ? coming.shift() : coming[0]) ?? 'hang';
    if (answer instanceof Error) throw answer;
    if (typeof answer === 'string') return unanswered(answer === 'hang' ? init.signal : undefined);
    const { status, body = '', headers = {} } = answer;
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), {
      status,
      headers,
    });
  });
}

const unanswered = (signal: AbortSignal | null | undefined) =>
  new Promise<Response>((_resolve, reject) =>
    signal?.addEventListener('abort', () => reject(signal.reason)),
  );

/** The headers of each request. */
export const headersOf = (fetch: ReturnType<typeof scriptedFetch>): Record<string, string>[] =>
  fetch.mock.calls.map(([, init]) => init?.headers as Record<string, string>);
