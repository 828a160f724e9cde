/** Calls of AWS services that the project has no client for, as their wire protocols have them. */
import { setTimeout } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { LOCAL_CREDENTIALS, REGION } from '../../../infra/local/template/intrinsics.ts';
import { Problem } from '../../../infra/problem.ts';
import { parseJson } from '../../../lib/json.ts';

/** A JSON protocol's `X-Amz-Target`, a query protocol's action, or a path to get. */
type Call =
  | { target: string; input?: object }
  | { action: string; version: string; input?: Record<string, string> }
  | { path: string };

export type Aws = (service: string, call: Call) => Promise<string>;

/** Gives the text of what is answered; throws Problem for anything but a success. */
export function awsAt(endpoint: string, signal: AbortSignal): Aws {
  const client = new AwsClient({ ...LOCAL_CREDENTIALS, region: REGION });
  return async (service, call) => {
    const path = 'path' in call ? call.path : '/';
    const request = { ...requestOf(call), aws: { service }, signal };
    const response = await client.fetch(endpoint + path, request);
    const text = await response.text();
    if (response.ok) return text;
    throw new Problem(`${service} answered ${JSON.stringify(call)} with ${text}`);
  };
}

function requestOf(call: Call) {
  if ('path' in call) return {};
  if ('target' in call) {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': call.target };
    return { method: 'POST', headers, body: JSON.stringify(call.input ?? {}) };
  }
  const body = new URLSearchParams({ Action: call.action, Version: call.version, ...call.input });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', headers, body: `${body}` };
}

/** The same for an answer in JSON; integers come as bigint. */
export const json = async <Answer>(aws: Aws, service: string, target: string, input: object) =>
  parseJson(await aws(service, { target, input })) as Answer;

const EVERY_MS = 200;
/** For what is asynchronous; the sweep alone may take a minute. */
const WITHIN_MS = 150_000;

/** Looks again and again until there is something to see. Throws Problem when that takes long. */
export async function seen<Found>(
  what: string,
  look: () => Promise<Found | undefined | false>,
): Promise<Found> {
  const deadlineMs = performance.now() + WITHIN_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadlineMs) throw new Problem(`There was still no sign of ${what}.`);
    await setTimeout(EVERY_MS);
  }
}
