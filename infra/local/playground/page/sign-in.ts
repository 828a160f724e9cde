/** Signs users in, and shows the page that belongs to whoever is. */
import { find } from './dom.ts';
import { amountOf, onSubmit, say, words } from './form.ts';
import { signIn } from './local-api.ts';
import type { Send } from './send.ts';
import type { SignedIn } from './session.ts';

/** The user of the documentation's examples, who has an open invoice. */
const DEMO: SignedIn = {
  userId: '00000000-0000-4000-8000-000000000001',
  invoices: [{ id: 'demo-invoice', totalMicro: 12_000_000n, isPaid: false }],
};

export function mountSignIn(send: Send, signedIn: (user: SignedIn) => Promise<void>): void {
  onSubmit(find('sign-in', HTMLFormElement), {
    fields: { invalid_args: 'starting' },
    work: async (form) => {
      const userId = await signIn(send, { available_micro: amountOf(form, 'starting') });
      await signedIn({ userId, invoices: [] });
      return '';
    },
  });
  find('demo-user', HTMLButtonElement).addEventListener('click', () => {
    signIn(send, { user_id: DEMO.userId })
      .then(() => signedIn(DEMO))
      .catch((error) => say(find('welcome-news', HTMLElement), 'bad', ...words(error)));
  });
}

export function showSignedIn({ userId }: SignedIn): void {
  show(true);
  find('who-id', HTMLElement).textContent = userId.slice(0, 8);
  find('who-id', HTMLElement).title = userId;
}

export function showSignedOut(reason = ''): void {
  show(false);
  say(find('welcome-news', HTMLElement), 'bad', reason);
}

function show(isSignedIn: boolean): void {
  find('welcome', HTMLElement).hidden = isSignedIn;
  for (const id of ['account', 'who', 'switch-user']) find(id, HTMLElement).hidden = !isSignedIn;
}
