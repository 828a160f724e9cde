/** Invokes the function Reconcile, on this machine or deployed, and reads its result. */
import { InvokeCommand, LambdaClient, type LambdaServiceException } from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import { FUNCTIONS } from '../compute/catalogue.ts';
import { Problem } from '../problem.ts';
import { callersCredentials, codeOf, unreachable } from './command-line.ts';

const Count = v.pipe(v.number(), v.integer());

const Step = v.object({
  checked: Count,
  drifted: Count,
  skipped: Count,
  accounts: v.array(
    v.object({
      user_id: v.string(),
      differences: v.array(
        v.object({ field: v.string(), stored: v.string(), expected: v.string() }),
      ),
      corrupt: v.array(v.string()),
    }),
  ),
  next: v.optional(v.string()),
});
export type Step = v.InferOutput<typeof Step>;

type SendError = LambdaServiceException & { code?: string };
export type Invoke = (next: string | undefined) => Promise<Step>;

const CONNECT_TIMEOUT_MS = 10_000;
/** Longer than the function's own time-out, so that it is Lambda that ends a run. */
const TIMEOUT_MS = FUNCTIONS.Reconcile.timeoutSeconds * 1000 + 30_000;
/** A run only reads: one whose answer got lost on its way may be asked for again. */
const ATTEMPTS = 3;

export function invokeLocal(address: string): Invoke {
  const url = new URL('/_local/run/Reconcile', address);
  return async (next) => {
    const body = JSON.stringify({ next });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body }).catch((error: Error) => {
      throw unreachable(url.origin, codeOf(error), { local: true });
    });
    const text = await response.text();
    if (!response.ok) throw failure(response.status, text);
    return readStep(text, url.origin);
  };
}

export function invokeDeployed(FunctionName: string, region: string): Invoke {
  const endpoint = process.env.AWS_ENDPOINT_URL_LAMBDA;
  const origin = endpoint ? new URL(endpoint).origin : `Lambda in ${region}`;
  const client = new LambdaClient({
    region,
    // With an endpoint named, the environment's wishes for AWS's own (FIPS, dual stack) are errors.
    ...(endpoint && { endpoint: origin, useFipsEndpoint: false, useDualstackEndpoint: false }),
    credentials: callersCredentials(),
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: TIMEOUT_MS,
      throwOnRequestTimeout: true,
      // No byte comes while a run is under way. What lies between may end a connection that looks
      // idle (a NAT gateway after 350 s), but the SDK's agent has the system probe it meanwhile.
      socketTimeout: TIMEOUT_MS,
    },
  });
  return async (next) => {
    const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify({ next }) });
    const result = await client.send(command).catch((error: SendError) => {
      if (error instanceof Problem) throw error;
      const status = error.$metadata?.httpStatusCode;
      if (status === undefined) throw unreachable(origin, error.code ?? error.name);
      throw failure(status, error.message.split('\n', 1).join());
    });
    const text = result.Payload?.transformToString() ?? '';
    if (result.FunctionError !== undefined) throw failure(result.StatusCode, text);
    return readStep(text, origin);
  };
}

function readStep(text: string, origin: string): Step {
  const step = v.safeParse(Step, jsonOf(text));
  if (step.success) return step.output;
  throw new Problem(`${origin} answered something that is no reconciliation.`);
}

/** A function and this machine's gateway each have a name of their own for the sentence. */
function failure(status: number | undefined, text: string): Problem {
  const { errorMessage, message } = (jsonOf(text) ?? {}) as Record<string, unknown>;
  const sentence = errorMessage ?? message ?? text.slice(0, 200);
  return new Problem(`The function failed (${status}): ${sentence}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
