/** The playground: a user's side, the operators' side, and every request that either makes. */
import { TriportClient, TriportError } from '../../../../../sdk/typescript/src/index.ts';
import { find } from './dom.ts';
import { mountGrantForm, mountInvoiceForm } from './forms/billing-forms.ts';
import { mountPayoutForm, showTerms } from './forms/payout-form.ts';
import * as signIn from './forms/sign-in-form.ts';
import { chainApi } from './http/chain-api.ts';
import { type Account, Live, SHOWN } from './http/live.ts';
import { operatorApi } from './http/operator-api.ts';
import { sending, tellingFetch } from './http/send.ts';
import { announce, hush, hushStale, say, words } from './messages.ts';
import * as account from './views/account-view.ts';
import { ChainView } from './views/chain-view.ts';
import { LogView } from './views/log-view.ts';
import { OperatorView } from './views/operator-view.ts';
import { showPayouts } from './views/payouts-view.ts';

/** Whether this machine has chains to pay on; put in when the page is bundled. */
declare const HAS_CHAINS: boolean;

const log = new LogView();
const fetch = tellingFetch((exchange) => log.add(exchange));
const send = sending(fetch);
const { referrals } = new TriportClient({ baseUrl: location.origin, fetch });
const live = new Live(referrals, { show: showAccount, fail: showFailure, changed: refresh });
const operatorKey = () => find('operator', HTMLSelectElement).value;
const chains = HAS_CHAINS ? new ChainView(chainApi(send, operatorKey), refresh) : undefined;
const operators = new OperatorView(operatorApi(send, operatorKey), refresh, chains?.actionsFor);

let user: signIn.SignedIn | undefined;
let shown: Account | undefined;

const userId = () => user?.userId ?? '';
signIn.mountSignIn(send, enter);
mountPayoutForm(referrals, refresh);
mountGrantForm(send, userId, refresh);
mountInvoiceForm(send, userId, keepInvoice);
find('switch-user', HTMLButtonElement).addEventListener('click', () => {
  signedOut();
  announce('Signed out.');
  find('starting', HTMLInputElement).focus();
});
document.addEventListener('visibilitychange', () => {
  if (user && !document.hidden) void refresh();
});
setInterval(account.countDown, 1000);

const before = signIn.remembered();
if (before) await signedIn(before);
else signIn.showSignedOut();

async function refresh(): Promise<void> {
  await Promise.all([live.refresh(), operators.refresh()]);
}

/** Whoever signs in by hand is taken to what that shows, and told so. */
async function enter(next: signIn.SignedIn): Promise<void> {
  await signedIn(next);
  if (user !== next) return;
  announce(`Signed in as user ${next.userId}.`);
  find('balance-title', HTMLElement).focus();
}

async function signedIn(next: signIn.SignedIn): Promise<void> {
  user = next;
  shown = undefined;
  hush(document);
  signIn.remember(next);
  account.showInvoices(next.invoices, pay);
  // With the networks and the minimum in it: a form without them would ask for what cannot be sent.
  await refresh();
  if (user === next) signIn.showSignedIn(next);
  void chains?.follow();
}

function signedOut(reason?: string): void {
  user = undefined;
  live.stop();
  chains?.stop();
  signIn.forget();
  hush(document);
  const hadFocus = find('account', HTMLElement).contains(document.activeElement);
  signIn.showSignedOut(reason);
  if (reason === undefined) return;
  announce(reason);
  if (hadFocus) find('welcome-title', HTMLElement).focus();
}

function showAccount(next: Account): void {
  const unlocked = account.unlockedSince(shown?.rewards ?? [], next.rewards);
  const hasChanged = stampOf(shown) !== stampOf(next);
  shown = next;
  account.showBalance(next.overview.balance);
  showTerms(next.overview);
  account.showRewards(next.rewards);
  showPayouts(next.payouts, cancel);
  for (const list of ['payouts', 'rewards'] as const)
    find(`${list}-more`, HTMLElement).textContent = next.hasMore[list]
      ? `These are the newest ${SHOWN}; there are more.`
      : '';
  if (hasChanged)
    for (const card of document.querySelectorAll('#account > :not(.operator)')) hushStale(card);
  const news = find('balance-news', HTMLElement);
  if (unlocked !== '' || news.classList.contains('bad')) say(news, 'good', unlocked);
}

/** What is said of an account holds as long as this is the same. */
function stampOf(account: Account | undefined): string {
  const statuses = account?.payouts.map(({ status }) => status) ?? [];
  return [...Object.values(account?.overview.balance ?? {}), ...statuses].join(' ');
}

function showFailure(error: unknown): void {
  if (error instanceof TriportError && error.tag === 'unauthenticated')
    signedOut('The session has ended. The data is gone when the server was started anew.');
  else say(find('balance-news', HTMLElement), 'bad', ...words(error));
}

async function cancel(id: string): Promise<void> {
  await referrals.cancelPayout(id);
  await refresh();
}

async function pay({ id, totalMicro }: signIn.Invoice): Promise<void> {
  // Always under the same key: paid again in doubt, or with a second click, it is paid once.
  const key = { idempotencyKey: `playground-${id}` };
  await referrals.spendOnInvoice({ invoiceId: id, amountMicro: totalMicro }, key);
  keepInvoice({ id, totalMicro, isPaid: true });
  await refresh();
}

/** In place of one with the same id, or before the others. */
function keepInvoice(invoice: signIn.Invoice): void {
  if (!user) return;
  const { invoices } = user;
  const at = invoices.findIndex(({ id }) => id === invoice.id);
  user = { ...user, invoices: at < 0 ? [invoice, ...invoices] : invoices.with(at, invoice) };
  signIn.remember(user);
  account.showInvoices(user.invoices, pay);
}
