/** The page of the API in a real browser: whole, from this machine alone, and for every eye. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentedRoutes } from '../../../infra/openapi/routes.ts';
import { errors } from '../../../lib/errors.ts';
import { patience } from '../../support/patience.ts';
import { type Service, startService } from '../../support/service.ts';
import { hasBrowser, launchBrowser } from './browser.ts';

describe.skipIf(!hasBrowser)('the page of the API', { tags: 'heavy' }, () => {
  let service: Service;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const asked: string[] = [];
  beforeAll(async () => {
    [service, browser] = await Promise.all([startService({ poolSize: 1 }), launchBrowser()]);
    page = await browser.newPage({ colorScheme: 'dark' });
    page.setDefaultTimeout(patience(30_000));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${service.url}/_local/docs`);
    await page.locator('.opblock').first().waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await service.stop();
  });

  const operation = (name: string) =>
    page.locator(`[id$="-${name.charAt(0).toLowerCase()}${name.slice(1)}"]`);

  test('has every route with its errors in order of precedence, and its curl line', async () => {
    const routes = documentedRoutes();
    expect(await page.locator('.opblock').count()).toBe(routes.length);
    for (const { name, method, path, errors: tags, text } of routes) {
      const shown = operation(name);
      await shown.locator('.opblock-summary-control').click();
      await shown.locator('.responses-wrapper').waitFor();
      // Swagger UI puts invisible places to break the line into a path.
      const summary = (await shown.locator('.opblock-summary').innerText()).replaceAll(
        '\u200b',
        '',
      );
      expect(summary.split(/\s*\n\s*/)).toEqual([method.toUpperCase(), path, text.summary]);
      const description = shown.locator('.opblock-description');
      expect(await description.locator('ol > li').allInnerTexts()).toEqual(
        tags.map((tag) => `${errors[tag].status} ${tag}`),
      );
      expect(await description.locator('pre').innerText()).toContain(`curl '${service.url}/v1/`);
      expect(await shown.innerText()).not.toMatch(/undefined|\[object|NaN/);
    }
  });

  test('is dark where the reader’s system is', async () => {
    const ground = () =>
      page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const dark = await ground();
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(ground, { timeout: patience(1000) }).not.toBe(dark);
  });

  test('links to the document and offers nothing that calls the API', async () => {
    const link = page.locator('.info a').first();
    expect(await link.getAttribute('href')).toMatch(/^(http:\/\/[\d.:]+)?\/_local\/openapi.json$/);
    expect(await page.getByRole('button', { name: /Try it out|Authorize/i }).count()).toBe(0);
  });

  test('asked this machine alone, and the browser had nothing to complain about', () => {
    expect(asked.length).toBeGreaterThan(4);
    expect(asked.filter((url) => !url.startsWith(`${service.url}/_local/docs`))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
