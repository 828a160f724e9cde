/**
 * The oracle's own reading, against tables and other readers of the same; and that it finds what is
 * wrong with an answer.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signedHeaders } from '../../../support/requests.ts';
import { Secrets } from '../secrets.ts';
import type { Answer } from '../wire.ts';
import { makeWorld, usersOf } from '../world.ts';
import type { Write } from '../write-watch.ts';
import { canonical, NumberLiteral, readJson } from './json.ts';
import { createJudge, judgeWrites } from './judge.ts';
import { type Message, readStream } from './message.ts';
import { predict } from './predict.ts';
import { isPayable, positiveAmount } from './values.ts';
import type { Expectation } from './verdicts.ts';

describe('JSON', () => {
  const parses = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const jsonish = fc.oneof(
    fc.json(),
    fc
      .array(
        fc.constantFrom(
          '{',
          '}',
          '[',
          ']',
          '"',
          ':',
          ',',
          '1',
          '-',
          '.',
          'e',
          'null',
          '\\u00',
          ' ',
        ),
      )
      .map((tokens) => tokens.join('')),
  );

  test('what JSON.parse reads is read, and nothing else', () =>
    fc.assert(
      fc.property(jsonish, (text) => {
        expect(readJson(text) !== undefined).toBe(parses(text));
      }),
    ));

  test.each([
    ['['.repeat(4096), false],
    [`${'['.repeat(2048)}${']'.repeat(2048)}`, true],
    [`${'{"":['.repeat(585)}${']}'.repeat(585)}`, true],
  ])('nesting as deep as a body can be is read: %#', (text, isJson) =>
    expect(readJson(text) !== undefined).toBe(isJson),
  );

  test('the order of members does not count, the spelling of numbers does', () => {
    const of = (text: string) => canonical(readJson(text)?.value ?? null);
    expect(of('{"a":1,"b":[true]}')).toBe(of(' {"b":[true],"a":1}'));
    expect(of('1e3')).not.toBe(of('1000'));
  });

  test.each([
    ['{"a":1}', 'none'],
    ['{"__proto__":1}', 'effective'],
    ['{"constructor":{"prototype":1}}', 'effective'],
    ['{"constructor":1}', 'none'],
    ['{"a":"\\ud800"}', 'effective'],
    ['{"a":"\\ud800","a":1}', 'hidden'],
  ])('%s has traps: %s', (text, traps) => expect(readJson(text)?.traps).toBe(traps));
});

test.each([
  ['25000000', 25_000_000n],
  ['2.5e7', 25_000_000n],
  ['250000000e-1', 25_000_000n],
  ['9223372036854775807', 9_223_372_036_854_775_807n],
  ['9223372036854775808', undefined],
  ['1.5', undefined],
  ['0e999999999', undefined],
  ['1e99999999999', undefined],
  ['-1', undefined],
])('the literal %s is the amount %s', (text, amount) =>
  expect(positiveAmount(new NumberLiteral(text))).toBe(amount),
);

test.each([
  ['solana', '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin', true],
  ['solana', '11111111111111111111111111111111', false],
  ['solana', '5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', false],
  ['ethereum', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', true],
  ['ethereum', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD', false],
  ['polygon', '0xde709f2102306220921060314715629080e2fb77', true],
  ['polygon', `0x${'0'.repeat(40)}`, false],
])('%s address %s: %s', (network, address, payable) =>
  expect(isPayable(network, address)).toBe(payable),
);

const bytes = (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');

test.each([
  ['GET / HTTP/1.1\nhost: h\n\n', 1, 'nothing'],
  ['\nGET / HTTP/1.1\n\nGET / HTTP/1.1\n\n', 2, 'nothing'],
  ['POST / HTTP/1.1\ncontent-length: 2\n\nabx', 1, 'incomplete'],
  ['POST / HTTP/1.1\ncontent-length: 2\n\na', 0, 'incomplete'],
  ['POST / HTTP/1.1\ntransfer-encoding: chunked\n\n1;x=y\na\n0\nx: y\n\n', 1, 'nothing'],
  ['POST / HTTP/1.1\ntransfer-encoding: chunked\n\nz\n', 0, 'malformed'],
  ['POST / HTTP/1.1\ntransfer-encoding: chunked\ncontent-length: 1\n\na', 0, 'malformed'],
  ['GET / HTTP/1.1\nx : y\n\n', 0, 'malformed'],
  ['BREW / HTTP/1.1\n\n', 0, 'malformed'],
])('%j holds %i messages, then %s', (text, count, rest) => {
  const stream = readStream(bytes(text));
  expect([stream.messages.length, stream.rest]).toEqual([count, rest]);
});

const world = makeWorld(1, 0, '0', 16);
const view = { own: usersOf(world), everyone: () => usersOf(world) };
const message = (
  method: string,
  target: string,
  headers: Message['headers'] = [],
  body = '',
): Message => ({
  method,
  target,
  headers: [['host', 'h'], ...headers],
  body: Buffer.from(body),
});

test('what operators sign with AWS’s own library is signed to the oracle', async () => {
  const url = 'http://h/v1/admin/referrals/payouts/a%20b/sent?b=2&a=%2F&a=1';
  const signed = await signedHeaders({ method: 'POST', url, body: '{}' }, 'ann');
  const request = (body: string) =>
    predict(message('POST', url.slice('http://h'.length), Object.entries(signed), body), view)
      .expected;
  expect(request('{}')).toEqual([{ kind: 'refusal', tag: 'invalid_payout_id' }]);
  expect(request('{ }')).toEqual([{ kind: 'gateway', status: 403 }]);
});

describe('an answer', () => {
  const { rich, poor } = world;
  const cookie: [string, string] = ['cookie', `nl_session=${rich.tokens.live[0]}`];
  const asked = message('GET', '/v1/referrals/payouts?cursor=x', [cookie]);
  const envelope = {
    error: 'invalid_args',
    message: 'A field is missing or malformed.',
    request_id: 'r1',
  };
  const good = (): Answer => ({
    status: 400,
    headers: new Map([
      ['content-type', ['application/json']],
      ['cache-control', ['no-store']],
      ['x-request-id', ['r1']],
      ['apigw-requestid', ['r1']],
      ['vary', ['Origin']],
    ]),
    body: Buffer.from(JSON.stringify(envelope)),
  });
  const findings = (answer: Answer): string[] => {
    const secrets = new Secrets();
    for (const user of usersOf(world)) secrets.add(user);
    return createJudge(secrets)(asked, predict(asked, view), answer).findings;
  };
  const withBody = (body: object): Answer => ({
    ...good(),
    body: Buffer.from(JSON.stringify(body)),
  });
  const withHeader = (name: string, ...values: string[]): Answer => {
    const answer = good();
    answer.headers.set(name, values);
    return answer;
  };

  test('that is right has no findings', () => expect(findings(good())).toEqual([]));

  test.each<[string, Answer]>([
    ['a server error', { ...good(), status: 500 }],
    ['a success', { ...withBody({ items: [] }), status: 200 }],
    ['another status', { ...good(), status: 422 }],
    ['another tag', withBody({ ...envelope, error: 'invalid_json' })],
    ['another request id', withBody({ ...envelope, request_id: 'r2' })],
    ['one field more', withBody({ ...envelope, field: 'cursor' })],
    ['no message', withBody({ error: 'invalid_args', request_id: 'r1' })],
    ['an echo', withBody({ ...envelope, message: 'The cursor {"x":1} is malformed.' })],
    ['internals', withBody({ ...envelope, message: 'ValidationException: PayoutsTable said no.' })],
    [
      'a trace',
      withBody({ ...envelope, message: 'It failed at handler (/var/task/index.mjs:1:2).' }),
    ],
    [
      'another user’s payout',
      withBody({ ...envelope, message: `Not ${poor.payouts[0]?.id}, please.` }),
    ],
    ['another user’s token', withHeader('x-request-id', poor.tokens.live[0])],
    ['a cookie', withHeader('set-cookie', 'a=b')],
    ['a header that comes twice', withHeader('vary', 'Origin', 'Origin')],
    ['a body for caches', withHeader('cache-control', 'max-age=60')],
    ['another type', withHeader('content-type', 'text/html')],
    ['CORS for everybody', withHeader('access-control-allow-origin', '*')],
  ])('with %s has some', (_what, answer) => expect(findings(answer)).not.toEqual([]));

  test('to somebody else shows what is not theirs', () => {
    const secrets = new Secrets();
    secrets.add(rich);
    expect(secrets.leaks(`{"id":"${rich.payouts[0]?.id}"}`, poor)).toHaveLength(1);
    expect(secrets.leaks(`{"id":"${rich.payouts[0]?.id}"}`, rich)).toEqual([]);
  });
});

describe('writes', () => {
  const change: Write = { kind: 'change', items: [] };
  const unlock: Write = { kind: 'unlock', items: [] };
  const refusal: Expectation = { kind: 'refusal', tag: 'payout_not_found' };
  const poor: Expectation = { kind: 'refusal', tag: 'balance_insufficient' };
  const written: Expectation = { kind: 'success', status: 202, text: () => '', writes: true };

  test.each<[Write[], Expectation[]]>([
    [[], [refusal]],
    [[change], [written]],
    [[unlock, change], [written]],
    [[unlock], [poor]],
  ])('%j is what %j allows', (writes, expected) =>
    expect(judgeWrites(writes, expected)).toEqual([]),
  );

  test.each<[Write[], Expectation[]]>([
    [[change], [refusal]],
    [[change], [poor]],
    [[unlock], [refusal]],
    [[], [written]],
    [[change, change], [written]],
  ])('%j is not what %j allows', (writes, expected) =>
    expect(judgeWrites(writes, expected)).not.toEqual([]),
  );
});
