/** What the local server documents: a page that is whole by itself, with lines that work pasted. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { type OpenApi, openApi, printJson } from '../../../../infra/openapi/document.ts';
import { documentedRoutes } from '../../../../infra/openapi/routes.ts';
import { errors } from '../../../../lib/errors.ts';
import { plain } from '../../../support/contract.ts';
import { PATHS, PAYOUT_REQUEST } from '../../../support/samples.ts';
import { useService } from '../../../support/service.ts';

const service = useService();
/** The document itself, and as the page shows it. */
let document: OpenApi;
let shown: OpenApi;
beforeAll(async () => {
  document = openApi([{ url: service.url, description: 'This machine' }]);
  shown = await show();
});

const show = async (): Promise<OpenApi> =>
  JSON.parse((await service.request('POST', '/_local/docs/openapi.json')).text);

const get = async (path: string) => {
  const { status, headers, text } = await service.request('GET', path);
  const policy = headers.get('content-security-policy') ?? '';
  return { status, type: headers.get('content-type'), policy, text };
};

test('the document is the one that is printed, with this machine for a server', async () => {
  const { status, type, text } = await get('/_local/openapi.json');
  expect([status, type]).toEqual([200, 'application/json']);
  expect(text).toBe(printJson(document));
});

describe('the page', () => {
  test('is HTML that may load nothing from elsewhere, and has no code of its own', async () => {
    const { status, type, policy, text } = await get('/_local/docs');
    expect([status, type]).toEqual([200, 'text/html; charset=utf-8']);
    expect(policy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'",
    );
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(text).not.toMatch(/https?:|<style|style=|<script(?! src=)|@import|url\(/);
  });

  test('asks only for what is served beside it', async () => {
    const { text } = await get('/_local/docs');
    const addresses = [...text.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, at = '']) => at);
    expect(addresses).toEqual([
      'data:,',
      '/_local/docs/swagger-ui.css',
      '/_local/docs/swagger-ui-bundle.js',
      '/_local/docs/start.js',
      '/_local/openapi.json',
    ]);
    const served = await Promise.all(addresses.slice(1).map(get));
    expect(served.map(({ status, type }) => [status, type])).toEqual([
      [200, 'text/css; charset=utf-8'],
      [200, 'text/javascript; charset=utf-8'],
      [200, 'text/javascript; charset=utf-8'],
      [200, 'application/json'],
    ]);
    const [style, , start] = served.map((one) => one.text);
    expect(style).not.toMatch(/@import|url\((?!"?data:)/);
    expect(start).not.toMatch(/https?:/);
    expect(start).toContain('validatorUrl: null');
  });

  test('shows the document with nothing taken away but the bounds of an int64', () => {
    const asShown = structuredClone(shown);
    for (const { method, path, text } of documentedRoutes()) {
      const operation = asShown.paths[path]?.[method];
      expect(operation?.description.startsWith(`${text.description}\n\n`)).toBe(true);
      Object.assign(operation ?? {}, { description: text.description });
    }
    const narrow = printJson(document).replaceAll(/"m\w+imum": -?\d{19},?\n\s*/g, '');
    expect(asShown).toEqual(JSON.parse(narrow.replaceAll(/,(\s*\})/g, '$1')));
    expect(asShown).not.toEqual(plain(document));
  });

  test('has every route with its errors in order of precedence', () => {
    for (const { method, path, errors: tags, text } of documentedRoutes()) {
      const { summary, description = '' } = shown.paths[path]?.[method] ?? {};
      expect(summary).toBe(text.summary);
      const list = [...description.matchAll(/^(\d+)\. (\d+) `(\w+)`$/gm)];
      expect(list.map(([, ...line]) => line)).toEqual(
        tags.map((tag, at) => [String(at + 1), String(errors[tag].status), tag]),
      );
    }
  });
});

const DEMO_COOKIE = { cookie: 'nl_session=local-demo-session' };

const hasCurl = spawnSync('curl', ['--version']).status === 0;

describe.skipIf(!hasCurl)('a line of curl, pasted into bash,', () => {
  const lineOf = (document: OpenApi, id: string) => {
    const all = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const { description = '' } = all.find(({ operationId }) => operationId === id) ?? {};
    return /^```sh\n(curl [\s\S]*?)\n```$/m.exec(description)?.[1] ?? '';
  };
  const paste = async (line: string) => {
    const command = line.replace(/^curl/, 'curl -s -w "%{http_code}"');
    const { stdout } = await promisify(execFile)('bash', ['-c', command]);
    return { status: Number(stdout.slice(-3)), body: JSON.parse(stdout.slice(0, -3)) };
  };
  const ids = documentedRoutes().map(({ name }) => name.charAt(0).toLowerCase() + name.slice(1));

  test.each(ids)('%s answers 2xx, and the same when it is pasted again', async (id) => {
    const status = id === 'requestPayout' ? 202 : 200;
    expect(await paste(lineOf(shown, id))).toMatchObject({ status });
    expect(await paste(lineOf(shown, id))).toMatchObject({ status });
  });

  test('does what it says, to a payout of its own', async () => {
    for (const [id, status] of [
      ['claimPayout', 'processing'],
      ['markPayoutSent', 'sent'],
      ['markPayoutFailed', 'failed'],
      ['cancelPayout', 'cancelled'],
      ['cancelPayoutAsOperator', 'cancelled'],
      ['getPayout', 'requested'],
      ['getPayoutAsOperator', 'requested'],
    ] as const)
      expect(await paste(lineOf(shown, id)), id).toMatchObject({ body: { status } });
  });

  test('works again after the page is loaded again, when all of it was used', async () => {
    const again = await show();
    for (const id of ids) {
      const { status } = await paste(lineOf(again, id));
      expect([id, status]).toEqual([id, id === 'requestPayout' ? 202 : 200]);
    }
  });
});

test('a page that is looked at and not used makes nothing anew, two at once neither', async () => {
  await show();
  const before = await service.request('POST', '/_local/run/Reconcile', { body: '{}' });
  const payouts = async () =>
    (await service.request('GET', '/v1/referrals/payouts?limit=200', DEMO_COOKIE)).text;
  const had = await payouts();
  const [one, other] = await Promise.all([show(), show()]);
  expect(one).toEqual(other);
  expect(await payouts()).toBe(had);
  expect(before.json).toMatchObject({ drifted: 0n });
});

describe('of a service that throttles', () => {
  const throttled = useService({ throttling: true });

  test('it asks for no more at once than the routes take', async () => {
    const { cookie } = await throttled.newSession({ available_micro: 1_000_000_000n });
    // Whatever the route would take at once, somebody else has just asked for.
    const taken = Array.from({ length: 8 }, () =>
      throttled.request('POST', PATHS.payouts, { cookie, body: PAYOUT_REQUEST }),
    );
    await Promise.all(taken);
    const { status } = await throttled.request('POST', '/_local/docs/openapi.json');
    expect(status).toBe(200);
  });
});
