import { describe, expect, test } from 'vitest';
import { curl } from '../../../infra/openapi/curl.ts';
import type { Operation } from '../../../infra/openapi/document.ts';
import type { Parameter } from '../../../infra/openapi/parameters.ts';

const caller = { url: 'http://api.test', session: 'token', accessKey: 'key:secret' };

const operation = (more: Partial<Operation> = {}): Operation => ({
  ...{ operationId: 'one', tags: [], summary: '', description: '', parameters: [], responses: {} },
  ...{ security: [{ session: [] }], ...more },
});
const withBody = (value: unknown) => {
  const content = { 'application/json': { schema: {}, examples: { one: { value } } } };
  return operation({ requestBody: { required: true, content } });
};
const lines = (method: string, path: string, what: Operation, parameters: Parameter[] = []) =>
  curl(method, path, what, parameters, caller).split(' \\\n  ');

describe('a line of curl', () => {
  test('carries the session', () =>
    expect(lines('get', '/a', operation())).toEqual([
      "curl 'http://api.test/a'",
      "-H 'cookie: nl_session=token'",
    ]));

  test('is signed instead where the route is', () =>
    expect(lines('get', '/a', operation({ security: [{ signature: [] }] }))).toEqual([
      "curl 'http://api.test/a'",
      '--aws-sigv4 aws:amz:us-east-1:execute-api',
      '--user key:secret',
    ]));

  test('names the method when no body does', () => {
    expect(lines('post', '/a', operation())).toContain('-X POST');
    expect(lines('post', '/a', withBody({}))).not.toContain('-X POST');
  });

  test('quotes the body for the shell', () =>
    expect(lines('post', '/a', withBody({ note: "it's" }))).toContain(`-d '{"note":"it'\\''s"}'`));

  test('takes what the caller has in the place of examples', () => {
    const parameter = { description: '', schema: {}, example: 'x-1' };
    const values = { id: 'my-1', note: 'mine', 'Idempotency-Key': 'my-key' };
    const line = curl(
      'post',
      '/a/{id}',
      withBody({ note: 'yours', amount: 1 }),
      [
        { ...parameter, name: 'id', in: 'path' },
        { ...parameter, name: 'Idempotency-Key', in: 'header' },
      ],
      { ...caller, values },
    );
    expect(line).toContain("'http://api.test/a/my-1'");
    expect(line).toContain("-H 'idempotency-key: my-key'");
    expect(line).toContain(`-d '{"note":"mine","amount":1}'`);
  });

  test('fills in ids and headers', () => {
    const parameter = { description: '', schema: {}, example: 'x-1' };
    const line = lines('get', '/a/{id}/b', operation(), [
      { ...parameter, name: 'id', in: 'path' },
      { ...parameter, name: 'Idempotency-Key', in: 'header' },
      { ...parameter, name: 'limit', in: 'query' },
    ]);
    expect(line[0]).toBe("curl 'http://api.test/a/x-1/b'");
    expect(line).toContain("-H 'idempotency-key: x-1'");
  });
});
