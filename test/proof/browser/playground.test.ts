/** The playground as a person uses it, by what the page calls things. */
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { formatAmount } from '../../../infra/local/only-here/playground/page/text.ts';
import { payoutRequest } from '../../../infra/openapi/examples.ts';
import type { Service } from '../../support/service.ts';
import { hasBrowser } from './browser.ts';
import { usePlayground } from './playground-page.ts';

const PAYABLE = payoutRequest.address;

const REFUSALS = [
  { amount: '9.999999', address: PAYABLE, field: 'Amount', reason: 'payout_below_min' },
  { amount: '31', address: PAYABLE, field: 'Amount', reason: 'balance_insufficient' },
  {
    amount: '12',
    address: PAYABLE.replace('n', '0'),
    field: 'Address',
    reason: 'payout_address_invalid',
  },
  { amount: '12', address: '', field: 'Address', reason: 'invalid_args' },
  { amount: '12,5', address: PAYABLE, field: 'Amount', reason: 'Write an amount such as 25.00' },
];

describe.skipIf(!hasBrowser)('the playground', { tags: 'heavy' }, () => {
  const playground = usePlayground();
  const { region, press, seen, signIn, payouts, queue } = playground;
  let page: Page;
  let service: Service;
  beforeEach(() => {
    ({ page, service } = playground);
  });

  const requestPayout = async (amount: string, address: string) => {
    const form = region('Request a payout');
    await form.getByLabel('Amount').fill(amount);
    await form.getByLabel('Address').fill(address);
    await press('Request payout', form);
  };
  /** Grants rewards of 5.50, locked ever longer, until the page has seen one locked; how many. */
  const grantLocked = async (): Promise<bigint> => {
    const rewards = region('Rewards');
    await rewards.getByLabel('Amount').fill('5.5');
    for (let grants = 1n, seconds = 3; ; grants++, seconds *= 2) {
      await rewards.getByLabel('Locked for').fill(String(seconds));
      await press('Grant a reward', rewards);
      await seen(`Granted: 5.50 unlocks in ${seconds} s.`);
      if ((await rewards.getByText('pending').count()) > 0) return grants;
    }
  };
  /** Waits until the balance has these parts. */
  const balance = async (parts: Record<string, string>) => {
    for (const [name, amount] of Object.entries(parts))
      await region('Balance')
        .locator('div', { has: page.locator(`dt:text-is("${name}")`) })
        .filter({ has: page.locator(`dd:text-is("${amount}")`) })
        .waitFor();
  };
  test('from a reward that unlocks by itself to a payout that is sent', async () => {
    await signIn('20.00');
    await balance({ Available: '20.00', Pending: '0.00', Lifetime: '20.00' });
    const grants = await grantLocked();
    await seen('5.50 has unlocked and is available now.');
    const earned = formatAmount(20_000_000n + grants * 5_500_000n);
    await balance({ Available: earned, Pending: '0.00', Lifetime: earned });

    await press('Use an example');
    await region('Request a payout').getByLabel('Amount').fill('25.000001');
    await press('Request payout', region('Request a payout'));
    await seen('Requested: 25.000001 on solana is reserved.');
    await balance({ Reserved: '25.000001', Lifetime: earned });

    await press('Claim', queue());
    await seen('claimed by local', queue());
    await seen('processing', payouts());
    await press('Mark sent', queue());
    await seen('tx_hash_required', queue());
    await press('Make one up', queue());
    await press('Mark sent', queue());
    await seen('sent', payouts());
    await seen('Nothing waits for an operator.');
    await balance({ Reserved: '0.00', 'Paid out': '25.000001', Lifetime: earned });
  });

  test('a payout that is cancelled or fails is money again', async () => {
    await signIn('30');
    await requestPayout('12.5', PAYABLE);
    await balance({ Available: '17.50', Reserved: '12.50' });
    await press('Cancel', payouts());
    await seen('cancelled', payouts());
    await balance({ Available: '30.00', Reserved: '0.00' });

    await requestPayout('10', PAYABLE);
    await queue().getByLabel('Note').fill('the address bounced');
    await press('Mark failed', queue());
    await seen('Note: the address bounced', payouts());
    await balance({ Available: '30.00', Reserved: '0.00' });
  });

  test('an operator is shown what may be wrong with an address, and its owner is not', async () => {
    await signIn('30');
    await requestPayout('10', PAYABLE.toLowerCase());
    await seen('Ask its owner first: address without a key', queue());
    await seen('Ask its owner first: address without a capital letter', queue());
    expect(await payouts().getByText('address without').count()).toBe(0);
    await press('Cancel', payouts());
    await seen('Nothing waits for an operator.');

    await requestPayout('11', PAYABLE);
    await seen('11.00', queue());
    expect(await queue().getByText('address without').count()).toBe(0);
    await press('Cancel', payouts().filter({ hasText: '11.00' }));
    await seen('Nothing waits for an operator.');
  });

  test('one operator approves what another pays, and what may be sent is not given back', async () => {
    const act = (as: string) => page.getByLabel('Acting as').selectOption(as);
    const rare = queue().locator('details');
    const unfold = async () => {
      if ((await rare.getAttribute('open')) === null) await rare.getByText('More steps').click();
    };
    const choose = async (step: string, why: string) => {
      await unfold();
      await rare.getByLabel('Step').selectOption(step);
      await rare.getByLabel('Why').fill(why);
      await press('Do it', rare);
    };
    await signIn('30');
    await requestPayout('10', PAYABLE);
    await act('ann');
    await press('Approve', queue());
    await seen('Approved by ann', queue());
    await press('Claim', queue());
    await seen('approval_required', region('Operators’ side'));
    await act('local');
    await press('Claim', queue());
    await seen('claimed by local', queue());

    await unfold();
    await press('Make one up', rare);
    await press('Record attempt', rare);
    await seen('open, by local', queue());
    await queue().getByLabel('Reason').selectOption('user_request');
    await queue().getByLabel('Note').fill('as asked');
    await press('Mark failed', queue());
    await seen('payout_may_be_sent', queue());
    await choose('Review', 'its block has passed');
    await seen('approval_required', queue());
    await act('ann');
    await press('Do it', rare);
    await seen('dead, by local', queue());
    await choose('Release', 'on leave');
    await seen('Released: others can claim it.');

    await choose('Freeze user', 'a stolen session');
    await seen('Frozen: nothing leaves this user’s account.');
    await requestPayout('10', PAYABLE);
    await seen('account_frozen', region('Request a payout'));
    await choose('Thaw user', 'it was not');
    await seen('Thawed: this user can pay out again.');
    await queue().getByLabel('Reason').selectOption('user_request');
    await queue().getByLabel('Note').fill('as asked');
    await press('Mark failed', queue());
    await seen('Note: as asked', payouts());
    await balance({ Available: '30.00', Reserved: '0.00' });
  });

  test('a payout that somebody else claims moves without a touch of the page', async () => {
    await signIn('30');
    await requestPayout('10', PAYABLE);
    await seen('requested', payouts());
    const operator = service.operator('ann');
    const path = '/v1/admin/referrals/payouts';
    const waiting = (await operator('GET', `${path}?status=requested`)).json as {
      items: { id: string }[];
    };
    for (const { id } of waiting.items) await operator('POST', `${path}/${id}/processing`);
    await seen('processing', payouts());
    await seen('claimed by ann', queue());
  });

  test('an invoice is paid from the balance, but not without enough of it', async () => {
    await signIn('15');
    const invoices = region('Invoices');
    await press('Open an invoice', invoices);
    await press('Pay from balance', invoices);
    await seen('covered', invoices);
    await balance({ Available: '3.00', Spent: '12.00' });
    await press('Open an invoice', invoices);
    await press('Pay from balance', invoices);
    await seen('balance_insufficient', invoices);
    await balance({ Available: '3.00', Spent: '12.00' });
  });

  test('each refusal is shown at the field that it is about', async () => {
    await signIn('30');
    for (const { amount, address, field, reason } of REFUSALS) {
      await requestPayout(amount, address);
      const control = region('Request a payout').getByLabel(field);
      await seen(reason);
      await control.and(page.locator('[aria-invalid=true]:focus')).waitFor();
      const described = (await control.getAttribute('aria-describedby'))?.split(' ').at(-1);
      expect(await page.locator(`#${described}`).textContent()).toContain(reason);
    }
    await balance({ Available: '30.00', Reserved: '0.00' });

    await requestPayout('12', PAYABLE);
    await seen('is reserved.');
    expect(await page.locator('[aria-invalid]').count()).toBe(0);
    await page.setViewportSize({ width: 375, height: 812 });
    expect(
      await page.evaluate('document.documentElement.scrollWidth'),
      'the width on a phone',
    ).toBe(375);
  });

  test('every request and its reply can be read', async () => {
    await signIn('9007199254.740993');
    await requestPayout('9007199254.740993', PAYABLE);
    await seen('is reserved.');
    const log = page.getByRole('complementary', { name: 'Requests' });
    const entry = log.getByRole('listitem').filter({ hasText: 'POST…/payouts202' });
    await entry.locator('summary').press('Enter');
    const block = (name: string) => entry.getByRole('group', { name }).textContent();
    expect(await block('Request: body')).toContain('"amount_micro": 9007199254740993,');
    expect(await block('Reply: body')).toContain('"status": "requested"');
    expect(await block('Request: headers')).toMatch(
      /^POST \/v1\/referrals\/payouts\n[\s\S]*^idempotency-key: /m,
    );
    expect(await block('Reply: headers')).toMatch(/^202\n[\s\S]*^x-request-id: /m);
    for (const text of [
      'POST/_local/session201',
      'GET…/me',
      'GET…/admin/payouts?limit=200&status=requested',
    ])
      expect(await log.getByRole('listitem').filter({ hasText: text }).count()).toBeGreaterThan(0);
  });

  test('operators see once, with its ids, a payout that cannot be read', async () => {
    const { cookie, user_id } = await service.newSession({ available_micro: 25_000_000n });
    const { id } = await service.requestPayout(cookie);
    await service.changePayout(user_id, id, { amount_micro: 'a lot' });
    await signIn('30');
    const row = queue().filter({ hasText: id });
    await row.waitFor();
    expect(await row.count()).toBe(1);
    expect(await row.textContent()).toBe(
      `unreadable${id}Copy payout ${id}of user ${user_id}Copy user ${user_id}`,
    );
    await service.changePayout(user_id, id, { queue_key: `done#${id}` });
  });

  test('a reload keeps the user, and a session that ended asks to sign in again', async () => {
    await signIn('30');
    const held = Promise.withResolvers<void>();
    await page.route('**/v1/referrals/me', (route) => held.promise.then(() => route.continue()));
    await page.reload({ waitUntil: 'commit' });
    await seen('Loading…');
    held.resolve();
    await seen('available now');
    expect(await region('Balance').getByRole('status').textContent()).toBe('');
    await balance({ Available: '30.00' });
    await page.context().clearCookies();
    await page.reload();
    await seen('The session has ended.');
    await press('Sign in the demo user');
    await seen('available now');
  });

  test('the keyboard alone signs in and requests a payout', async () => {
    await page.getByLabel('Starting balance').focus();
    await page.keyboard.press('Enter');
    await seen('available now');
    await page.getByLabel('Amount').first().focus();
    const walk = ['Tab', 'Tab', 'Enter', 'Tab', 'Tab', 'Enter'];
    for (const key of walk) await page.keyboard.press(key);
    await seen('Requested: 25.00 on solana is reserved.');
  });
});
