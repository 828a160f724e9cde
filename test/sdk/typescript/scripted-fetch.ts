/** A fetch that does as a test's script says, step by step, and keeps what was asked. */
import { vi } from 'vitest';

/** `hang` heeds the signal as a real fetch does, `deaf` does not. */
export type Step =
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

/** The last step stays. A body that is a string goes as it is, all else as JSON. */
export function scriptedFetch(...steps: [Step, ...Step[]]) {
  const coming = [...steps];
  return vi.fn(async (_url: string | URL | Request, init: RequestInit = {}) => {
    const step = (coming.length > 1 ? coming.shift() : coming[0]) ?? 'hang';
    if (step instanceof Error) throw step;
    if (typeof step === 'string') return silence(step === 'hang' ? init.signal : undefined);
    const { status, body = '', headers = {} } = step;
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), {
      status,
      headers,
    });
  });
}

const silence = (signal: AbortSignal | null | undefined) =>
  new Promise<Response>((_resolve, reject) =>
    signal?.addEventListener('abort', () => reject(signal.reason)),
  );

/** The headers of each request. */
export const headersOf = (fetch: ReturnType<typeof scriptedFetch>): Record<string, string>[] =>
  fetch.mock.calls.map(([, init]) => init?.headers as Record<string, string>);
