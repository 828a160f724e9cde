/** The routes that exist on this machine only, all below `/_local/`. */
import type { GatewayOptions } from '../gateway/gateway.ts';
import { type GatewayReply, jsonReply } from '../gateway/response.ts';
import type { Runtime } from '../lambda/runtime.ts';
import type { LocalFunction } from '../template/local-stack.ts';

type Handlers = NonNullable<GatewayOptions['localHandlers']>;

/** `POST /_local/run/<Function>`: the body is the event, the function's result the answer. */
export function runHandlers(functions: LocalFunction[], runtime: Runtime): Handlers {
  return Object.fromEntries(
    functions.map(({ name }): [string, Handlers[string]] => [
      `POST /_local/run/${name}`,
      async ({ body }) => {
        const text = body.toString('utf8') || '{}';
        let event: unknown;
        try {
          event = JSON.parse(text);
        } catch {
          return jsonReply(400, {
            error: 'invalid_json',
            message: 'The body must be the event, as JSON.',
          });
        }
        return answer(await runtime.invoke(name, event));
      },
    ]),
  );
}

function answer(outcome: Awaited<ReturnType<Runtime['invoke']>>): GatewayReply {
  if (outcome.type === 'throttled')
    return jsonReply(429, { error: 'throttled', message: 'The function has no concurrency.' });
  if (outcome.type === 'failed') {
    const { errorType, errorMessage } = outcome.error;
    return jsonReply(502, { error: errorType, message: errorMessage });
  }
  const headers = { 'content-type': 'application/json' };
  return { statusCode: 200, headers, cookies: [], body: Buffer.from(outcome.payload) };
}
