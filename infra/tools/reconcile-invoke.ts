/** Invokes the function Reconcile, on this machine or deployed, and reads its result. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import { Run } from '../../lib/store/reconcile/progress.ts';
import { FUNCTIONS } from '../compute/catalogue.ts';
import { Problem } from '../problem.ts';
import { codeOf, unreachable } from './command-line.ts';
import { connectLambda } from './lambda-client.ts';

export type Invoke = (next: string | undefined) => Promise<Run>;

/** Longer than the function's own time-out, so that it is Lambda that ends a run, which only reads. */
const TIMEOUT_MS = FUNCTIONS.Reconcile.timeoutSeconds * 1000 + 30_000;

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
  const { client, origin, problemOf } = connectLambda({ region }, TIMEOUT_MS);
  return async (next) => {
    const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify({ next }) });
    const result = await client.send(command).catch((error) => {
      throw problemOf(error, failure);
    });
    const text = result.Payload?.transformToString() ?? '';
    if (result.FunctionError !== undefined) throw failure(result.StatusCode, text);
    return readStep(text, origin);
  };
}

function readStep(text: string, origin: string): Run {
  const step = v.safeParse(Run, jsonOf(text));
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
