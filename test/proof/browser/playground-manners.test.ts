/** How the playground treats whoever uses it: what it says, when it stops, and to whom. */
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { payoutRequest } from '../../../infra/openapi/examples.ts';
import { networkNames } from '../../../lib/networks/index.ts';
import type { Service } from '../../support/service.ts';
import { hasBrowser } from './browser.ts';
import { usePlayground } from './playground-page.ts';

const PAYOUTS = '**/v1/referrals/payouts';
const QUEUE = '**/v1/admin/referrals/payouts?*';

/** What can be pressed, followed or typed into and is smaller than 24 pixels, the least that WCAG 2.5.8 has. */
const SMALL = `Array.from(document.querySelectorAll('a, button, input, select, summary'), (target) => {
  const { width, height } = target.getBoundingClientRect();
  const isSmall = width > 0 && (width < 24 || height < 24);
  return isSmall && [target.textContent, width, height].join(' ');
}).filter(Boolean)`;

const BUSY_SIGN =
  "getComputedStyle(document.querySelector('#request [type=submit]'), '::after').borderTopWidth";

const COLOURS = `Array.from(
  document.querySelectorAll('#bar .part:not([hidden])'),
  (part) => getComputedStyle(part).backgroundColor,
)`;

describe.skipIf(!hasBrowser)('the playground', { tags: 'heavy' }, () => {
  const playground = usePlayground();
  const { region, button, press, seen, signIn, payouts, queue } = playground;
  let page: Page;
  let service: Service;
  beforeEach(() => {
    ({ page, service } = playground);
  });

  const form = () => region('Request a payout');
  const requestPayout = async (amount: string) => {
    await form().getByLabel('Amount').fill(amount);
    await form().getByLabel('Address').fill(payoutRequest.address);
    await press('Request payout', form());
  };
  const said = () => page.locator('.result:not(:empty), .problem:not(:empty)').allTextContents();
  const gone = (text: string) => page.getByText(text).waitFor({ state: 'detached' });

  test('the queue says how many wait, and is shown page by page', async () => {
    const { cookie } = await service.newSession({ available_micro: 1_125_000_000n });
    for (let count = 0; count < 41; count++) await service.requestPayout(cookie);
    await signIn('10');
    await seen('41 payouts wait. These are 1 to 20, oldest first.');
    expect(await queue().count()).toBe(20);
    await press('Next page');
    await press('Next page');
    await seen('41 payouts wait. These are 41 to 41, oldest first.');
    expect(await button('Next page').getAttribute('aria-disabled')).toBe('true');
    await press('Mark failed', queue());
    await seen('invalid_args', queue());
    await queue().getByLabel('Note').fill('closed');
    await press('Mark failed', queue());
    await seen('40 payouts wait. These are 21 to 40, oldest first.');
    await press('Previous page');
    await seen('40 payouts wait. These are 1 to 20, oldest first.');
    expect(await button('Previous page').getAttribute('aria-disabled')).toBe('true');

    await page.route(QUEUE, (route) => route.abort());
    await press('Refresh');
    await seen('There was no reply.', region('Operators’ side'));
    await page.unroute(QUEUE);
    await press('Refresh');
    await seen('40 payouts wait.');
    expect(await said()).toEqual(['40 payouts wait. These are 1 to 20, oldest first.']);
  });

  test('a list that is longer than what is shown of it says so', async () => {
    await signIn('300');
    const { cookies } = await page.context().storageState();
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    for (let count = 0; count < 20; count++)
      await service.requestPayout(cookie, { amount_micro: 10_000_000 });
    await page.reload();
    await payouts().nth(19).waitFor();
    const more = region('Payouts').getByText('These are the newest 20; there are more.');
    expect(await more.count()).toBe(0);
    await service.requestPayout(cookie, { amount_micro: 10_000_000 });
    await page.reload();
    await more.waitFor();
    expect(await payouts().count()).toBe(20);
  });

  test('every network has an example that is accepted', async () => {
    await signIn('100');
    const options = form().getByLabel('Network').locator('option');
    expect(await options.allTextContents()).toEqual(networkNames);
    for (const [at, network] of networkNames.entries()) {
      await form().getByLabel('Network').selectOption(network);
      await press('Use an example');
      await press('Request payout', form());
      await seen(`Requested: 25.00 on ${network} is reserved.`);
      expect(await payouts().count()).toBe(at + 1);
    }
  });

  test('a message goes when what it is about changes', async () => {
    await signIn('30');
    await requestPayout('31');
    await seen('balance_insufficient');
    await form().getByLabel('Amount').fill('20');
    await gone('balance_insufficient');
    expect(await page.locator('[aria-invalid]').count()).toBe(0);

    await requestPayout('31');
    await seen('balance_insufficient');
    await region('Rewards').getByLabel('Locked for').fill('0');
    await press('Grant a reward');
    await seen('Granted: 5.00');
    await gone('balance_insufficient');

    await press('Request payout', form());
    await seen('Requested: 31.00 on solana is reserved.');
    await gone('Granted: 5.00');
    await press('Cancel', payouts());
    await seen('Cancelled; the amount is available again.');
    await gone('Requested: 31.00 on solana is reserved.');

    await requestPayout('1,5');
    await seen('Write an amount such as 25.00');
    await press('Switch user');
    expect(await said()).toEqual([]);
  });

  test('a click while another is under way waits for it, and both are seen to be', async () => {
    await signIn('30');
    const held = Promise.withResolvers<void>();
    await page.route(PAYOUTS, async (route) => {
      await held.promise;
      await route.continue();
    });
    await requestPayout('11');
    await requestPayout('12');
    await form().locator('form[aria-busy=true]').waitFor();
    expect(await page.evaluate(BUSY_SIGN)).toBe('2px');
    held.resolve();
    await payouts().filter({ hasText: '11.00' }).waitFor();
    await payouts().filter({ hasText: '12.00' }).waitFor();
    await form().locator('form:not([aria-busy])').waitFor();
    await page.unroute(PAYOUTS);
    expect(await page.locator('[aria-busy]').count()).toBe(0);

    const paid = Promise.withResolvers<void>();
    await page.route('**/spend-on-invoice', async (route) => {
      await paid.promise;
      await route.continue();
    });
    await region('Invoices').getByLabel('Total').fill('7');
    await press('Open an invoice');
    await press('Pay from balance');
    await page.locator('button[aria-busy=true]', { hasText: 'Pay from balance' }).click();
    paid.resolve();
    await seen('covered');
    expect(await region('Invoices').getByText('invoice_not_eligible').count()).toBe(0);
  });

  test('who signs in is told so, and is where the account begins', async () => {
    await signIn('30');
    const focused = page.getByRole('heading', { name: 'Balance' }).and(page.locator(':focus'));
    await focused.waitFor();
    const announced = page.locator('#announcement');
    await announced.filter({ hasText: /^Signed in as user [0-9a-f-]{36}\.$/ }).waitFor();
    await press('Switch user');
    await announced.filter({ hasText: 'Signed out.' }).waitFor();
    await press('Sign in the demo user');
    await focused.waitFor();

    await region('Rewards').getByLabel('Locked for').fill('1');
    await page.context().clearCookies();
    await press('Grant a reward');
    await announced.filter({ hasText: /^The session has ended\./ }).waitFor();
    await page.getByRole('heading', { name: 'Sign in' }).and(page.locator(':focus')).waitFor();
  });

  test('no two buttons have one name, unless they copy the same', async () => {
    await signIn('100');
    await requestPayout('11');
    await seen('Requested: 11.00');
    await requestPayout('11');
    await queue().nth(1).waitFor();
    await payouts().nth(1).waitFor();
    const names = (await page.locator('button:visible').allTextContents())
      .map((name) => name.replace(/\s+/g, ' '))
      .filter((name) => !/^Copy (address|payout) /.test(name));
    expect(names.filter((name) => /^(Claim|Mark sent|Cancel) payout /.test(name)).length).toBe(
      2 * (await queue().count()) + 2,
    );
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    for (const name of names)
      expect(await page.getByRole('button', { name, exact: true }).count(), name).toBe(1);
  });

  test('what is shown of a payout can be copied whole, and its time has a date', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await signIn('100');
    await requestPayout('11');
    await payouts().first().waitFor();
    const copied = async (what: string) => {
      await payouts()
        .getByRole('button', { name: `Copy ${what}` })
        .click();
      await page
        .locator('#announcement')
        .filter({ hasText: `Copied: ${what}.` })
        .waitFor();
      return page.evaluate('navigator.clipboard.readText()');
    };
    expect(await copied('address')).toBe(payoutRequest.address);
    expect(await copied('payout')).toMatch(/^[0-9a-f-]{36}$/);
    const year = String(new Date().getFullYear());
    const times = await page.getByRole('main').locator('time').allTextContents();
    expect(times.length).toBeGreaterThan(1);
    expect(times.filter((time) => !time.includes(year))).toEqual([]);
    expect(await region('Rewards').locator('.pill').allTextContents()).toEqual(['available']);
  });

  test('every target has 24 pixels each way, on a phone too', async () => {
    await signIn('100');
    await requestPayout('11');
    await payouts().first().waitFor();
    for (const width of [1280, 375]) {
      await page.setViewportSize({ width, height: 812 });
      expect(await page.evaluate(SMALL), `${width} wide`).toEqual([]);
    }
  });

  test('the parts of the balance are told apart in colours that are forced', async () => {
    await signIn('30');
    await requestPayout('12');
    await seen('Requested: 12.00');
    const colours = (): Promise<string[]> => page.evaluate(COLOURS);
    const usual = await colours();
    await page.emulateMedia({ forcedColors: 'active' });
    expect(await colours()).toEqual(usual);
    expect(new Set(usual).size).toBe(2);
  });

  test('what the API says is shown as it comes, at the field that it names', async () => {
    await signIn('30');
    const message = 'The value of network is not allowed; it must be one that the balance names.';
    await page.route(PAYOUTS, (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 400,
            json: { error: 'invalid_args', message, field: 'network', request_id: 'r-1' },
          })
        : route.continue(),
    );
    await requestPayout('12');
    await seen(`${message} invalid_args`);
    const network = form().getByLabel('Network');
    await network.and(page.locator('[aria-invalid=true]:focus')).waitFor();
  });
});
