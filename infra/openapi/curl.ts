/** Each operation as a line of curl, which the page of the document shows to be pasted. */
import { errors } from '../../lib/errors.ts';
import { stringifyJson } from '../../lib/json.ts';
import type { OpenApi, Operation } from './document.ts';
import { idempotencyKey, type Parameter } from './parameters.ts';
import { documentedRoutes } from './routes.ts';

/** Who calls, and where. */
export interface Caller {
  url: string;
  /** The token of a session. */
  session: string;
  /** The access key and its secret, with a colon between. */
  accessKey: string;
  /** What stands in the place of the examples of the same names. */
  values?: Values | undefined;
}

type Values = Readonly<Record<string, string>>;
export type ValuesOf = (route: string) => Values;

/** The document as its page shows it: to each operation its caller, errors and curl line. */
export function forPeople(document: OpenApi, caller: Caller, valuesOf?: ValuesOf): OpenApi {
  const shown: OpenApi = JSON.parse(JSON.stringify(document, withoutWideBounds));
  for (const { name, method, path, signed, errors: tags } of documentedRoutes()) {
    const operation = shown.paths[path]?.[method] as Operation;
    const parameters = operation.parameters.map((parameter) =>
      '$ref' in parameter ? idempotencyKey : parameter,
    );
    operation.description = [
      operation.description,
      signed ? 'Signed with AWS Signature Version 4.' : 'Needs the session cookie `nl_session`.',
      '**Errors, the first that applies**',
      tags.map((tag, at) => `${at + 1}. ${errors[tag].status} \`${tag}\``).join('\n'),
      `\`\`\`sh\n${curl(method, path, operation, parameters, { ...caller, values: valuesOf?.(name) })}\n\`\`\``,
    ].join('\n\n');
  }
  return shown;
}

/** A page would round them, and they only say how far the type itself goes. */
function withoutWideBounds(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
}

export function curl(
  method: string,
  path: string,
  operation: Operation,
  parameters: readonly Parameter[],
  caller: Caller,
): string {
  const { values = {} } = caller;
  const exampleOf = ({ name, example }: Parameter) => values[name] ?? String(example);
  const target = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((text, parameter) => text.replace(`{${parameter.name}}`, exampleOf(parameter)), path);
  const headers = parameters.filter((parameter) => parameter.in === 'header');
  const [body] = Object.values(operation.requestBody?.content['application/json'].examples ?? {});
  const signed = 'signature' in (operation.security[0] ?? {});
  return [
    `curl ${quote(caller.url + target)}`,
    ...(method === 'post' && !body ? ['-X POST'] : []),
    ...(signed
      ? [`--aws-sigv4 aws:amz:us-east-1:execute-api`, `--user ${caller.accessKey}`]
      : [`-H ${quote(`cookie: nl_session=${caller.session}`)}`]),
    ...headers.map((one) => `-H ${quote(`${one.name.toLowerCase()}: ${exampleOf(one)}`)}`),
    ...(body && 'value' in body
      ? [
          `-H 'content-type: application/json'`,
          `-d ${quote(stringifyJson(withValues(body.value, values)))}`,
        ]
      : []),
  ].join(' \\\n  ');
}

const withValues = (body: object, values: Values): object =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [name, values[name] ?? value]));

/** For a POSIX shell. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
