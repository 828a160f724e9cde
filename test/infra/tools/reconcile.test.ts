/** `npm run -s reconcile` as a process, against the local stack and against stand-ins. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../infra/local/database/engine.ts';
import { run } from '../../support/processes.ts';
import { startService } from '../../support/service.ts';
import { startCloudFormation } from './cloud-formation.ts';
import { standIn } from './stand-in.ts';

const BALANCED = { checked: 2, drifted: 0, skipped: 0, accounts: [] };
const DRIFT = {
  user_id: 'b70e4a30-0ab5-4b44-9d5a-1d6a2b3c4d5e',
  differences: [{ field: 'available_micro', stored: '9007199254740993', expected: '5' }],
  corrupt: ['reward r1: amount_micro'],
};

async function reconcile(args: string[], env: NodeJS.ProcessEnv = {}) {
  const { exitCode, output, errors } = run('infra/tools/reconcile-main.ts', args, env);
  return { exitCode: await exitCode, output: output(), errors: errors() };
}

describe('on this machine', () => {
  test('finds nothing in books that balance, and then what was tampered with', async () => {
    const service = await startService();
    onTestFinished(() => service.stop());
    const { user_id } = await service.newSession({ available_micro: 40_000_000n });
    await service.newSession();

    const clean = await reconcile(['--url', service.url, '--json']);
    expect(clean).toMatchObject({ exitCode: 0, errors: '' });
    expect(JSON.parse(clean.output)).toMatchObject({ drifted: 0, skipped: 0, accounts: [] });

    await service.changeAccount(user_id, { spent_micro: 1n });
    const { exitCode, output } = await reconcile(['--url', service.url]);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^\d accounts checked, 1 drifted, 0 skipped\.\n/);
    expect(output).toContain(`\n${user_id}\n  spent_micro      stored 1, expected 0\n`);
  });

  test('goes on where each run ended, and adds up what they found', async () => {
    const { url, requests } = await standIn(
      { body: { ...BALANCED, next: 'u2' } },
      { body: { checked: 3, drifted: 1, skipped: 0, accounts: [DRIFT], next: 'u5' } },
      { body: BALANCED },
    );
    const { exitCode, output } = await reconcile(['--url', url, '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(output)).toEqual({ checked: 7, drifted: 1, skipped: 0, accounts: [DRIFT] });
    expect(requests.map(({ body }) => body)).toEqual([{}, { next: 'u2' }, { next: 'u5' }]);
    expect(requests.map(({ incoming }) => incoming.url)).toEqual(
      Array(3).fill('/_local/run/Reconcile'),
    );
  });

  test('shows what differs, what is corrupt, and where the rest is named', async () => {
    const { url } = await standIn({
      body: { checked: 9, drifted: 2, skipped: 1, accounts: [DRIFT] },
    });
    expect((await reconcile(['--url', url])).output).toBe(`9 accounts checked, 2 drifted, 1 skipped.

b70e4a30-0ab5-4b44-9d5a-1d6a2b3c4d5e
  available_micro  stored 9007199254740993, expected 5
  corrupt          reward r1: amount_micro

And 1 more: search the log of Reconcile for account_drifted.

Skipped accounts kept changing while they were looked at. Run it again.
The log of Reconcile names them: account_unjudged.
`);
  });

  test('an id that was tampered with steers no terminal', async () => {
    const corrupt = ['reward \u202er1\u001b[2J\u009b\u2028\u200b\n9 accounts checked: amount'];
    const accounts = [{ ...DRIFT, user_id: '\u2066b\n', corrupt }];
    const body = { checked: 9, drifted: 1, skipped: 0, accounts };
    const { url } = await standIn({ body }, { body });
    const shown = await reconcile(['--url', url]);
    expect(shown.output).toContain(
      'corrupt          reward \\u202er1\\u001b[2J\\u009b\\u2028\\u200b 9 accounts checked: amount\n',
    );
    const json = await reconcile(['--url', url, '--json']);
    expect(JSON.parse(json.output)).toEqual(body);
    for (const { output } of [shown, json])
      expect(output).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u);
  });

  test('skipped accounts alone are no success', async () => {
    const { url } = await standIn({ body: { ...BALANCED, skipped: 1 } });
    expect((await reconcile(['--url', url])).exitCode).toBe(1);
  });
});

describe('deployed', () => {
  const env = async (endpoint: string) => {
    const resources = { Reconcile: 'Stack-Reconcile-1X' };
    const { env } = await startCloudFormation('ReferralPayouts-personal', { resources });
    return { ...env, AWS_ENDPOINT_URL_LAMBDA: endpoint };
  };

  test('the stage’s function is invoked by the name that it got, with a signed request', async () => {
    const { url, requests } = await standIn(
      { body: { ...BALANCED, next: 'u2' } },
      { body: BALANCED },
    );
    const { exitCode, output } = await reconcile(
      ['--stage', 'personal', '--region', 'eu-north-1'],
      await env(url),
    );
    expect({ exitCode, output }).toEqual({
      exitCode: 0,
      output: '4 accounts checked, 0 drifted, 0 skipped.\n',
    });
    const [first] = requests;
    expect(first?.incoming.url).toBe('/2015-03-31/functions/Stack-Reconcile-1X/invocations');
    expect(first?.incoming.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-north-1\/lambda\/aws4_request, SignedHeaders=/,
    );
  });

  test('a function that fails is reported in its own words', async () => {
    const headers = { 'x-amz-function-error': 'Unhandled' };
    const { url } = await standIn({
      headers,
      body: { errorType: 'Error', errorMessage: 'no luck' },
    });
    expect(await reconcile(['--stage', 'personal'], await env(url))).toEqual({
      exitCode: 1,
      output: '',
      errors: 'The function failed (200): no luck\n',
    });
  });

  test('a run whose answer got lost is asked for again, since it only reads', async () => {
    const { url, requests } = await standIn(
      { body: { ...BALANCED, next: 'u2' } },
      { broken: true },
      { body: BALANCED },
    );
    expect(await reconcile(['--stage', 'personal'], await env(url))).toEqual({
      exitCode: 0,
      output: '4 accounts checked, 0 drifted, 0 skipped.\n',
      errors: '',
    });
    expect(requests.map(({ body }) => body)).toEqual([{}, { next: 'u2' }, { next: 'u2' }]);
  });

  test('a refusal by Lambda is reported', async () => {
    const { url } = await standIn({ status: 404, body: { Message: 'Function not found' } });
    expect(await reconcile(['--stage', 'personal'], await env(url))).toMatchObject({
      exitCode: 1,
      errors: 'The function failed (404): Function not found\n',
    });
  });
});

test('it knows the address that operators set, unless that is deployed', async () => {
  const { url } = await standIn({ body: BALANCED });
  expect((await reconcile([], { OPERATOR_API_URL: url })).exitCode).toBe(0);
  const deployed = { OPERATOR_API_URL: 'https://api.example.com' };
  expect(await reconcile([], deployed)).toMatchObject({
    exitCode: 2,
    errors: expect.stringContaining('is deployed: say --stage'),
  });
});

test('nobody there is a sentence', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  expect(await reconcile(['--url', url])).toMatchObject({
    exitCode: 1,
    errors: `There was no answer from ${url} (ECONNREFUSED). Is npm start running?\n`,
  });
});

test('an answer from something else is not taken for a result', async () => {
  const { url } = await standIn({ body: { hello: 'world' } });
  expect((await reconcile(['--url', url])).errors).toBe(
    `${url} answered something that is no reconciliation.\n`,
  );
});

test.each([
  [['--what']],
  [['now']],
  [['--url', 'nowhere']],
  [['--region', 'eu-west-1']],
  [['--url', 'http://127.0.0.1:1', '--stage', 'personal']],
  [['--stage', 'personal']],
])('%j cannot be used', async (args) => {
  const { exitCode, output, errors } = await reconcile(args, { AWS_REGION: '' });
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
  expect(errors).toContain('Usage: npm run -s reconcile');
});
