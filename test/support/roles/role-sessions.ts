/** The template's roles in an AWS that others wrote, and a proxy that calls it under them. */
import { AwsClient } from 'aws4fetch';
import type { FunctionName } from '../../../infra/compute/catalogue.ts';
import {
  ACCOUNT_ID,
  arn,
  LOCAL_CREDENTIALS,
  REGION,
} from '../../../infra/local/template/intrinsics.ts';
import { type Reply, startProxy } from '../fault-proxy.ts';
import { type Access, accessesOf } from './accesses.ts';
import type { Statement } from './policy.ts';

type Item = Record<string, unknown>;

const EVERY_FUNCTION = JSON.stringify({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole',
  },
});

const VERSIONS = { iam: '2010-05-08', sts: '2011-06-15' };

/** `RewardsTable.Arn/index/pending`, as the account that is emulated names it. */
export const arnOf = (resource: string): string =>
  resource.replace(/^(\w+Table)\.Arn/, (_arn, table) => arn('dynamodb', `table/${table}`));

/** The policy as IAM takes it, without the conditions on these keys. */
export const documentOf = (statements: Statement[], ...without: string[]) => ({
  Version: '2012-10-17',
  Statement: statements.map(({ actions, resources, conditions }) => ({
    Effect: 'Allow',
    Action: actions,
    Resource: resources.map(arnOf),
    Condition: Object.fromEntries(
      Object.entries(conditions)
        .map(([operator, keys]): [string, object] => [
          operator,
          Object.fromEntries(Object.entries(keys).filter(([key]) => !without.includes(key))),
        ])
        .filter(([, keys]) => Object.keys(keys).length > 0),
    ),
  })),
});

export type RoleSessions = Awaited<ReturnType<typeof startRoleSessions>>;

/** Makes each role and takes it on; what the proxy at `url` passes on is signed with its key. */
export async function startRoleSessions(
  endpoint: string,
  roles: Record<FunctionName, Statement[]>,
  withoutConditionsOn: string,
) {
  const root = new AwsClient({ ...LOCAL_CREDENTIALS, region: REGION, retries: 0 });
  const ask = async (
    service: keyof typeof VERSIONS,
    Action: string,
    parameters: Record<string, string>,
  ): Promise<string> => {
    const response = await root.fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: String(new URLSearchParams({ Action, Version: VERSIONS[service], ...parameters })),
      aws: { service },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${Action}: ${text}`);
    return text;
  };
  const attach = (name: string, statements: Statement[]) =>
    ask('iam', 'PutRolePolicy', {
      RoleName: name,
      PolicyName: 'grants',
      PolicyDocument: JSON.stringify(documentOf(statements, withoutConditionsOn)),
    });

  const sessions: Record<string, AwsClient> = {};
  for (const [name, statements] of Object.entries(roles)) {
    await ask('iam', 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: EVERY_FUNCTION });
    await attach(name, statements);
    const RoleArn = `arn:aws:iam::${ACCOUNT_ID}:role/${name}`;
    const session = await ask('sts', 'AssumeRole', { RoleArn, RoleSessionName: name });
    const field = (name: string) => session.match(`<${name}>(.+?)</${name}>`)?.[1] ?? '';
    sessions[name] = new AwsClient({
      accessKeyId: field('AccessKeyId'),
      secretAccessKey: field('SecretAccessKey'),
      sessionToken: field('SessionToken'),
      region: REGION,
      service: 'dynamodb',
      retries: 0,
    });
  }

  /** What was refused, to whom, and in which words. */
  const denied: { by: string; message: string; accesses: Access[] }[] = [];
  const callAs = async (by: string, operation: string, request: Item): Promise<Reply> => {
    const response = await sessions[by]?.fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      },
      body: JSON.stringify(request),
    });
    if (!response) throw new Error(`no role is called ${by}`);
    const body = await response.text();
    if (/AccessDenied|Unrecognized|InvalidClient|Signature/.test(body) && !response.ok) {
      const { message } = JSON.parse(body);
      denied.push({ by, message, accesses: accessesOf(operation, request) });
    }
    const headers = { 'content-type': response.headers.get('content-type') ?? '' };
    return { status: response.status, headers, body };
  };
  const proxy = await startProxy(endpoint, async ({ sender = '', operation, request, reply }) =>
    reply(await callAs(sender, operation, request)),
  );
  return { ...proxy, attach, denied };
}
