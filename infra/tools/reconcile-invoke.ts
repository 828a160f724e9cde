/** Invokes the function Reconcile, on this machine or deployed, and reads its result. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import * as v from 'valibot';
import { Problem } from '../problem.ts';
import type { Target } from './reconcile-arguments.ts';

const Count = v.pipe(v.number(), v.integer());

export const Step = v.object({
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

export type Invoke = (next: string | undefined) => Promise<Step>;

export function invoker(target: Target, env: NodeJS.ProcessEnv): Invoke {
  if ('url' in target) {
    const url = new URL('/_local/run/Reconcile', target.url);
    return async (next) =>
      send(url, JSON.stringify({ next }), { 'content-type': 'application/json' });
  }
  const { functionName, region } = target;
  const host = env.AWS_ENDPOINT_URL_LAMBDA || `https://lambda.${region}.amazonaws.com`;
  const url = new URL(
    `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
    host,
  );
  const signer = new SignatureV4({
    service: 'lambda',
    region,
    credentials: defaultProvider(),
    sha256: Sha256,
  });
  return async (next) => {
    const body = JSON.stringify({ next });
    return send(url, body, await sign(signer, url, body));
  };
}

async function sign(signer: SignatureV4, url: URL, body: string): Promise<Record<string, string>> {
  const { protocol, hostname, pathname: path } = url;
  const headers = { host: url.host, 'content-type': 'application/json' };
  const request = { method: 'POST', protocol, hostname, path, headers, body };
  const signed = await signer.sign(request).catch((error: Error) => {
    throw new Problem(`There are no credentials to sign with: ${error.message}`);
  });
  return signed.headers;
}

async function send(url: URL, body: string, headers: Record<string, string>): Promise<Step> {
  const response = await fetch(url, { method: 'POST', headers, body }).catch((error: Error) => {
    const { code = error.name } = (error.cause ?? {}) as { code?: string };
    const hint = code === 'ECONNREFUSED' ? ' Is npm start running?' : '';
    throw new Problem(`There was no answer from ${url.origin} (${code}).${hint}`);
  });
  const text = await response.text();
  const failed = !response.ok || response.headers.has('x-amz-function-error');
  if (failed) throw new Problem(`The function failed (${response.status}): ${messageOf(text)}`);
  const step = v.safeParse(Step, jsonOf(text));
  if (!step.success)
    throw new Problem(`${url.origin} answered something that is no reconciliation.`);
  return step.output;
}

/**
 * Lambda, its service and this machine's gateway each have a name of their own for the sentence.
 */
function messageOf(text: string): string {
  const { errorMessage, Message, message } = (jsonOf(text) ?? {}) as Record<string, unknown>;
  return String(errorMessage ?? Message ?? message ?? text.slice(0, 200));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
