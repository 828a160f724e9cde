/**
 * Requests that the SDK does not make: this machine's own routes, and the operators'. They fail as
 * the SDK's do.
 */

import { readResponse } from '../../../../sdk/typescript/src/attempt.ts';
import { TriportError } from '../../../../sdk/typescript/src/errors.ts';

export type Send = <Result>(
  path: string,
  init: RequestInit,
  read: (json: unknown) => Result,
) => Promise<Result>;

/** Rejects with TriportError. */
export const sending =
  (send: typeof fetch): Send =>
  async (path, init, read) => {
    const reply = await send(path, init)
      .then(async (response) => ({ response, body: await response.text() }))
      .catch((cause) => {
        throw new TriportError('network', 'There was no reply.', { cause });
      });
    const outcome = readResponse(reply.response, reply.body, read);
    if ('result' in outcome) return outcome.result;
    throw new TriportError(outcome.failure.tag, outcome.failure.message, outcome.failure);
  };
