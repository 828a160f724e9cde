/** Signs users in and remembers who it was; the session is in a cookie that no script sees. */
import { fields, list, text } from '../../../../../../sdk/typescript/src/fields.ts';
import { inTurn } from '../busy.ts';
import { find } from '../dom.ts';
import { type Send, signIn } from '../http/send.ts';
import { hush, say, words } from '../messages.ts';
import { copyable } from '../views/copyable.ts';
import { amountOf, onSubmit } from './form.ts';

export interface Invoice {
  readonly id: string;
  readonly totalMicro: bigint;
  readonly isPaid: boolean;
}

export interface SignedIn {
  readonly userId: string;
  /** No route lists a user's invoices, so that the page remembers those that it opened. */
  readonly invoices: readonly Invoice[];
}

const KEY = 'playground';

export function remember({ userId, invoices }: SignedIn): void {
  const kept = invoices.map((invoice) => ({ ...invoice, totalMicro: String(invoice.totalMicro) }));
  localStorage.setItem(KEY, JSON.stringify({ userId, invoices: kept }));
}

export const forget = (): void => localStorage.removeItem(KEY);

/** Undefined also when something else was left there. */
export function remembered(): SignedIn | undefined {
  try {
    const kept = fields(JSON.parse(localStorage.getItem(KEY) ?? ''));
    const invoices = list(kept.invoices, (item): Invoice => {
      const { id, totalMicro, isPaid } = fields(item);
      return { id: text(id), totalMicro: BigInt(text(totalMicro)), isPaid: isPaid === true };
    });
    return { userId: text(kept.userId), invoices };
  } catch {
    return undefined;
  }
}

/** The user of the documentation's examples, who has an open invoice. */
const DEMO: SignedIn = {
  userId: '00000000-0000-4000-8000-000000000001',
  invoices: [{ id: 'demo-invoice', totalMicro: 12_000_000n, isPaid: false }],
};

export function mountSignIn(send: Send, signedIn: (user: SignedIn) => Promise<void>): void {
  onSubmit(find('sign-in', HTMLFormElement), {
    fields: { invalid_args: 'starting' },
    work: async (values) => {
      const userId = await signIn(send, { available_micro: amountOf(values, 'starting') });
      await signedIn({ userId, invoices: [] });
      return '';
    },
  });
  const demo = find('demo-user', HTMLButtonElement);
  const signInDemo = async (): Promise<void> => {
    hush(find('welcome', HTMLElement));
    try {
      await signIn(send, { user_id: DEMO.userId });
      await signedIn(DEMO);
    } catch (error) {
      say(find('welcome-news', HTMLElement), 'bad', ...words(error));
    }
  };
  demo.addEventListener('click', () => void inTurn(demo, signInDemo));
}

export function showSignedIn({ userId }: SignedIn): void {
  show(true);
  find('who', HTMLElement).replaceChildren('User ', copyable('user id', userId));
}

export function showSignedOut(reason = ''): void {
  show(false);
  say(find('welcome-news', HTMLElement), 'bad', reason);
}

function show(isSignedIn: boolean): void {
  find('loading', HTMLElement).hidden = true;
  find('welcome', HTMLElement).hidden = isSignedIn;
  for (const id of ['account', 'who', 'switch-user']) find(id, HTMLElement).hidden = !isSignedIn;
}
