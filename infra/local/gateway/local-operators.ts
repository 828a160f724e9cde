/** The operators of this machine: everybody whose request is signed with a local access key. */

import { ACCOUNT_ID } from '../template/intrinsics.ts';
import type { LocalRoute } from '../template/local-stack.ts';
import type { GatewayRequest } from './payload.ts';
import { signedBy } from './signature.ts';

/** `local` is the operator local, `local-ann` is ann. */
const ACCESS_KEY = /^local(?:-([\w.@-]{1,64}))?$/;

/** Every local access key is its own secret: nothing that it opens is worth one. */
const secretOf = (accessKeyId: string): string | undefined =>
  ACCESS_KEY.test(accessKeyId) ? accessKeyId : undefined;

/**
 * The event's `requestContext.authorizer` as API Gateway fills it in for an IAM user; undefined for
 * a request to refuse.
 */
export async function authorize(
  request: GatewayRequest,
  { authorizationType }: LocalRoute,
): Promise<Record<string, unknown> | undefined> {
  if (authorizationType !== 'AWS_IAM') return undefined;
  const accessKey = await signedBy(request, secretOf, Date.now());
  return accessKey === undefined ? undefined : { iam: iamUser(accessKey) };
}

function iamUser(accessKey: string) {
  const name = accessKey.match(ACCESS_KEY)?.[1] ?? accessKey;
  const userId = `AIDA${name.toUpperCase()}`;
  return {
    accessKey,
    accountId: ACCOUNT_ID,
    callerId: userId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: `arn:aws:iam::${ACCOUNT_ID}:user/${name}`,
    userId,
  };
}
