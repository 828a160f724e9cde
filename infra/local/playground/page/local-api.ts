/** What only this machine can do: sign a user in, and speak for the billing side. */
import { fields, text } from '../../../../sdk/typescript/src/fields.ts';
import { stringifyFlat } from '../../../../sdk/typescript/src/json.ts';
import type { Send } from './send.ts';

type Flat = Parameters<typeof stringifyFlat>[0];

/** Signs a user in, a new one unless named; the id. */
export const signIn = (send: Send, request: { available_micro: bigint } | { user_id: string }) =>
  send('/_local/session', post(stringifyFlat(request)), (reply) => text(fields(reply).user_id));

/** Resolves when the event was processed, or given up. */
export const bill = (send: Send, type: string, detail: Flat): Promise<void> =>
  send(
    '/_local/events?wait=true',
    post(`{"detail-type":${JSON.stringify(type)},"detail":${stringifyFlat(detail)}}`),
    () => undefined,
  );

const post = (body: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body,
});
