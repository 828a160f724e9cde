/** The judge finds what is wrong with an answer, and with what was written for it. */
import { describe, expect, test } from 'vitest';
import { signedHeaders } from '../../../support/requests.ts';
import type { Answer } from '../raw-client.ts';
import { Secrets } from '../secrets.ts';
import { makeUserGroup, usersOf } from '../user-group.ts';
import type { Write } from '../write-watch.ts';
import type { Expectation } from './expectations.ts';
import type { Message } from './http-message.ts';
import { createJudge, judgeWrites } from './judge.ts';
import { predict } from './predict.ts';

const group = makeUserGroup(1, 0, '0', 16);
const view = { own: usersOf(group), everyone: () => usersOf(group) };
const message = (
  method: string,
  target: string,
  headers: Message['headers'] = [],
  body = '',
): Message => ({
  method,
  target,
  headers: [['host', 'localhost'], ...headers],
  body: Buffer.from(body),
});

test('what operators sign with AWS’s own library is signed to the oracle', async () => {
  const url = 'http://localhost/v1/admin/referrals/payouts/a%20b/sent?b=2&a=%2F&a=1';
  const signed = await signedHeaders({ method: 'POST', url, body: '{}' }, 'ann');
  const request = (body: string) =>
    predict(
      message('POST', url.slice('http://localhost'.length), Object.entries(signed), body),
      view,
    ).expected;
  expect(request('{}')).toEqual([{ kind: 'refusal', tag: 'invalid_payout_id', details: {} }]);
  expect(request('{ }')).toEqual([{ kind: 'gateway', status: 403 }]);
});

describe('an answer', () => {
  const { rich, poor } = group;
  const cookie: [string, string] = ['cookie', `nl_session=${rich.tokens.live[0]}`];
  const asked = message('GET', '/v1/referrals/payouts?cursor=x', [cookie]);
  const envelope = {
    error: 'invalid_args',
    message: 'A field is missing or malformed.',
    request_id: 'r1',
    field: 'cursor',
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
    for (const user of usersOf(group)) secrets.add(user);
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
    ['one field more', withBody({ ...envelope, status: 'sent' })],
    ['another field named', withBody({ ...envelope, field: 'limit' })],
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

  test('whose sentences are more than there are faults has some', () => {
    const judge = createJudge(new Secrets());
    const found = [1, 2, 3, 4, 5].map((n) => {
      const answer = withBody({
        ...envelope,
        message: `The value of cursor is ${n}.`,
        request_id: `r${n}`,
      });
      for (const name of ['x-request-id', 'apigw-requestid']) answer.headers.set(name, [`r${n}`]);
      return judge(asked, predict(asked, view), answer).findings.length;
    });
    expect(found).toEqual([0, 0, 0, 0, 1]);
  });

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
  const recorded: Write = { kind: 'refusal', items: [] };
  const refusal: Expectation = { kind: 'refusal', tag: 'payout_not_found', details: {} };
  const poor: Expectation = { kind: 'refusal', tag: 'balance_insufficient', details: {} };
  const written: Expectation = { kind: 'success', status: 202, text: () => '', writes: true };

  test.each<[Write[], Expectation[]]>([
    [[], [refusal]],
    [[change], [written]],
    [[unlock, change], [written]],
    [
      [unlock, change, recorded],
      [written, poor],
    ],
    [[recorded], [poor]],
  ])('%j is what %j allows', (writes, expected) =>
    expect(judgeWrites(writes, expected)).toEqual([]),
  );

  test.each<[Write[], Expectation[]]>([
    [[change], [refusal]],
    [[change], [poor]],
    [[unlock], [refusal]],
    [[unlock], [poor]],
    [[unlock, recorded], [poor]],
    [[], [written]],
    [[change, change], [written]],
    [[recorded], [refusal]],
    [[recorded, recorded], [poor]],
  ])('%j is not what %j allows', (writes, expected) =>
    expect(judgeWrites(writes, expected)).not.toEqual([]),
  );
});
