/** Under which session name the operator's commands act; STS is a stand-in that knows two calls. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../infra/local/database/engine.ts';
import { run } from '../../support/processes.ts';

const ROLE = 'arn:aws:iam::000000000000:role/Payer';
const CLAIM = ['claim', '01a2143a-5bde-76f4-850b-2c8c69d4af89', '--region', 'us-east-1'];

/** The session's token is its name, so that the next call says whose it is. */
async function startSts(status = 200) {
  const actions: (string | null)[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const text = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>)).toString();
    const form = new URLSearchParams(text);
    const action = form.get('Action');
    actions.push(action);
    const session = form.get('RoleSessionName') ?? incoming.headers['x-amz-security-token'];
    const keys = `<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>${session}</SessionToken>`;
    const result =
      action === 'AssumeRole'
        ? `<Credentials>${keys}<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`
        : `<Arn>arn:aws:sts::000000000000:assumed-role/Payer/${session}</Arn>`;
    outgoing.writeHead(action === 'AssumeRole' ? 200 : status, { 'content-type': 'text/xml' });
    outgoing.end(
      `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`,
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, actions };
}

/**
 * Runs a command against an API at which nothing listens, so that an attempt to send it shows as
 * ECONNREFUSED; its address is one that the command line does not take for this machine.
 */
async function command(args: string[], settings: { env?: object; profile?: string; sts?: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'session-name-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'config');
  writeFileSync(config, settings.profile ?? '');
  const { exitCode, errors } = run('infra/tools/operator-main.ts', args, {
    OPERATOR_API_URL: `https://127.0.0.2:${await freePort()}`,
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PROFILE: '',
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_SESSION_TOKEN: '',
    AWS_ENDPOINT_URL_STS: settings.sts ?? 'http://127.0.0.1:9',
    ...settings.env,
  });
  return { exitCode: await exitCode, errors: errors().trim() };
}

const profile = (more = '') => `[profile user]
aws_access_key_id = AKIA
aws_secret_access_key = secret
[profile payer]
role_arn = ${ROLE}
source_profile = user
region = us-east-1
${more}`;

const OF_PAYER = [...CLAIM, '--profile', 'payer'];

test('a role without a session name of its own claims nothing, and is told where to set one', async () => {
  const { url, actions } = await startSts();
  const { exitCode, errors } = await command(OF_PAYER, { profile: profile(), sts: url });
  expect(errors).toMatch(
    /^Nothing was sent: you would act as aws-sdk-js-\d+, .+ Set role_session_name in the AWS profile payer /,
  );
  expect(exitCode).toBe(1);
  expect(actions).toEqual(['AssumeRole', 'GetCallerIdentity']);
});

test('under a name that the profile sets, the claim is sent', async () => {
  const { url } = await startSts();
  const named = profile('role_session_name = ann@example.com');
  const { errors } = await command(OF_PAYER, { profile: named, sts: url });
  expect(errors).toMatch(/^There was no answer from https:.+ECONNREFUSED/);
});

test.each([
  'botocore-session-1796000000',
  'aws-go-sdk-1796000000000000000',
  'aws-sdk-js-session-1796000000000',
])('the name %s in temporary keys of the environment is refused too', async (name) => {
  const { url } = await startSts();
  const keys = { AWS_ACCESS_KEY_ID: 'ASIA', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: name };
  const { errors } = await command(CLAIM, { env: keys, sts: url });
  expect(errors).toContain(`Nothing was sent: you would act as ${name}, `);
});

test('a list of what is mine is refused too, as it would be empty', async () => {
  const { url } = await startSts();
  const queue = ['queue', ...OF_PAYER.slice(2)];
  const settings = { profile: profile(), sts: url };
  expect((await command([...queue, '--mine'], settings)).errors).toContain('Nothing was sent: ');
  expect((await command(queue, settings)).errors).toContain('ECONNREFUSED');
});

test('many claims ask for the name once', async () => {
  const { url, actions } = await startSts();
  const [claim = '', id = '', ...rest] = OF_PAYER;
  const ids = [id, id.replace(/^01/, '02'), id.replace(/^01/, '03')];
  const named = profile('role_session_name = ann@example.com');
  const { errors } = await command([claim, ...ids, ...rest], { profile: named, sts: url });
  expect(errors.match(/ECONNREFUSED/g)).toHaveLength(3);
  expect(actions).toEqual(['AssumeRole', 'GetCallerIdentity']);
});

test('a name with a number in it is a name', async () => {
  const { url } = await startSts();
  const keys = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 'ann-2' };
  expect((await command(CLAIM, { env: keys, sts: url })).errors).toContain('ECONNREFUSED');
});

test('when STS does not say who it is, nothing is sent', async () => {
  const { url } = await startSts(403);
  const keys = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 'ann' };
  const { exitCode, errors } = await command(CLAIM, { env: keys, sts: url });
  expect(errors).toMatch(/^STS does not say who you are, so nothing was sent: /);
  expect(exitCode).toBe(1);
});

test('reading needs no name, and a user acts under the same one always', async () => {
  const { url, actions } = await startSts();
  const show = ['show', ...OF_PAYER.slice(1)];
  expect((await command(show, { profile: profile(), sts: url })).errors).toContain('ECONNREFUSED');
  const user = [...CLAIM, '--profile', 'user'];
  expect((await command(user, { profile: profile(), sts: url })).errors).toContain('ECONNREFUSED');
  expect(actions).toEqual(['AssumeRole']);
});
