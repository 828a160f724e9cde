/** The operator's commands against the local stack: output, questions and exit codes. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../../../../infra/local/database/engine.ts';
import { age, money, table } from '../../../../infra/tools/text-table.ts';
import type { Payout } from '../../../../lib/payout.ts';
import { run } from '../../../support/processes.ts';
import { type Session, useService } from '../../../support/service.ts';
import { startCloudFormation } from '../cloud-formation.ts';
import { standIn } from '../stand-in.ts';
import { command, type Person } from './person.ts';

const HASH =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQkjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';
const ADDRESS = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';

const service = useService();
let session: Session;
let payout: Payout;

beforeEach(async () => {
  session = await service.newSession({ available_micro: 40_000_000n });
  const { json } = await service.request('POST', '/v1/referrals/payouts', {
    headers: { 'content-type': 'application/json', cookie: session.cookie },
    body: JSON.stringify({ amount_micro: 12_500_000, network: 'solana', address: ADDRESS }),
  });
  payout = json as Payout;
});

const cli = (args: string[], person?: Person) => command(service.url, args, person);

const status = async () =>
  (await service.payouts(session.user_id)).find(({ id }) => id === payout.id)?.status;

describe('the way of a payout', () => {
  test('queue, claim, show, sent', async () => {
    const queue = await cli(['queue']);
    expect(queue.code).toBe(0);
    expect(queue.out).toMatch(/^PAYOUT +AMOUNT +NETWORK +ADDRESS +STATUS +SINCE +AGE +BY\n/);
    expect(queue.out).toContain(`${payout.id}   12.50  solana   ${ADDRESS}  requested`);

    expect(await cli(['claim', payout.id])).toMatchObject({ code: 0, complaints: '' });
    expect((await cli(['queue', '--status', 'processing'])).out).toContain(payout.id);
    expect((await cli(['queue'])).out).not.toContain(payout.id);

    const sent = await cli(['sent', payout.id, '--tx', HASH, '--yes']);
    expect(sent).toMatchObject({ code: 0, questions: [] });
    expect((await cli(['show', payout.id])).out).toBe(sent.out);
    expect(sent.out).toMatch(/^amount +12\.50\n/);
    expect(sent.out).toMatch(new RegExp(`^tx_hash +${HASH}$`, 'm'));
    expect(sent.out).toMatch(/Z +1m {2}sent +arn:aws:iam::000000000000:user\/local$/);
    expect(await status()).toBe('sent');
  });

  test.each([
    ['fail', 'failed'],
    ['cancel', 'cancelled'],
  ])('%s', async (command, end) => {
    expect(await cli([command, payout.id, '--note', 'closed', '--yes'])).toMatchObject({ code: 0 });
    expect(await status()).toBe(end);
  });

  test('user', async () => {
    const { code, out } = await cli(['user', session.user_id]);
    expect(code).toBe(0);
    expect(out).toMatch(/^available +27\.50$/m);
    expect(out).toMatch(/^reserved +12\.50$/m);
    expect(out).toContain(payout.id);
  });

  test('what cannot be read is shown with its id', async () => {
    const id = payout.id;
    await service.changePayout(session.user_id, id, { amount_micro: 'a lot' });
    const granted_key = '2026-01-01T00:00:00.000Z#corrupt';
    await service.putReward({ user_id: session.user_id, reward_id: 'corrupt', granted_key });
    const row = new RegExp(`^${id} +of user ${session.user_id} +unreadable$`, 'm');
    for (const args of [['queue'], ['queue', '--status', 'processing'], ['user', session.user_id]])
      expect(await cli(args)).toMatchObject({ code: 0, out: expect.stringMatching(row) });
    expect((await cli(['user', session.user_id])).out).toMatch(/^corrupt +unreadable$/m);
    expect((await cli(['show', id])).complaints).toMatch(/^internal: /);
    await service.changePayout(session.user_id, id, { queue_key: `done#${id}` });
  });

  test('one on a network that is no longer offered is shown and settled', async () => {
    await service.changePayout(session.user_id, payout.id, { network: 'dogecoin' });
    expect((await cli(['queue'])).out).toContain(`${payout.id}   12.50  dogecoin`);
    const sent = await cli(['sent', payout.id, '--tx', 'D0ge', '--yes']);
    expect(sent).toMatchObject({ code: 0, out: expect.stringMatching(/^tx_hash +D0ge$/m) });
  });

  test('--json prints the answer as it came', async () => {
    const { out } = await cli(['show', payout.id, '--json']);
    const { text } = await service.operator()('GET', `/v1/admin/referrals/payouts/${payout.id}`);
    expect(out).toBe(text);
  });

  test('on this machine a profile is another operator, and only one wins', async () => {
    expect(await cli(['claim', payout.id, '--profile', 'ann'])).toMatchObject({ code: 0 });
    expect((await cli(['show', payout.id])).out).toContain('user/ann');
    expect(await cli(['claim', payout.id])).toMatchObject({
      code: 1,
      complaints: expect.stringMatching(/^payout_not_actionable: .+ \(request .+\)$/),
    });
  });

  test('a claim that was made before is told from one that is won', async () => {
    expect(await cli(['claim', payout.id])).toMatchObject({ code: 0, complaints: '' });
    expect(await cli(['claim', payout.id])).toMatchObject({
      code: 1,
      out: expect.stringContaining(payout.id),
      complaints: expect.stringMatching(/^This payout was yours already\. .+ do not pay it\.$/),
    });
    const fail = ['fail', payout.id, '--note', 'x', '--yes'];
    expect(await cli(fail)).toMatchObject({ code: 0, complaints: '' });
    expect(await cli(fail)).toMatchObject({
      code: 0,
      complaints: 'This had been done before; nothing was changed.',
    });
  });

  test('a note of another operator cannot repaint the terminal', async () => {
    await cli(['fail', payout.id, '--note', 'a\u001b[2Jb\nc', '--yes']);
    expect((await cli(['show', payout.id])).out).toMatch(/^note +ab c$/m);
  });

  test('hidden characters of a note or a source steer no terminal in any view', async () => {
    const hostile = 'a\u202eb\u200b\u2028\u0085\u007f\u001b[2Jc\u00ad';
    const reward_id = `reward-${hostile}`;
    const granted_key = `2026-01-01T00:00:00.000Z#${reward_id}`;
    await service.putReward({ user_id: session.user_id, reward_id, granted_key });
    await service.putReward({
      user_id: session.user_id,
      reward_id: 'sound',
      granted_key: '2026-01-01T00:00:00.000Z#sound',
      amount_micro: 1n,
      status: 'available',
      unlocks_at: '2026-01-01T00:00:00.000Z',
      granted_at: '2026-01-01T00:00:00.000Z',
      source: hostile,
    });
    const fail = await cli(['fail', payout.id, '--note', hostile, '--yes']);
    const views = [
      fail,
      await cli(['show', payout.id]),
      await cli(['show', payout.id, '--json']),
      await cli(['user', session.user_id]),
      await cli(['user', session.user_id, '--json']),
      await cli([hostile]),
    ];
    for (const { out, complaints } of views)
      expect(out + complaints).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u);
    expect(views[1]?.out).toMatch(/^note +a\\u202eb\\u200b {3}c\\u00ad$/m);
    expect(JSON.parse(views[2]?.out ?? '')).toMatchObject({ note: hostile });
    expect(views[4]?.out).toContain('"source":"a\\u202eb');
  });

  test('blanks and signs in a query string are signed as they are sent', async () => {
    const { complaints } = await cli(['queue', '--cursor', "a +b/c=(d)'*~&é"]);
    expect(complaints).toMatch(/^invalid_args: /);
  });

  test('a page of the queue says how to go on', async () => {
    await service.request('POST', '/v1/referrals/payouts', {
      headers: { 'content-type': 'application/json', cookie: session.cookie },
      body: JSON.stringify({ amount_micro: 12_500_000, network: 'solana', address: ADDRESS }),
    });
    const { out } = await cli(['queue', '--limit', '1']);
    const cursor = / --cursor (\S+)$/.exec(`${out}`)?.[1] ?? '';
    expect((await cli(['queue', '--limit', '1', '--cursor', cursor])).out).not.toBe(out);
  });
});

describe('before a payout ends', () => {
  const fail = ['fail', '', '--note', 'x'];
  beforeEach(() => {
    fail[1] = payout.id;
  });

  test.each(['y', 'Yes', ' y '])('%j goes on', async (answer) => {
    const { code, questions, complaints } = await cli(fail, { answer });
    expect(complaints).toContain(`12.50 on solana to ${ADDRESS}, requested by user for 1m`);
    expect(questions).toEqual(['Mark this payout as failed? This is final. [y/N] ']);
    expect([code, await status()]).toEqual([0, 'failed']);
  });

  test.each(['', 'n', 'yep', 'no'])('%j changes nothing', async (answer) => {
    const { code, complaints } = await cli(fail, { answer });
    expect(complaints).toContain('Nothing was changed.');
    expect([code, await status()]).toEqual([1, 'requested']);
  });

  test('with nobody to ask, it is refused', async () => {
    expect(await cli(fail)).toMatchObject({
      code: 2,
      complaints: expect.stringContaining('add --yes'),
    });
    expect(await status()).toBe('requested');
  });

  test('an unknown payout is not asked about', async () =>
    expect(await cli(['sent', randomUUID(), '--tx', HASH], { answer: 'y' })).toMatchObject({
      code: 1,
      questions: [],
      complaints: expect.stringContaining('payout_not_found'),
    }));

  test('a claim is not asked about', async () =>
    expect(await cli(['claim', payout.id], { answer: 'n' })).toMatchObject({
      code: 0,
      questions: [],
    }));
});

describe('a command line that cannot be used', () => {
  const ID = randomUUID();
  test.each([
    [[], 'A command is missing.'],
    [['pay'], 'There is no command pay.'],
    [['toString'], 'There is no command toString.'],
    [['show'], 'show needs an id.'],
    [['show', '..'], '.. is not a UUID.'],
    [['show', ID, 'x'], 'x is not a UUID.'],
    [['show', '-'], 'There was no id on standard input.'],
    [['queue', '--limit', '201'], '--limit is a number from 1 to 200.'],
    [['queue', '--limit', '0'], '--limit is a number from 1 to 200.'],
    [['queue', '--limit', 'ten'], '--limit is a number from 1 to 200.'],
    [['show', ID, '--all'], 'show has no option --all.'],
    [['fail', ID, '--note', '\u200b'], 'fail needs --note.'],
    [['queue', ID], `queue has no use for ${ID}.`],
    [['sent', ID], 'sent needs --tx.'],
    [['fail', ID, '--note', ' '], 'fail needs --note.'],
    [['claim', ID, '--note', 'x'], 'claim has no option --note.'],
    [['queue', '--statu', 'x'], '--statu'],
    [['queue', '--url', 'nowhere'], 'nowhere is not a URL.'],
    [['queue', '--stage', 'personal', '--url', 'http://127.0.0.1:1'], 'Choose one of'],
    [['queue', '--url', 'http://api.example.com'], 'must begin with https://'],
    [['queue', '--url', 'https://api.example.com'], 'add --region'],
  ])('%j', async (args, sentence) =>
    expect(await cli(args)).toMatchObject({
      code: 2,
      out: '',
      complaints: expect.stringContaining(sentence),
    }),
  );

  test('--help tells the exit codes', async () => {
    const { code, out } = await cli(['--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/Exit code: 0 done, 1 refused or failed, .* 2 /);
    expect(out).toContain('[--limit N, 1 to 200]');
  });
});

describe('an API that is not there', () => {
  const TOTALS = { totals: [], unreadable: 0, is_complete: true };

  test('nothing listens: one sentence that says what to do', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    expect((await cli(['queue', '--url', url])).complaints).toBe(
      `There was no answer from ${url} (ECONNREFUSED). Is npm start running?`,
    );
  });

  test('the connection breaks while a payout is claimed: repeating tells', async () => {
    const { url } = await standIn({ broken: true });
    const { code, complaints } = await cli(['claim', payout.id, '--url', url]);
    expect(code).toBe(1);
    expect(complaints).toMatch(
      /^There was no answer from .+\. Repeat the command to learn what became of it\.$/,
    );
  });

  test('something else answers', async () => {
    const { url } = await standIn(
      { status: 502, body: '<html>Bad gateway</html>' },
      { body: '{"hello":"world"}' },
    );
    expect(await cli(['queue', '--url', url])).toMatchObject({
      code: 1,
      complaints: `${url} answered 502 and something that is not JSON: it is not this API.`,
    });
    const { complaints } = await cli(['queue', '--url', url]);
    expect(complaints).toContain('not what this program knows');
  });

  test('the gateway has had enough for now: the same again, signed anew', async () => {
    const enough = { status: 429, body: { message: 'Too Many Requests' } };
    const none = { body: '{"items":[]}' };
    const { url, requests } = await standIn(enough, enough, none, enough, none);
    expect(await cli(['queue', '--url', url])).toMatchObject({ code: 0, complaints: '' });
    expect(requests.map(({ incoming }) => incoming.url)).toEqual([
      ...Array(3).fill('/v1/admin/referrals/payouts?needs_review=true'),
      ...Array(2).fill('/v1/admin/referrals/payouts'),
    ]);
  });

  test('the gateway refuses the signature', async () => {
    const { url } = await standIn({ status: 403, body: '{"message":"Forbidden"}' });
    expect((await cli(['queue'], { env: { OPERATOR_API_URL: url } })).complaints).toBe(
      'The gateway refused the request with 403. Check the credentials, the region and the clock.',
    );
  });

  test('the API is not there any more', async () => {
    const { url } = await standIn({ status: 404, body: '{"message":"Not Found"}' });
    expect((await cli(['queue', '--url', url])).complaints).toBe(
      'The gateway refused the request with 404. Check the URL: an API with a domain answers there alone.',
    );
  });

  test('the signature names the region of the option, and the request the path below the base', async () => {
    const { url, requests } = await standIn({ body: TOTALS });
    const { out } = await cli(['totals', '--url', `${url}/stage/`, '--region', 'eu-north-1']);
    expect(out).toBe('Nothing waits.');
    const [{ incoming }] = requests as [(typeof requests)[0]];
    expect(incoming.url).toBe('/stage/v1/admin/referrals/totals');
    expect(incoming.headers.authorization).toMatch(
      /Credential=local\/\d{8}\/eu-north-1\/execute-api\/aws4_request,/,
    );
  });
});

describe('several ids', () => {
  const requestPayout = async () =>
    (await service.requestPayout(session.cookie, { amount_micro: 12_500_000n })).id;
  let others: string[];
  beforeEach(async () => {
    others = [await requestPayout(), await requestPayout()];
  });
  const statuses = async () =>
    (await service.payouts(session.user_id)).map((each) => each.status).sort();

  test('are claimed one after the other, each once, however they are spelt', async () => {
    const ids = [payout.id, ` ${payout.id.toUpperCase()}\n`, others[0] ?? ''];
    expect(await cli(['claim', ...ids])).toMatchObject({ code: 0, complaints: '' });
    expect(await statuses()).toEqual(['processing', 'processing', 'requested']);
  });

  test('come from standard input, and in --json each has a line', async () => {
    const input = `${payout.id}\r\n\t${others.join(' ')}\n`;
    const { code, out } = await cli(['show', '-', '--json'], { input });
    const ids = out.split('\n').map((line) => (JSON.parse(line) as Payout).id);
    expect([code, ids]).toEqual([0, [payout.id, ...others]]);
  });

  test('of which one fails go on, and the exit code says so', async () => {
    const unknown = randomUUID();
    const { code, complaints } = await cli(['claim', unknown, payout.id]);
    expect(complaints).toMatch(new RegExp(`^${unknown}: payout_not_found: `));
    expect([code, await status()]).toEqual([1, 'processing']);
  });

  test('are each asked about', async () => {
    const fail = ['fail', payout.id, ...others, '--note', 'x'];
    const { code, questions, complaints } = await cli(fail, { answer: ['y', 'n', 'y'] });
    expect([code, questions.length]).toEqual([1, 3]);
    expect(complaints).toContain(`${others[0]}: Nothing was changed.`);
    expect(await statuses()).toEqual(['failed', 'failed', 'requested']);
  });

  test('end where the person stops', async () => {
    const cancel = ['cancel', payout.id, ...others, '--note', 'x'];
    const { code, questions, complaints } = await cli(cancel, { answer: ['y', '^C'] });
    expect([code, questions.length]).toEqual([1, 2]);
    expect(complaints).toContain(`Stopped before 1 of 3: ${others[1]}`);
    expect(await statuses()).toEqual(['cancelled', 'requested', 'requested']);
  });
});

test('--all shows every page of the queue as one', async () => {
  const { url, requests } = await standIn(
    { body: { items: [{ id: 'a', user_id: 'u', unreadable: true }], next_cursor: 'n1' } },
    { body: '{"items":[{"id":"b","user_id":"u","unreadable":true,"n":9007199254740993}]}' },
    { body: { items: [] } },
    { body: { items: [], next_cursor: 'n1' } },
    { body: { items: [{ id: 'c', user_id: 'u', unreadable: true }] } },
  );
  expect((await cli(['queue', '--all', '--json', '--url', url])).out).toBe(
    '{"items":[{"id":"a","user_id":"u","unreadable":true},{"id":"b","user_id":"u","unreadable":true,"n":9007199254740993}]}',
  );
  expect(requests.map(({ incoming }) => incoming.url?.split('?')[1])).toEqual([
    'limit=200',
    'limit=200&cursor=n1',
  ]);
  const { code, out } = await cli(['queue', '--all', '--limit', '1', '--url', url]);
  expect([code, out.split('\n').length]).toEqual([0, 2]);
  expect(out).not.toContain('More');
});

test('a user of whom nothing is known is said to be unknown', async () => {
  const id = randomUUID();
  const complaints = `User ${id} is unknown: there is no balance, no payout and no reward.`;
  expect(await cli(['user', id])).toMatchObject({ code: 1, out: '', complaints });
  const json = await cli(['user', id, '--json']);
  expect(json).toMatchObject({ code: 1, complaints });
  expect(JSON.parse(json.out)).toMatchObject({ user_id: id, payouts: [] });
});

test('what is pasted brings blanks that do not count', async () => {
  const sent = ['sent', ` ${payout.id} `, '--tx', ` ${HASH}\n`, '--yes'];
  expect(await cli(sent)).toMatchObject({ code: 0, complaints: '' });
});

test('a stage alone says where its API is, whatever address is set', async () => {
  const outputs = { ApiUrl: service.url };
  const { env } = await startCloudFormation('ReferralPayouts-personal', { outputs });
  // What is signed for another region the local gateway refuses.
  const here = { ...env, AWS_REGION: 'us-east-1' };
  for (const [name, value] of Object.entries(here)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const elsewhere = { env: { OPERATOR_API_URL: 'http://127.0.0.1:1' } };
  expect((await cli(['show', payout.id, '--stage', 'personal'], elsewhere)).out).toContain(
    payout.id,
  );
  expect(await cli(['queue', '--stage', 'nowhere'], elsewhere)).toMatchObject({
    code: 1,
    complaints: expect.stringContaining('There is no stage "nowhere"'),
  });
});

test('who holds a payout since when is told to whom it is refused', async () => {
  await cli(['claim', payout.id, '--profile', 'ann']);
  expect((await cli(['claim', payout.id])).complaints).toMatch(
    /^payout_not_actionable: .+ It is processing by arn:\S+\/ann since 20\S+Z\. \(request .+\)$/,
  );
});

describe('a table', () => {
  const view = { nowMs: Date.UTC(2026, 0, 2), colour: true };
  const columns = [{ title: 'ID' }, { title: 'AMOUNT', right: true }, { title: 'STATUS' }];

  test('has its numbers to the right and its statuses in colour', () => {
    const rows = [
      ['a', '1.00', 'sent'],
      ['b', '1000.00', 'failed'],
    ];
    expect(table(columns, rows, { ...view, colour: false })).toBe(
      'ID   AMOUNT  STATUS\na      1.00  sent\nb   1000.00  failed',
    );
    expect(table(columns, rows, view)).toBe(
      'ID   AMOUNT  STATUS\na      1.00  \u001b[32msent\u001b[39m\nb   1000.00  \u001b[31mfailed\u001b[39m',
    );
  });

  test.each([
    ['2026-01-02T00:00:00.500Z', '0s'],
    ['2026-01-01T23:59:01.000Z', '59s'],
    ['2026-01-01T23:00:01.000Z', '59m'],
    ['2026-01-01T00:00:01.000Z', '23h'],
    ['2025-12-30T23:59:59.000Z', '2d'],
    ['no time', ''],
  ])('shows %s as %s ago', (at, shown) => expect(age(at, view)).toBe(shown));

  test('of the queue is in colour where there is a terminal', async () => {
    expect((await cli(['queue', '--limit', '1'], { colour: true })).out).toContain(
      '\u001b[33mrequested\u001b[39m',
    );
  });
});

test('as a command it exits with the code, and asks nobody when no terminal is there', async () => {
  const env = { OPERATOR_API_URL: service.url };
  const queue = run('infra/tools/operator-main.ts', ['queue', '--all'], env);
  expect([await queue.exitCode, queue.output()]).toEqual([0, expect.stringContaining(payout.id)]);
  const sent = run('infra/tools/operator-main.ts', ['sent', payout.id, '--tx', HASH], env);
  expect([await sent.exitCode, sent.errors()]).toEqual([2, expect.stringContaining('add --yes')]);
});

test.each([
  [0n, '0.00'],
  [1n, '0.000001'],
  [10n, '0.00001'],
  [100_000n, '0.10'],
  [1_000_000n, '1.00'],
  [12_345_600n, '12.3456'],
  [-500_000n, '-0.50'],
  [9223372036854775807n, '9223372036854.775807'],
])('%d micro-units are %s', (micro, text) => expect(money(micro)).toBe(text));
