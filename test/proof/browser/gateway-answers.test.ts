/**
 * What the TypeScript SDK makes of the gateway's own answers in a page: of one it can read, and of
 * one that the browser keeps from it. AWS says of HTTP APIs only that an integration's answers get
 * CORS headers, and a firewall before them adds none.
 */
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  gatewayCases,
  type StandInGateway,
  seenOf,
  startStandInGateway,
} from '../../sdk/gateway-answers.ts';
import { ADDRESSES } from '../../support/samples.ts';
import { hasBrowser, launchBrowser, type Site, startSite } from './browser.ts';

const ENTRY = join(import.meta.dirname, '../../../sdk/typescript/src/index.ts');

/** What the browser says of an answer that it keeps to itself: nothing, not even its status. */
const HIDDEN = { tag: 'network', outcomeUnknown: true };

describe.skipIf(!hasBrowser)('in a browser', { tags: 'heavy' }, () => {
  let sdk: string;
  let browser: Browser;
  let page: Page;
  let gateway: StandInGateway;
  let site: Site;
  beforeAll(async () => {
    const bundling = build({
      entryPoints: [ENTRY],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'triport',
    });
    [gateway, site, browser] = await Promise.all([
      startStandInGateway(),
      startSite(),
      launchBrowser(),
    ]);
    sdk = (await bundling).outputFiles[0]?.text ?? '';
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([gateway.close(), site.close()]);
  });
  beforeEach(async () => {
    page = await browser.newPage();
    return () => page.close();
  });

  /** The error of a payout that a page of this origin requests at the gateway. */
  const payFrom = async (origin: string) => {
    await page.goto(origin);
    await page.addScriptTag({ content: `${sdk}; Math.random = () => 0;` });
    const request = { amountMicro: 25_000_000, network: 'solana', address: ADDRESSES.solana };
    const options = { baseUrl: gateway.url, maxRetries: 1 };
    const error = await page.evaluate(
      `new triport.TriportClient(${JSON.stringify(options)}).referrals
        .createPayout(${JSON.stringify(request)})
        .catch((error) => JSON.parse(JSON.stringify(error)))`,
    );
    expect(new Set(gateway.keys).size).toBeLessThanOrEqual(1);
    return error;
  };

  const cors = () => ({
    'access-control-allow-origin': site.origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET,POST',
    'access-control-allow-headers': 'content-type,idempotency-key',
  });

  test.each(gatewayCases)('$name is what it is to a page of the same origin', async (one) => {
    gateway.script(one.answers);
    expect(await payFrom(gateway.url)).toMatchObject(seenOf(one));
    expect(gateway.keys).toHaveLength(one.attempts);
  });

  test.each(gatewayCases)('$name with CORS headers is no less to another origin', async (one) => {
    gateway.script(one.answers, cors);
    expect(await payFrom(site.origin)).toMatchObject({
      ...seenOf(one),
      idempotencyKey: gateway.keys[0],
    });
    expect(gateway.keys).toHaveLength(one.attempts);
  });

  test.each(gatewayCases)('$name without them leaves another origin in doubt', async (one) => {
    gateway.script(one.answers, ({ method }) => (method === 'OPTIONS' ? cors() : {}));
    const error = await payFrom(site.origin);
    expect(error).toMatchObject({ ...HIDDEN, idempotencyKey: gateway.keys[0] });
    expect(error).not.toHaveProperty('status');
    expect(gateway.keys, 'it is sent again').toHaveLength(2);
  });

  test('a preflight that is turned away lets nothing out, which the browser does not tell', async () => {
    gateway.script([]);
    expect(await payFrom(site.origin)).toMatchObject(HIDDEN);
    expect(gateway.keys).toEqual([]);
  });
});
