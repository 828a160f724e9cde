/** An operation as a line of curl, to be pasted into a shell. */
import { stringifyJson } from '../../../lib/json.ts';
import type { Example, Operation, Parameter } from '../types.ts';

/** Who calls, and where. */
export interface Caller {
  url: string;
  /** The token of a session. */
  session: string;
  /** The access key and its secret, with a colon between. */
  accessKey: string;
}

export function curl(
  method: string,
  path: string,
  operation: Operation,
  parameters: readonly Parameter[],
  caller: Caller,
): string {
  const target = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((text, { name, example }) => text.replace(`{${name}}`, String(example)), path);
  const headers = parameters.filter((parameter) => parameter.in === 'header');
  const body = Object.values(
    operation.requestBody?.content['application/json'].examples ?? {},
  )[0] as Example | undefined;
  const signed = 'signature' in (operation.security[0] ?? {});
  return [
    `curl ${quote(caller.url + target)}`,
    ...(method === 'post' && !body ? ['-X POST'] : []),
    ...(signed
      ? [`--aws-sigv4 aws:amz:us-east-1:execute-api`, `--user ${caller.accessKey}`]
      : [`-H ${quote(`cookie: nl_session=${caller.session}`)}`]),
    ...headers.map(({ name, example }) => `-H ${quote(`${name.toLowerCase()}: ${example}`)}`),
    ...(body
      ? [`-H 'content-type: application/json'`, `-d ${quote(stringifyJson(body.value))}`]
      : []),
  ].join(' \\\n  ');
}

/** For a POSIX shell. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
