/** The page signs with a library of its own; the gateway checks with that of AWS's clients. */
import { expect, test } from 'vitest';
import { signedBy } from '../../../../../infra/local/gateway/signature.ts';
import { signedHeaders } from '../../../../../infra/local/only-here/playground/page/http/sign-request.ts';

const PAYOUTS = 'http://127.0.0.1:3000/v1/admin/referrals/payouts';

const signer = async (method: 'GET' | 'POST', url: string, body: string, secret = 'a secret') => {
  const key = { accessKeyId: 'local-ann', secretAccessKey: 'a secret' };
  const signed = await signedHeaders({ method, url, ...(body && { body }), ...key });
  const { host, pathname, search } = new URL(url);
  const request = {
    method,
    encodedPath: pathname,
    queryString: search.slice(1),
    headers: { host, ...signed },
    body: Buffer.from(body),
  };
  return signedBy(request, () => secret, Date.now());
};

test.each([
  ['GET', `${PAYOUTS}?status=requested&limit=50`, ''],
  ['POST', `${PAYOUTS}/01a20529-55f4-761f-a2a7-c84a2a8463bf/processing`, ''],
  ['POST', `${PAYOUTS}/01a20529-55f4-761f-a2a7-c84a2a8463bf/failed`, '{"note":"zurückgekommen"}'],
] as const)('a %s is taken for what it is', async (method, url, body) => {
  expect(await signer(method, url, body)).toBe('local-ann');
  expect(await signer(method, url, body, 'another secret')).toBeUndefined();
});
