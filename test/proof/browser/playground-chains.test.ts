/** Paying on the chains of this machine, at the page of `CHAINS=1 npm start`. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingEngines } from '../../../infra/local/only-here/chains/chain-engines.ts';
import { patience } from '../../support/patience.ts';
import { type Run, run } from '../../support/processes.ts';
import { hasBrowser, launchBrowser } from './browser.ts';

const missing = missingEngines('evm', 'solana');
if (missing) console.warn(`SKIPPED: ${missing}`);

describe.skipIf(!hasBrowser || missing !== undefined)(
  'the playground with chains',
  { tags: 'heavy' },
  () => {
    let main: Run;
    let browser: Browser;
    let page: Page;
    /** What the browser had to complain about, the content security policy included. */
    const complaints: string[] = [];
    beforeAll(async () => {
      main = run('infra/local/main.ts', [], { PORT: '0', CHAINS: '1', ASSEMBLY: '' });
      browser = await launchBrowser();
      const output = await main.until(/Ready at \S+\n[\s\S]*Ctrl-C ends everything\.\n/);
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.setDefaultTimeout(patience(30_000));
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(output.match(/Ready at (\S+)/)?.[1] ?? '');
      await press('Sign in the demo user');
      await seen('available now');
    });
    afterAll(async () => {
      await browser.close();
      main.child.kill('SIGTERM');
      expect(await main.exitCode).toBe(0);
      expect(complaints).toEqual([]);
    });

    const region = (name: string) => page.getByRole('region', { name });
    const queue = () => region('Operators’ side').getByRole('listitem');
    const payments = () => region('On the chain').getByRole('listitem');
    const press = (name: string, where: Locator | Page = page) =>
      where.getByRole('button', { name: new RegExp(`^${name}( |$)`) }).click();
    const seen = (text: string | RegExp, where: Locator | Page = page) =>
      where.getByText(text).first().waitFor();
    const requestPayout = async (network: string) => {
      const form = region('Request a payout');
      await form.getByLabel('Amount').fill('12');
      await form.getByLabel('Network').selectOption(network);
      await press('Use an example', form);
      await press('Request payout', form);
      await seen('Requested: 12.00 on');
    };

    test('a payment travels to finality, and the payout is sent with its evidence', async () => {
      await seen('Nothing was paid yet.');
      await requestPayout('solana');
      await press('Pay on the chain', queue());
      await seen('claimed by local', queue());
      await seen(/^Attempt .* open, by local/, queue());
      await seen(/^In block \d+, \d+ of 32 confirmations\.$/, payments());
      // While it may land, it is not paid once more.
      expect(await queue().getByRole('button', { name: 'Pay on the chain' }).count()).toBe(0);
      await seen(/^Sent: its evidence is transfer \d+ of block \d+\.$/, payments());
      await seen('sent', region('Payouts').getByRole('listitem'));
      await seen('Nothing waits for an operator.');
    });

    test('one that the chain reverts is dead, and its payout may be given back', async () => {
      await requestPayout('polygon');
      await press('Let it fail', queue());
      await seen(/^Dead: reverted, as is final at \d+: it may be given back\.$/, payments());
      await seen(/^Attempt .* dead, by local/, queue());
      await queue().getByLabel('Note').fill('it was reverted');
      await press('Mark failed', queue());
      await seen('Note: it was reverted', region('Payouts').getByRole('listitem'));
      await seen('Nothing waits for an operator.');
    });
  },
);
