/**
 * The documentation that the local server shows: whole by itself, and its examples work when they
 * are pasted.
 */

import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { openApi } from '../../../../infra/openapi/document.ts';
import { printJson } from '../../../../infra/openapi/print.ts';
import { documentedRoutes } from '../../../../infra/openapi/routes.ts';
import { type ErrorTag, errors } from '../../../../lib/errors.ts';
import { useService } from '../../../support/service.ts';

const service = useService();
let page: string;
beforeAll(async () => {
  await service.newDemo();
  page = (await service.request('GET', '/_local/docs')).text;
});

const all = (pattern: RegExp) => [...page.matchAll(pattern)].map(([, found = '']) => found);
const unescaped = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

test('the document is the one that is printed, with this machine for a server', async () => {
  const { status, headers, text } = await service.request('GET', '/_local/openapi.json');
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
  expect(text).toBe(printJson(openApi([{ url: service.url, description: 'This machine' }])));
});

describe('the page', () => {
  test('is HTML that may load nothing', async () => {
    const { status, headers } = await service.request('GET', '/_local/docs');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(/\ssrc=|@import|url\(/);
  });

  test('links to its own parts and to the document, and every part has one name', () => {
    const ids = all(/\sid="([^"]*)"/g);
    expect(new Set(ids).size).toBe(ids.length);
    const links = [...new Set(all(/\shref="([^"]*)"/g))];
    const elsewhere = links.filter((link) => !ids.includes(link.slice(1)));
    expect(elsewhere).toEqual(['data:,', '/_local/openapi.json']);
  });

  test('has every route with its errors in order of precedence', () => {
    const articles = page.split('<article ').slice(1);
    for (const { method, path, errors: tags, text } of documentedRoutes()) {
      const article = articles.find(
        (one) =>
          one.includes(`${method.toUpperCase()}</span> <code>${path}</code>`) &&
          one.includes(text.summary),
      );
      const shown = [
        ...(article ?? '').matchAll(/<span class="status">(\d+)<\/span> <code>(\w+)</g),
      ];
      expect(shown.map(([, status, tag]) => [status, tag])).toEqual(
        tags.map((tag: ErrorTag) => [String(errors[tag].status), tag]),
      );
    }
  });
});

const hasCurl = (() => {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasCurl)('a line of curl, pasted into bash,', () => {
  const lineOf = (id: string) => {
    const article = page.slice(page.indexOf(`<article id="${id}"`));
    return unescaped(/<code>(curl [\s\S]*?)<\/code>/.exec(article)?.[1] ?? '');
  };
  const paste = async (line: string) => {
    const command = line.replace(/^curl/, 'curl -s -w "%{http_code}"');
    const { stdout } = await promisify(execFile)('bash', ['-c', command]);
    return { status: Number(stdout.slice(-3)), body: JSON.parse(stdout.slice(0, -3)) };
  };

  test('requests the payout that an operator then claims and sends', async () => {
    const requested = await paste(lineOf('requestPayout'));
    expect(requested).toMatchObject({ status: 202, body: { status: 'requested' } });
    const ofThisPayout = (id: string) => lineOf(id).replace(/[0-9a-f-]{36}/, requested.body.id);
    expect(await paste(ofThisPayout('claimPayout'))).toMatchObject({
      status: 200,
      body: { status: 'processing' },
    });
    expect(await paste(ofThisPayout('markPayoutSent'))).toMatchObject({
      status: 200,
      body: { status: 'sent' },
    });
    expect(await paste(ofThisPayout('getPayout'))).toMatchObject({
      status: 200,
      body: { status: 'sent' },
    });
  });

  test.each(['listPayouts', 'getOverview', 'listRewards', 'listQueue', 'getUser'])(
    '%s answers 200',
    async (id) => expect((await paste(lineOf(id))).status).toBe(200),
  );
});
