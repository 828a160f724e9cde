/** The gateway's rules, with a function that answers with the event it was given. */
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundles, startBundles } from '../../../support/bundles.ts';

const ECHO =
  'export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });';
const RETURNS = `export const handler = async (event) => {
  const value = JSON.parse(event.body);
  if (value === 'throw') throw new Error('on purpose');
  if (value === 'nothing') return undefined;
  return value;
};`;
const CONSOLE = 'https://console.example';

let bundles: Bundles;
beforeAll(async () => {
  const closed = { functionName: 'Echo', authorizationType: 'AWS_IAM' };
  bundles = await startBundles({
    poolSize: 2,
    functions: {
      Echo: { code: ECHO },
      Returns: { code: RETURNS },
      Slow: {
        code: 'export const handler = () => new Promise((done) => setTimeout(done, 60_000));',
        timeoutMs: 100,
      },
      Closed: { code: ECHO, reservedConcurrency: 0 },
    },
    routes: [
      { method: 'POST', path: '/echo', functionName: 'Echo' },
      { method: 'GET', path: '/echo', functionName: 'Echo' },
      { method: 'GET', path: '/things/{id}', functionName: 'Echo' },
      { method: 'GET', path: '/things/mine', functionName: 'Echo' },
      { method: 'ANY', path: '/files/{path+}', functionName: 'Echo' },
      { method: 'POST', path: '/returns', functionName: 'Returns' },
      { method: 'GET', path: '/slow', functionName: 'Slow' },
      { method: 'GET', path: '/impatient', functionName: 'Slow', timeoutMs: 20 },
      { method: 'GET', path: '/closed', functionName: 'Closed' },
      { method: 'GET', path: '/operators', ...closed },
      { method: 'GET', path: '/signed', ...closed },
      { method: 'GET', path: '/flooded', functionName: 'Echo' },
      { method: 'POST', path: '/flooded', functionName: 'Echo', authorizationType: 'AWS_IAM' },
    ],
    cors: {
      allowOrigins: [CONSOLE],
      allowMethods: ['GET', 'POST'],
      allowHeaders: ['content-type', 'idempotency-key'],
      exposeHeaders: ['x-request-id'],
      allowCredentials: true,
      maxAgeSeconds: 3600,
    },
    gateway: {
      authorize: async ({ headers }, route) =>
        route.path === '/signed' && headers.authorization === 'good'
          ? { iam: { userArn: 'arn:someone' } }
          : undefined,
      throttle: ({ path }) => path !== '/flooded',
    },
  });
});
afterAll(() => bundles.stop());

interface Call {
  method?: string;
  headers?: http.OutgoingHttpHeaders | string[];
  body?: string | Buffer;
}
const JSON_TYPE = { 'content-type': 'application/json' };

/** Node's own client, since fetch neither repeats headers nor leaves out what it adds. */
async function call(path: string, { method = 'GET', headers = {}, body }: Call = {}) {
  const { port } = bundles.gateway;
  const request = http.request({ host: '127.0.0.1', port, path, method, headers, agent: false });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const content = Buffer.concat(await response.toArray());
  const { statusCode: status, headers: received } = response;
  return { status, headers: received, body: content, text: content.toString() };
}

const eventOf = async (path: string, options: Call = {}) =>
  JSON.parse((await call(path, options)).text);

describe('the event', () => {
  test('has what payload format 2.0 has for a plain GET', async () => {
    const event = await eventOf('/echo', {
      headers: { Host: 'api.example', 'User-Agent': 'test' },
    });
    expect(event).toEqual({
      version: '2.0',
      routeKey: 'GET /echo',
      rawPath: '/echo',
      rawQueryString: '',
      headers: {
        host: 'api.example',
        'user-agent': 'test',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': String(bundles.gateway.port),
        'x-forwarded-proto': 'http',
      },
      requestContext: {
        accountId: '000000000000',
        apiId: 'local',
        domainName: 'api.example',
        domainPrefix: 'api',
        http: {
          method: 'GET',
          path: '/echo',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
        requestId: expect.stringMatching(/^[\w-]{14}=$/),
        routeKey: 'GET /echo',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
  });

  test('every request has an id of its own, which the response names', async () => {
    const answers = await Promise.all([call('/echo'), call('/echo')]);
    const ids = answers.map(({ text }) => JSON.parse(text).requestContext.requestId);
    expect(new Set(ids).size).toBe(2);
    expect(answers.map(({ headers }) => headers['apigw-requestid'])).toEqual(ids);
  });

  test('cookies are a list of their own, whichever headers they came in', async () => {
    const event = await eventOf('/echo', { headers: { Cookie: ['a=1; b="2"', 'a=3'] } });
    expect(event.cookies).toEqual(['a=1', 'b="2"', 'a=3']);
    expect(event.headers).not.toHaveProperty('cookie');
  });

  test('header names are in lower case and repeated headers joined by commas', async () => {
    const { headers } = await eventOf('/echo', {
      headers: { 'X-Thing': ['one', 'two'], 'Idempotency-Key': 'K' },
    });
    expect(headers).toMatchObject({ 'x-thing': 'one,two', 'idempotency-key': 'K' });
  });

  test('a header called __proto__ is only a header', async () => {
    const event = await eventOf('/echo', { headers: ['__proto__', 'x', 'Host', 'h'] });
    expect(Object.keys(event.headers)).toContain('__proto__');
  });

  test('query parameters are decoded and joined, the raw query is as it was sent', async () => {
    const event = await eventOf('/echo?status=a&status=b%2Cc&q=%C3%A9+x&empty');
    expect(event.rawQueryString).toBe('status=a&status=b%2Cc&q=%C3%A9+x&empty');
    expect(event.queryStringParameters).toEqual({ status: 'a,b,c', q: 'é x', empty: '' });
  });

  test('path parameters are decoded', async () => {
    const event = await eventOf('/things/a%20b');
    expect(event).toMatchObject({
      routeKey: 'GET /things/{id}',
      rawPath: '/things/a b',
      pathParameters: { id: 'a b' },
    });
  });

  test('text before parameter, parameter before the rest of the path', async () => {
    expect((await eventOf('/things/mine')).routeKey).toBe('GET /things/mine');
    expect((await eventOf('/files/a/b.txt', { method: 'PUT' })).pathParameters).toEqual({
      path: 'a/b.txt',
    });
  });
});

describe('the body', () => {
  const post = (type: string | undefined, body: string | Buffer): Call => ({
    method: 'POST',
    body,
    headers: type ? { 'content-type': type } : {},
  });
  const json = 'application/json';

  test.each([
    ['JSON is text', json, '{"é":1}', '{"é":1}', false],
    ['so it is in capitals', 'Application/JSON; charset=utf-8', '{"é":1}', '{"é":1}', false],
    ['text is text', 'text/plain', '{"é":1}', '{"é":1}', false],
    ['XML is text', 'application/xml', '{"é":1}', '{"é":1}', false],
    ['a script is text', 'application/javascript', '{"é":1}', '{"é":1}', false],
    ['bytes are base64', 'application/octet-stream', 'a=1', 'YT0x', true],
    ['a form is base64', 'application/x-www-form-urlencoded', 'a=1', 'YT0x', true],
    ['what has no type is base64', undefined, 'a=1', 'YT0x', true],
    ['no UTF-8 is base64', json, Buffer.from([0x22, 0xff, 0x22]), 'Iv8i', true],
    ['a byte order mark is not lost', json, Buffer.from('\uFEFF{}'), '\uFEFF{}', false],
  ])('%s', async (_what, type, sent, body, isBase64Encoded) =>
    expect(await eventOf('/echo', post(type, sent))).toMatchObject({ body, isBase64Encoded }),
  );

  /** Lambda's quota for an event, which an API Gateway's own of 10 MB for a body never reaches. */
  const MOST = 6 * 1024 * 1024;
  const TOO_LARGE = { status: 413, text: '{"message":"Request Entity Too Large"}' };
  const answered = async (body: Buffer, type = 'text/plain') => {
    const { status, text } = await call('/echo', post(type, body));
    return status === 200 ? { status } : { status, text };
  };

  test('an event of 6 MB passes, one of more is 413: with its envelope, and in base64', async () => {
    expect(await answered(Buffer.alloc(MOST - 3000, 'a'))).toEqual({ status: 200 });
    for (const size of [MOST, MOST + 1, 10 * 1024 * 1024, 10 * 1024 * 1024 + 1])
      expect(await answered(Buffer.alloc(size, 'a'))).toEqual(TOO_LARGE);
    expect(await answered(Buffer.alloc(MOST * 0.8, 'a'), 'image/png')).toEqual(TOO_LARGE);
  });

  test('many of 10 MB at once are refused each, and others are served meanwhile', async () => {
    const large = Buffer.alloc(10 * 1024 * 1024, 'a');
    let refused = 0;
    const uploads = Array.from({ length: 24 }, async () => {
      expect(await answered(large)).toEqual(TOO_LARGE);
      refused++;
    });
    expect(await answered(Buffer.from('small'))).toEqual({ status: 200 });
    expect(refused).toBeLessThan(uploads.length);
    await Promise.all(uploads);
  });
});

describe('what a function returns', () => {
  const returns = (value: unknown) =>
    call('/returns', { method: 'POST', body: JSON.stringify(value), headers: JSON_TYPE });

  test('status, headers, cookies and body', async () => {
    const answer = await returns({
      statusCode: 202,
      headers: { 'Content-Type': 'application/json', 'X-Count': 3 },
      cookies: ['a=1; HttpOnly', 'b=2'],
      body: '{}',
    });
    expect([answer.status, answer.text]).toEqual([202, '{}']);
    expect(answer.headers).toMatchObject({ ...JSON_TYPE, 'x-count': '3', 'content-length': '2' });
    expect(answer.headers['set-cookie']).toEqual(['a=1; HttpOnly', 'b=2']);
  });

  test('base64 is decoded', async () => {
    const answer = await returns({ statusCode: 200, body: '/wA=', isBase64Encoded: true });
    expect([...answer.body]).toEqual([0xff, 0x00]);
  });

  test.each([
    [{ hello: 1 }, '{"hello":1}'],
    ['hello', 'hello'],
    ['nothing', 'null'],
  ])('without a status code %j is the JSON of a 200', async (value, text) => {
    const answer = await returns(value);
    expect(answer).toMatchObject({ status: 200, text, headers: JSON_TYPE });
  });

  test.each([
    'throw',
    { statusCode: 'many' },
    { statusCode: 700 },
    { statusCode: 200, body: { not: 'text' } },
    { statusCode: 200, headers: { 'x-bad': 'a\nb' } },
    { statusCode: 200, cookies: 'a=1' },
  ])('%j is a 500', async (value) => {
    const text = '{"message":"Internal Server Error"}';
    expect(await returns(value)).toMatchObject({ status: 500, text });
  });
});

describe('the gateway’s own answers', () => {
  test.each([
    ['GET', '/nowhere', 404, 'Not Found'],
    ['DELETE', '/echo', 404, 'Not Found'],
    ['GET', '/echo/', 404, 'Not Found'],
    ['GET', '/things/', 404, 'Not Found'],
    ['GET', '/echo%zz', 400, 'Bad Request'],
    ['GET', '/slow', 500, 'Internal Server Error'],
    ['GET', '/impatient', 503, 'Service Unavailable'],
    ['GET', '/closed', 503, 'Service Unavailable'],
    ['GET', '/operators', 403, 'Forbidden'],
    ['GET', '/signed', 403, 'Forbidden'],
    ['GET', '/flooded', 429, 'Too Many Requests'],
    ['POST', '/flooded', 429, 'Too Many Requests'],
  ])('%s %s: %i %s', async (method, path, status, message) => {
    const text = JSON.stringify({ message });
    expect(await call(path, { method })).toMatchObject({ status, text });
  });

  /** Everything that the gateway sends for these bytes until it closes the connection. */
  const answersTo = async (text: string): Promise<string> => {
    const socket = net.connect(bundles.gateway.port, '127.0.0.1');
    socket.write(text);
    return Buffer.concat(await socket.toArray()).toString();
  };

  test('HEAD is no GET', async () =>
    expect((await call('/echo', { method: 'HEAD' })).status).toBe(404));

  test('what the authorizer finds out reaches the function', async () => {
    const event = await eventOf('/signed', { headers: { authorization: 'good' } });
    expect(event.requestContext.authorizer).toEqual({ iam: { userArn: 'arn:someone' } });
  });

  test('what is not HTTP is 400, and the next request is served', async () => {
    const answer = await answersTo('this is not HTTP\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('{"message":"Bad Request"}');
    expect((await call('/echo')).status).toBe(200);
  });

  test('what follows a request and is not HTTP is refused after the request is answered', async () => {
    const request = 'POST /echo HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\nhi';
    const answers = await answersTo(`${request}this is not HTTP\r\n\r\n`);
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  });

  test('a request that breaks off in a malformed chunk is refused', async () => {
    const head = 'POST /echo HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n';
    expect(await answersTo(`${head}2\r\nhi\r\nzz\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each(['', 'host: a\r\nhost: b\r\n'])('with the hosts %j it is 400', async (hosts) =>
    expect(await answersTo(`GET /echo HTTP/1.1\r\n${hosts}connection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*\{"message":"Bad Request"\}$/,
    ),
  );

  test('an expectation that nobody knows changes nothing', async () =>
    expect((await call('/echo', { headers: { expect: 'a miracle' } })).status).toBe(200));

  test('a client that goes away in mid-request harms nobody', async () => {
    const socket = net.connect(bundles.gateway.port, '127.0.0.1');
    socket.write('POST /echo HTTP/1.1\r\nhost: h\r\ncontent-length: 100\r\n\r\nhalf');
    await once(socket, 'connect');
    socket.destroy();
    expect((await call('/echo')).status).toBe(200);
  });
});

describe('CORS', () => {
  const preflight = (
    origin: string,
    more: http.OutgoingHttpHeaders = { 'access-control-request-method': 'POST' },
  ) => call('/echo', { method: 'OPTIONS', headers: { origin, ...more } });
  const returnsTo = (origin: string, headers: Record<string, string>) =>
    call('/returns', {
      method: 'POST',
      body: JSON.stringify({ statusCode: 200, headers }),
      headers: { origin, 'content-type': 'text/plain' },
    });
  const corsHeaders = (headers: http.IncomingHttpHeaders) =>
    Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.startsWith('access-control-')),
    );

  test('a preflight from the console is answered by the gateway', async () => {
    const { status, headers, text } = await preflight(CONSOLE);
    expect([status, text, headers.vary]).toEqual([204, '', 'Origin']);
    expect(corsHeaders(headers)).toEqual({
      'access-control-allow-origin': CONSOLE,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'content-type,idempotency-key',
      'access-control-max-age': '3600',
    });
  });

  test.each(['https://evil.example', 'https://console.example.evil', 'null'])(
    'a preflight from %s gets no CORS headers',
    async (origin) => {
      const { status, headers } = await preflight(origin);
      expect([status, corsHeaders(headers)]).toEqual([204, {}]);
    },
  );

  test('the console may read a response, whatever the function says about CORS', async () => {
    const { headers } = await returnsTo(CONSOLE, {
      'Access-Control-Allow-Origin': '*',
      'access-control-allow-methods': 'PUT',
      vary: 'Cookie',
    });
    expect(headers.vary).toBe('Cookie, Origin');
    expect(corsHeaders(headers)).toEqual({
      'access-control-allow-origin': CONSOLE,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-request-id',
    });
  });

  test('the console may read that it sent too much', async () => {
    const { status, headers } = await call('/flooded', { headers: { origin: CONSOLE } });
    expect(status).toBe(429);
    expect(corsHeaders(headers)).toMatchObject({ 'access-control-allow-origin': CONSOLE });
  });

  test('another site may not, even when the function would let it', async () => {
    const { headers } = await returnsTo('https://evil.example', {
      'access-control-allow-origin': '*',
    });
    expect(corsHeaders(headers)).toEqual({});
  });
});
