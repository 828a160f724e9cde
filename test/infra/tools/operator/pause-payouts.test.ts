/** All payouts of a stage stop and start: on this machine for real, deployed against a Lambda. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../../../../infra/local/database/engine.ts';
import { ADDRESSES, HASHES, PATHS } from '../../../support/samples.ts';
import { type Session, useService } from '../../../support/service.ts';
import { startCloudFormation } from '../cloud-formation.ts';
import { command, type Person } from './person.ts';

describe('on this machine', () => {
  const service = useService();
  let session: Session;
  beforeEach(async () => {
    session = await service.newSession({ available_micro: 100_000_000n });
  });
  const cli = (args: string[], person?: Person) => command(service.url, args, person);
  const request = (key: string) =>
    service.request('POST', PATHS.payouts, {
      cookie: session.cookie,
      headers: { 'idempotency-key': key },
      body: { amount_micro: 25_000_000, network: 'solana', address: ADDRESSES.solana },
    });

  test('nobody can request or claim meanwhile, all else goes on, and then the same key succeeds', async () => {
    const [waits, claimed] = [
      await service.requestPayout(session.cookie),
      await service.requestPayout(session.cookie),
    ];
    await cli(['claim', claimed.id]);
    const { code, out, questions, complaints } = await cli(['pause'], { answer: 'y' });
    expect([code, questions]).toEqual([0, ['Stop all payouts? [y/N] ']]);
    expect(complaints).toContain(`${service.url}: Nobody can request a payout or claim one`);
    expect(out).toBe(
      'FUNCTION       BEFORE  NOW\nClaimPayout    runs    stopped\nRequestPayout  runs    stopped',
    );

    expect((await request('k')).status).toBe(503);
    expect((await cli(['claim', waits.id])).complaints).toContain('may have been paused');
    const sent = await cli(['sent', claimed.id, '--tx', HASHES.solana, '--yes']);
    expect(sent).toMatchObject({ code: 0, complaints: '' });
    expect(await cli(['cancel', waits.id, '--note', 'x', '--yes'])).toMatchObject({ code: 0 });
    expect(await cli(['queue'])).toMatchObject({ code: 0 });
    expect((await service.request('GET', PATHS.overview, { cookie: session.cookie })).status).toBe(
      200,
    );

    // A second time it finds that it is done, and so does a script.
    const again = await cli(['pause', '--yes', '--json']);
    expect(JSON.parse(again.out)).toEqual({
      functions: [
        { function: 'ClaimPayout', before: 0, reserved: 0 },
        { function: 'RequestPayout', before: 0, reserved: 0 },
      ],
    });

    const resumed = await cli(['resume', '--yes']);
    expect(resumed).toMatchObject({
      code: 0,
      out: 'FUNCTION       BEFORE   NOW\nRequestPayout  stopped  runs\nClaimPayout    stopped  runs',
    });
    expect((await request('k')).status).toBe(202);
    expect((await cli(['claim', '--next', '1', '--network', 'solana'])).code).toBe(0);
  });

  test('a no changes nothing, and with nobody to ask it is refused', async () => {
    const no = await cli(['pause'], { answer: 'n' });
    expect(no).toMatchObject({
      code: 1,
      complaints: expect.stringContaining('Nothing was changed.'),
    });
    expect(await cli(['pause'])).toMatchObject({ code: 2 });
    expect((await request('n')).status).toBe(202);
  });

  test('Lambda is asked as the SDK asks it, and refuses what is no number of functions', async () => {
    const path = (version: string, name: string) =>
      `/_local/lambda/${version}/functions/${name}/concurrency`;
    const put = (body: string, name = 'ListRewards') =>
      service.request('PUT', path('2017-10-31', name), { body });
    for (const body of ['{"ReservedConcurrentExecutions":-1}', '{}', 'x'])
      expect((await put(body)).headers.get('x-amzn-errortype')).toBe(
        'InvalidParameterValueException',
      );
    expect((await put('{"ReservedConcurrentExecutions":3}')).text).toBe(
      '{"ReservedConcurrentExecutions":3}',
    );
    const { text } = await service.request('GET', path('2019-09-30', 'ListRewards'));
    expect(text).toBe('{"ReservedConcurrentExecutions":3}');
    expect((await service.request('DELETE', path('2017-10-31', 'ListRewards'))).status).toBe(204);
    expect((await service.request('GET', path('2019-09-30', 'ListRewards'))).text).toBe('{}');
    expect((await put('{"ReservedConcurrentExecutions":3}', 'Nobody')).status).toBe(404);
  });
});

describe('deployed', () => {
  /** Lambda as far as it reserves; `refuse` says which calls fail, and `lose` loses replies. */
  async function startLambda(reserved: Record<string, number>, refuse = /^$/, lose = 0) {
    const calls: string[] = [];
    let left = lose;
    const server = createServer(async (incoming, outgoing) => {
      const text = Buffer.concat(
        await Array.fromAsync(incoming as AsyncIterable<Buffer>),
      ).toString();
      const name = /functions\/([^/]+)\/concurrency$/.exec(incoming.url ?? '')?.[1] ?? '';
      const { method = '' } = incoming;
      calls.push(`${method} ${name} ${text}`.trim());
      if (refuse.test(`${method} ${name}`))
        return void outgoing.writeHead(403).end('{"Message":"not authorized to do that"}');
      if (method === 'PUT') reserved[name] = JSON.parse(text).ReservedConcurrentExecutions;
      if (method === 'DELETE') delete reserved[name];
      if (method !== 'GET' && left-- > 0) return void incoming.socket.destroy();
      const body = JSON.stringify({ ReservedConcurrentExecutions: reserved[name] });
      outgoing.writeHead(method === 'DELETE' ? 204 : 200).end(method === 'DELETE' ? '' : body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close().closeAllConnections());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
  }

  /** RequestPayout has twenty by the template, ClaimPayout no number of its own. */
  async function deploy(lambda: string, ofTemplate: object = { ReservedConcurrentExecutions: 20 }) {
    const { env } = await startCloudFormation('ReferralPayouts-personal', {
      resources: { RequestPayout: 'P-Request-1', ClaimPayout: 'P-Claim-1' },
      template: {
        Resources: { RequestPayout: { Properties: ofTemplate }, ClaimPayout: { Properties: {} } },
      },
    });
    const all = { ...env, AWS_ENDPOINT_URL_LAMBDA: lambda };
    for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
  }
  const cli = (name: string) => command('', [name, '--stage', 'personal', '--yes']);

  test('what pays stops first and starts last, and gets back what the template reserves', async () => {
    const reserved: Record<string, number> = { 'P-Request-1': 20, 'P-Claim-1': 5 };
    const { url, calls } = await startLambda(reserved);
    await deploy(url);
    expect((await cli('pause')).out).toBe(
      'FUNCTION       BEFORE              NOW\nClaimPayout    at most 5 at once   stopped\nRequestPayout  at most 20 at once  stopped',
    );
    expect(reserved).toEqual({ 'P-Request-1': 0, 'P-Claim-1': 0 });
    expect((await cli('resume')).out).toBe(
      'FUNCTION       BEFORE   NOW\nRequestPayout  stopped  at most 20 at once\nClaimPayout    stopped  runs',
    );
    expect(reserved).toEqual({ 'P-Request-1': 20 });
    expect(calls.filter((call) => !call.startsWith('GET'))).toEqual([
      'PUT P-Claim-1 {"ReservedConcurrentExecutions":0}',
      'PUT P-Request-1 {"ReservedConcurrentExecutions":0}',
      'PUT P-Request-1 {"ReservedConcurrentExecutions":20}',
      'DELETE P-Claim-1',
    ]);
    calls.length = 0;
    expect((await cli('resume')).code).toBe(0);
    expect(calls.every((call) => call.startsWith('GET'))).toBe(true);
  });

  test('where one cannot be stopped the other is, and it says so', async () => {
    const reserved: Record<string, number> = {};
    const { url } = await startLambda(reserved, /^PUT P-Claim-1/);
    await deploy(url);
    const { code, out, complaints } = await cli('pause');
    expect([code, reserved]).toEqual([1, { 'P-Request-1': 0 }]);
    expect(out).not.toContain('ClaimPayout');
    expect(complaints).toMatch(
      /^ClaimPayout: Lambda refused \(403\): not authorized .+ Repeat the command\.$/m,
    );
  });

  test('a reply that was lost is asked for again', async () => {
    const reserved: Record<string, number> = {};
    const { url } = await startLambda(reserved, undefined, 1);
    await deploy(url);
    expect((await cli('pause')).code).toBe(0);
    expect(reserved).toEqual({ 'P-Request-1': 0, 'P-Claim-1': 0 });
  });

  test('what the template says in another way is not taken for nothing', async () => {
    const reserved: Record<string, number> = { 'P-Request-1': 0 };
    const { url } = await startLambda(reserved);
    await deploy(url, { ReservedConcurrentExecutions: { Ref: 'Most' } });
    expect(await cli('resume')).toMatchObject({
      code: 1,
      complaints: expect.stringContaining('in a way that this program does not know'),
    });
    expect(reserved['P-Request-1']).toBe(0);
  });
});

test('a deployed API is named by its stage alone, and nobody there is a sentence', async () => {
  expect(await command('https://api.example.com', ['pause', '--yes'])).toMatchObject({
    code: 2,
    complaints: expect.stringContaining('https://api.example.com is deployed: say --stage.'),
  });
  const url = `http://127.0.0.1:${await freePort()}`;
  for (const name of ['pause', 'resume'])
    expect(await command(url, [name, '--yes'])).toMatchObject({
      code: 1,
      complaints: expect.stringMatching(
        new RegExp(`There was no answer from ${url} \\(ECONNREFUSED\\)\\. Is npm start running\\?`),
      ),
    });
});
