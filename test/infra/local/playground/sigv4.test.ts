/**
 * The page signs by itself; the gateway of this machine checks with the library that AWS's own
 * clients sign with.
 */
import { expect, test } from 'vitest';
import { signedBy } from '../../../../infra/local/gateway/signature.ts';
import { signatureHeaders } from '../../../../infra/local/playground/page/sigv4.ts';

const NOW = new Date('2026-11-25T18:00:00.123Z');
const KEY = { accessKeyId: 'local-ann', secretAccessKey: 'a secret' };
const PAYOUTS = 'http://127.0.0.1:3000/v1/admin/referrals/payouts';

const signer = async (
  method: string,
  address: string,
  body: string,
  secret = KEY.secretAccessKey,
) => {
  const url = new URL(address);
  const headers = await signatureHeaders({ method, url, body, ...KEY, now: NOW });
  const request = {
    method,
    encodedPath: url.pathname,
    queryString: url.search.slice(1),
    headers: { host: url.host, ...headers },
    body: Buffer.from(body),
  };
  return signedBy(request, () => secret, NOW.getTime());
};

test.each([
  ['GET', `${PAYOUTS}?status=requested&limit=50`, ''],
  ['POST', `${PAYOUTS}/01a20529-55f4-761f-a2a7-c84a2a8463bf/processing`, ''],
  ['POST', `${PAYOUTS}/01a20529-55f4-761f-a2a7-c84a2a8463bf/failed`, '{"note":"zurückgekommen"}'],
])('a %s is taken for what it is', async (method, url, body) => {
  expect(await signer(method, url, body)).toBe('local-ann');
  expect(await signer(method, url, body, 'another secret')).toBeUndefined();
});
