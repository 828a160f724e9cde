/** Routes with IAM authorization: who is let in, and as whom. The function returns its event. */
import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authorize } from '../../../../infra/local/gateway/signature.ts';
import { type Bundles, startBundles } from '../../../support/bundles.ts';
import { sign, signedHeaders, type ToSign } from '../../../support/requests.ts';

const ECHO =
  'export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });';

let bundles: Bundles;
let url: string;
let invoked = 0;
beforeAll(async () => {
  const closed = { functionName: 'Echo', authorizationType: 'AWS_IAM' };
  bundles = await startBundles({
    poolSize: 1,
    functions: { Echo: { code: ECHO } },
    routes: [
      { method: 'GET', path: '/open', functionName: 'Echo' },
      { method: 'ANY', path: '/things/{id}', ...closed },
      { method: 'GET', path: '/other', ...closed, authorizationType: 'JWT' },
    ],
    gateway: {
      authorize: async (request, route) => {
        const authorizer = await authorize(request, route);
        if (authorizer) invoked++;
        return authorizer;
      },
    },
  });
  url = bundles.gateway.url;
});
afterAll(() => bundles.stop());

/** Sends the request with exactly these headers. */
async function send({ method, url: address, body }: ToSign, headers: Record<string, string>) {
  const before = invoked;
  const request = http.request(address, { method, headers, agent: false });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const text = Buffer.concat(await response.toArray()).toString();
  return { status: response.statusCode, text, invoked: invoked > before };
}

const FORBIDDEN = { status: 403, text: '{"message":"Forbidden"}', invoked: false };

const thing = (more: Partial<ToSign> = {}): ToSign => ({
  method: 'POST',
  url: `${url}/things/a%20b?limit=5&status=requested`,
  headers: { 'content-type': 'application/json', 'idempotency-key': 'K' },
  body: '{"note":"no"}',
  ...more,
});

describe('a signed request', () => {
  test('reaches the function, which learns who sent it', async () => {
    const request = thing();
    const { status, text } = await send(request, await signedHeaders(request, 'ann'));
    expect(status).toBe(200);
    expect(JSON.parse(text).requestContext.authorizer).toEqual({
      iam: {
        accessKey: 'local-ann',
        accountId: '000000000000',
        callerId: 'AIDAANN',
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: 'arn:aws:iam::000000000000:user/ann',
        userId: 'AIDAANN',
      },
    });
  });

  test('with the key local comes from the operator local', async () => {
    const request = thing({ method: 'GET', body: undefined });
    const { text } = await send(request, await signedHeaders(request));
    expect(JSON.parse(text).requestContext.authorizer.iam.userArn).toBe(
      'arn:aws:iam::000000000000:user/local',
    );
  });

  test.each([
    '/things/a',
    '/things/%C3%A9?q=%C3%A9%20x&q=a%2Bb&q=A&empty=',
    '/things/a?b=2&a=1&a=0',
    '/things/a%2Bb',
    '/things/a?',
  ])('to %s is recognized', async (path) => {
    const request = thing({ url: url + path });
    expect((await send(request, await signedHeaders(request))).status).toBe(200);
  });

  test('may have headers that are not signed', async () => {
    const request = thing();
    const headers = { ...(await signedHeaders(request)), 'x-late': '1', 'user-agent': 'another' };
    expect((await send(request, headers)).status).toBe(200);
  });

  test('is good for five minutes', async () => {
    for (const minutes of [-4.9, 4.9]) {
      const request = thing();
      const headers = await signedHeaders(request, 'ann', new Date(Date.now() + minutes * 60_000));
      expect((await send(request, headers)).status).toBe(200);
    }
  });

  test('opens a route without authorization no further: the function learns nothing', async () => {
    const request = thing({ method: 'GET', url: `${url}/open`, body: undefined });
    const { status, text } = await send(request, await signedHeaders(request));
    expect(status).toBe(200);
    expect(JSON.parse(text).requestContext).not.toHaveProperty('authorizer');
  });

  test('opens no route with another kind of authorization', async () => {
    const request = thing({ method: 'GET', url: `${url}/other`, body: undefined });
    expect(await send(request, await signedHeaders(request))).toEqual(FORBIDDEN);
  });
});

describe('403 before any function runs', () => {
  const refused = async (request: ToSign, headers: Record<string, string>) =>
    expect(await send(request, headers)).toEqual(FORBIDDEN);

  test('without a signature, with or without a session', async () => {
    await refused(thing(), {});
    await refused(thing(), { cookie: 'nl_session=local-demo-session' });
    await refused(thing(), { authorization: 'Bearer local' });
  });

  test.each([
    ['local', 'wrong'],
    ['local-ann', 'local'],
    ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
    ['localhost', 'localhost'],
  ])('the key %s with the secret %s', async (accessKeyId, secretAccessKey) =>
    refused(thing(), await sign(thing(), { accessKeyId, secretAccessKey })),
  );

  test('for another service', async () => {
    const key = { accessKeyId: 'local', secretAccessKey: 'local' };
    await refused(thing(), await sign(thing(), key, new Date(), 's3'));
  });

  test('for another region', async () => {
    const key = { accessKeyId: 'local', secretAccessKey: 'local' };
    const at = (region: string) => sign(thing(), key, new Date(), 'execute-api', region);
    await refused(thing(), await at('eu-west-1'));
    await refused(thing(), await at('us-east-1-x'));
    expect(await send(thing(), await at('us-east-1'))).toMatchObject({ status: 200 });
  });

  test('another body', async () => {
    const headers = await signedHeaders(thing());
    await refused(thing({ body: '{"note":"yes"}' }), headers);
    await refused(thing({ body: undefined }), headers);
    const { 'x-amz-content-sha256': _hash, ...without } = headers;
    await refused(thing(), without);
  });

  test('another body whose hash is put right, since the hash is signed too', async () => {
    const other = thing({ body: '{"note":"yes"}' });
    const hash = (await signedHeaders(other))['x-amz-content-sha256'] ?? '';
    await refused(other, { ...(await signedHeaders(thing())), 'x-amz-content-sha256': hash });
  });

  test.each([
    ['path', '/things/b?limit=5&status=requested'],
    ['query', '/things/a%20b?limit=6&status=requested'],
    ['query without a part', '/things/a%20b?limit=5'],
    ['longer query', '/things/a%20b?limit=5&status=requested&x=1'],
  ])('another %s', async (_what, path) =>
    refused(thing({ url: url + path }), await signedHeaders(thing())),
  );

  test('a query that writes a blank as a plus sign, or cannot be decoded', async () => {
    const plus = thing({ url: `${url}/things/a?q=1+2` });
    await refused(plus, await signedHeaders(plus));
    const broken = thing({ url: `${url}/things/a?q=%zz` });
    await refused(broken, await signedHeaders(broken));
  });

  test('another method', async () =>
    refused(thing({ method: 'PUT' }), await signedHeaders(thing())));

  test('another value of a signed header', async () => {
    const headers = await signedHeaders(thing());
    await refused(thing(), { ...headers, 'idempotency-key': 'other' });
    const { 'idempotency-key': _key, ...without } = headers;
    await refused(thing(), without);
  });

  test('a signature for another host', async () => {
    const elsewhere = thing({ url: thing().url.replace('127.0.0.1', 'api.example') });
    await refused(thing(), await signedHeaders(elsewhere));
    // Nor when the request says that it was meant for that one.
    const host = new URL(elsewhere.url).host;
    await refused(thing(), { ...(await signedHeaders(elsewhere)), host });
  });

  test.each([-6, 6])('%i minutes off', async (minutes) =>
    refused(thing(), await signedHeaders(thing(), 'ann', new Date(Date.now() + minutes * 60_000))),
  );

  test('an old signature with a new date', async () => {
    const old = await signedHeaders(thing(), 'ann', new Date(Date.now() - 3_600_000));
    const { 'x-amz-date': date = '' } = await signedHeaders(thing());
    await refused(thing(), { ...old, 'x-amz-date': date });
  });

  test.each(['host', 'x-amz-date'])('without %s among what is signed', async (name) => {
    const headers = await signedHeaders(thing());
    const named = new RegExp(`(?<=[=;])${name}(;|(?=,))`);
    const authorization = (headers.authorization ?? '').replace(named, '');
    expect(authorization).not.toBe(headers.authorization);
    await refused(thing(), { ...headers, authorization });
  });

  test('a list of signed headers in another order or longer', async () => {
    const headers = await signedHeaders(thing());
    for (const list of ['x-amz-date;host', 'host;x-amz-date;x-late', 'host;host;x-amz-date']) {
      const authorization = (headers.authorization ?? '').replace(/(?<=SignedHeaders=)[^,]*/, list);
      await refused(thing(), { ...headers, 'x-late': '1', authorization });
    }
  });

  test('half a signature', async () => {
    const headers = await signedHeaders(thing());
    const half = headers.authorization?.slice(0, -1) ?? '';
    await refused(thing(), { ...headers, authorization: half });
  });
});
