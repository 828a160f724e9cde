/** Checks who signed a request (AWS Signature Version 4), as API Gateway does on an IAM route. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { ACCOUNT_ID, REGION } from '../template/intrinsics.ts';
import type { LocalRoute } from '../template/local-stack.ts';
import { isLocalHost } from './admission.ts';
import type { GatewayRequest } from './payload.ts';

const SERVICE = 'execute-api';
const MAX_SKEW_MS = 5 * 60 * 1000;
/** Without these a signature would be good at another address, or for ever. */
const ALWAYS_SIGNED = ['host', 'x-amz-date'];

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([\w.@-]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, *SignedHeaders=([a-z0-9;_-]+), *Signature=([0-9a-f]{64})$/;
const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

export type SignedRequest = Pick<
  GatewayRequest,
  'method' | 'encodedPath' | 'queryString' | 'headers' | 'body'
>;

/** `local` is the operator local, `local-ann` is ann. */
const ACCESS_KEY = /^local(?:-([\w.@-]{1,64}))?$/;
/** Every local access key is its own secret: nothing that it opens is worth one. */
const secretOf = (accessKey: string) => (ACCESS_KEY.test(accessKey) ? accessKey : undefined);

/**
 * The event's `requestContext.authorizer` as API Gateway fills it in for an IAM user; undefined for
 * a request to refuse. Whoever signs with a local access key is an operator of this machine.
 */
export async function authorize(
  request: GatewayRequest,
  { authorizationType }: LocalRoute,
): Promise<Record<string, unknown> | undefined> {
  if (authorizationType !== 'AWS_IAM') return undefined;
  // That the host is signed says only which one was meant; it must also be this one.
  if (!isLocalHost(request.headers.host)) return undefined;
  const accessKey = await signedBy(request, secretOf, Date.now());
  if (accessKey === undefined) return undefined;
  const name = accessKey.match(ACCESS_KEY)?.[1] ?? accessKey;
  const userId = `AIDA${name.toUpperCase()}`;
  const iam = {
    accessKey,
    accountId: ACCOUNT_ID,
    callerId: userId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: `arn:aws:iam::${ACCOUNT_ID}:user/${name}`,
    userId,
  };
  return { iam };
}

/**
 * The access key that the request was signed with; undefined when it was not signed, signed for
 * something else, too long ago, or with another secret than the key's. The request as it arrived is
 * signed again, and the signatures are compared.
 */
export async function signedBy(
  request: SignedRequest,
  secretOf: (accessKeyId: string) => string | undefined,
  nowMs: number,
): Promise<string | undefined> {
  const { headers, body } = request;
  const [, accessKeyId = '', day, region = '', service, list = '', signature = ''] =
    headers.authorization?.match(AUTHORIZATION) ?? [];
  const signedHeaders = list.split(';');
  const signedAtMs = Date.parse(
    (headers['x-amz-date'] ?? '').replace(AMZ_DATE, '$1-$2-$3T$4:$5:$6Z'),
  );
  const secretAccessKey = secretOf(accessKeyId);
  if (secretAccessKey === undefined || service !== SERVICE || region !== REGION) return undefined;
  if (!ALWAYS_SIGNED.every((name) => signedHeaders.includes(name))) return undefined;
  if (!signedHeaders.every((name) => Object.hasOwn(headers, name))) return undefined;
  if (!(Math.abs(nowMs - signedAtMs) <= MAX_SKEW_MS)) return undefined;
  if (!headers['x-amz-date']?.startsWith(`${day}T`)) return undefined;
  const query = queryOf(request.queryString);
  if (query === undefined) return undefined;
  // The library would believe the header where it has one, instead of looking at the body.
  const claimed = headers['x-amz-content-sha256'];
  if (claimed !== undefined && claimed !== createHash('sha256').update(body).digest('hex'))
    return undefined;

  const signer = new SignatureV4({
    service: SERVICE,
    region: REGION,
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
    applyChecksum: false,
  });
  const again = await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: '',
      path: request.encodedPath,
      query,
      headers: Object.fromEntries(signedHeaders.map((name) => [name, headers[name] ?? ''])),
      body,
    },
    { signingDate: new Date(signedAtMs), signableHeaders: new Set(signedHeaders) },
  );
  const expected = again.headers.authorization?.match(AUTHORIZATION);
  if (expected?.[5] !== [...signedHeaders].sort().join(';')) return undefined;
  return timingSafeEqual(Buffer.from(expected[6] ?? ''), Buffer.from(signature))
    ? accessKeyId
    : undefined;
}

/** By name, decoded; undefined when it cannot be. Unlike in a form, `+` is a plus sign here. */
function queryOf(queryString: string): Record<string, string[]> | undefined {
  const query = new Map<string, string[]>();
  try {
    for (const part of queryString.split('&').filter(Boolean)) {
      const [name = '', ...value] = part.split('=').map(decodeURIComponent);
      query.set(name, [...(query.get(name) ?? []), value.join('=')]);
    }
  } catch {
    return undefined;
  }
  return Object.fromEntries(query);
}
