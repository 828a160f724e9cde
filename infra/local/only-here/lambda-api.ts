/**
 * The part of Lambda's API by which a function's concurrency is reserved, at `/_local/lambda`, as
 * the SDK speaks it. A reservation lasts until the service ends: the template knows nothing of it.
 */
import * as v from 'valibot';
import type { LocalHandlers } from '../gateway/gateway.ts';
import { type GatewayResponse, jsonResponse } from '../gateway/response.ts';
import type { Runtime } from '../lambda/runtime.ts';
import type { LocalFunction } from '../template/local-stack.ts';

const PLACE = '/_local/lambda';

const Reservation = v.object({
  ReservedConcurrentExecutions: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

export function lambdaApi(functions: LocalFunction[], runtime: Runtime): LocalHandlers {
  const handlers = functions.flatMap(({ name }): [string, LocalHandlers[string]][] => {
    const reserved = (): GatewayResponse =>
      jsonResponse(200, { ReservedConcurrentExecutions: runtime.reserved(name) });
    return [
      [`GET ${PLACE}/2019-09-30/functions/${name}/concurrency`, async () => reserved()],
      [
        `PUT ${PLACE}/2017-10-31/functions/${name}/concurrency`,
        async ({ body }) => {
          const wanted = parse(body.toString('utf8'));
          if (wanted === undefined) return refusal();
          runtime.reserve(name, wanted.ReservedConcurrentExecutions);
          return reserved();
        },
      ],
      [
        `DELETE ${PLACE}/2017-10-31/functions/${name}/concurrency`,
        async () => {
          runtime.reserve(name, undefined);
          return { statusCode: 204, headers: {}, cookies: [], body: Buffer.alloc(0) };
        },
      ],
    ];
  });
  // What stands in the template, which on AWS CloudFormation tells.
  const items = functions.map(({ name, reservedConcurrency: reserved_concurrency }) => ({
    name,
    reserved_concurrency,
  }));
  return {
    'GET /_local/functions': async () => jsonResponse(200, { items }),
    ...Object.fromEntries(handlers),
  };
}

function parse(text: string) {
  try {
    const parsed = v.safeParse(Reservation, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

function refusal(): GatewayResponse {
  const response = jsonResponse(400, {
    Type: 'User',
    message: 'ReservedConcurrentExecutions must be a whole number from 0 on.',
  });
  const headers = { ...response.headers, 'x-amzn-errortype': 'InvalidParameterValueException' };
  return { ...response, headers };
}
