/** The playground: a user's side, the operators' side, and every request that either makes. */
import { TriportClient, TriportError } from '../../../../sdk/typescript/src/index.ts';
import { showBalance } from './balance-view.ts';
import { mountGrantForm, mountInvoiceForm } from './billing-forms.ts';
import { find } from './dom.ts';
import { tellingFetch } from './exchange.ts';
import { say, words } from './form.ts';
import { showInvoices } from './invoices-view.ts';
import { type Account, Live } from './live.ts';
import { LogView } from './log-view.ts';
import { OperatorApi } from './operator-api.ts';
import { OperatorView } from './operator-view.ts';
import { mountPayoutForm, showTerms } from './payout-form.ts';
import { showPayouts } from './payouts-view.ts';
import { countDown, showRewards, unlockedSince } from './rewards-view.ts';
import { sending } from './send.ts';
import { forget, type Invoice, remember, remembered, type SignedIn } from './session.ts';
import { mountSignIn, showSignedIn, showSignedOut } from './sign-in.ts';

const log = new LogView();
const fetch = tellingFetch((exchange) => log.add(exchange));
const send = sending(fetch);
const { referrals } = new TriportClient({ baseUrl: location.origin, fetch });
const live = new Live(referrals, { show: showAccount, fail: showFailure, moved: refresh });
const operatorKey = () => find('operator', HTMLSelectElement).value;
const operators = new OperatorView(new OperatorApi(send, operatorKey), refresh);

let user: SignedIn | undefined;
let shown: Account | undefined;

const userId = () => user?.userId ?? '';
mountSignIn(send, signedIn);
mountPayoutForm(referrals, refresh);
mountGrantForm(send, userId, refresh);
mountInvoiceForm(send, userId, keepInvoice);
find('switch-user', HTMLButtonElement).addEventListener('click', () => {
  signedOut();
  find('starting', HTMLInputElement).focus();
});
document.addEventListener('visibilitychange', () => {
  if (user && !document.hidden) void refresh();
});
setInterval(countDown, 1000);

const before = remembered();
if (before) await signedIn(before);
else showSignedOut();

async function refresh(): Promise<void> {
  await Promise.all([live.refresh(), operators.refresh()]);
}

async function signedIn(next: SignedIn): Promise<void> {
  user = next;
  shown = undefined;
  remember(next);
  showInvoices(next.invoices, pay);
  // With the networks and the minimum in it: a form without them would ask for what cannot be sent.
  await refresh();
  if (user === next) showSignedIn(next);
}

function signedOut(reason?: string): void {
  user = undefined;
  live.stop();
  forget();
  showSignedOut(reason);
}

function showAccount(account: Account): void {
  const unlocked = unlockedSince(shown?.rewards ?? [], account.rewards);
  shown = account;
  showBalance(account.overview.balance);
  showTerms(account.overview);
  showRewards(account.rewards);
  showPayouts(account.payouts, cancel);
  say(find('balance-news', HTMLElement), 'good', unlocked);
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

async function pay({ id, totalMicro }: Invoice): Promise<void> {
  await referrals.spendOnInvoice({ invoiceId: id, amountMicro: totalMicro });
  keepInvoice({ id, totalMicro, isPaid: true });
  await refresh();
}

/** In place of one with the same id, or before the others. */
function keepInvoice(invoice: Invoice): void {
  if (!user) return;
  const { invoices } = user;
  const known = invoices.some(({ id }) => id === invoice.id);
  const kept = invoices.map((other) => (other.id === invoice.id ? invoice : other));
  user = { ...user, invoices: known ? kept : [invoice, ...invoices] };
  remember(user);
  showInvoices(user.invoices, pay);
}
