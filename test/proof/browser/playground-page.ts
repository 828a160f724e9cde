/** The playground in a browser, found by what the page calls things. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { playgroundHandlers } from '../../../infra/local/only-here/playground/handlers.ts';
import { patience } from '../../support/patience.ts';
import { type Service, startService } from '../../support/service.ts';
import { launchBrowser } from './browser.ts';

/** One service for the tests of a file, and a new browser for each of them. */
export function usePlayground() {
  let service: Service;
  let browser: Browser;
  beforeAll(async () => {
    [service, browser] = await Promise.all([
      startService({ localHandlers: playgroundHandlers, poolSize: 1 }),
      launchBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await service.stop();
  });

  let page: Page;
  /** What the browser had to complain about, the content security policy included. */
  let complaints: string[];
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    // A busy machine is slow; what never comes is told from it by a long time.
    page.setDefaultTimeout(patience(30_000));
    complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      // Chromium reports every refusal of the API here too.
      const isRefusal = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isRefusal) complaints.push(message.text());
    });
    await page.goto(service.url);
  });
  afterEach(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  const region = (name: string) => page.getByRole('region', { name });
  /** By what it says; of what it is where several say so, is behind a colon. */
  const button = (name: string, where: Locator | Page = page) =>
    where.getByRole('button', { name: new RegExp(`^${name}( |$)`) });
  const seen = (text: string | RegExp, where: Locator | Page = page) =>
    where.getByText(text).first().waitFor();
  const press = (name: string, where?: Locator | Page) => button(name, where).click();
  return {
    get page() {
      return page;
    },
    get service() {
      return service;
    },
    ...{ region, button, press, seen },
    signIn: async (balance: string) => {
      await page.getByLabel('Starting balance').fill(balance);
      await press('Sign in a new user');
      await seen('available now');
    },
    payouts: () => region('Payouts').getByRole('listitem'),
    queue: () => region('Operators’ side').getByRole('listitem'),
  };
}
