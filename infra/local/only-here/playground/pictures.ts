/** `npm run pictures`: takes the pictures of the playground that the README shows. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describe, Problem } from '../../../problem.ts';
import { openDatabase, serveStack } from '../../service.ts';
import { readAssembly } from '../../template/read-assembly.ts';
import { synthesize } from '../../template/synthesize.ts';
import { findChromium, launch } from './chromium.ts';
import { playgroundHandlers } from './handlers.ts';

const WIDE = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 375, height: 812 }, deviceScaleFactor: 2 };
const FOLDER = join(import.meta.dirname, 'pictures');

try {
  await takePictures();
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}

async function takePictures(): Promise<void> {
  const executable = findChromium();
  if (executable === undefined)
    throw new Problem('There is no Chromium: put one on the PATH, or name it in CHROMIUM_PATH.');
  using assembly = await synthesize();
  const stack = readAssembly(assembly.directory);
  await using database = await openDatabase(stack, {});
  await using service = await serveStack(stack, {
    database,
    localHandlers: playgroundHandlers,
    log: () => undefined,
  });
  await database.sessions.createDemo();
  const browser: Browser = await launch(executable);
  try {
    mkdirSync(FOLDER, { recursive: true });
    const wide = await browser.newContext(WIDE);
    const page = await wide.newPage();
    await page.goto(service.gateway.url);
    await use(page);
    await take(page, 'light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await take(page, 'dark');
    // The same user goes on, on a phone.
    const phone = await browser.newContext({ ...PHONE, storageState: await wide.storageState() });
    const small = await phone.newPage();
    await small.goto(service.gateway.url);
    await small.getByText('available now').waitFor();
    await take(small, 'phone');
  } finally {
    await browser.close();
  }
}

async function take(page: Page, name: string): Promise<void> {
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ animations: 'disabled', path: join(FOLDER, `${name}.png`) });
}

/** A little of everything: each part of the balance, and each status of a payout. */
async function use(page: Page): Promise<void> {
  const press = (name: string) =>
    page
      .getByRole('button', { name: new RegExp(`^${name}( |$)`) })
      .first()
      .click();
  const said = (text: string) => page.getByText(text).waitFor();
  const payout = async (amount: string, network: string) => {
    await page.getByRole('region', { name: 'Request a payout' }).getByLabel('Amount').fill(amount);
    await page.getByLabel('Network').selectOption(network);
    await press('Use an example');
    await press('Request payout');
    await said(`Requested: ${amount} on ${network}`);
  };
  await page.getByLabel('Starting balance').fill('250.00');
  await press('Sign in a new user');
  await press('Open an invoice');
  await press('Pay from balance');
  await said('covered');
  await payout('60.00', 'solana');
  await press('Claim');
  await said('claimed by local');
  await press('Make one up');
  await press('Mark sent');
  await said('Sent:');
  await payout('30.00', 'ethereum');
  await press('Claim');
  await said('claimed by local');
  await press('Grant a reward');
  await said('Granted:');
  await payout('25.00', 'polygon');
  await page.getByRole('region', { name: 'Request a payout' }).getByLabel('Amount').fill('500.00');
  await press('Request payout');
  await said('balance_insufficient');
  await page.getByLabel('Requests').locator('summary').first().click();
}
