/** Ids, addresses and hashes: short to see, whole to copy. */
import { button, make } from '../dom.ts';
import { announce } from '../messages.ts';
import { short } from '../text.ts';

const SAID_MS = 2000;

/** `what` it is, such as `address`, tells its button from the others. */
export function copyable(what: string, text: string, shown = short(text)): HTMLElement {
  const code = make('code', { class: 'soft', title: text }, shown);
  const copy = button({ label: 'Copy', of: `${what} ${shown}`, class: 'quiet copy' }, () => {
    // Undefined where the page is not from this machine, and refused where the reader said so.
    Promise.resolve(navigator.clipboard?.writeText(text) ?? Promise.reject())
      .then(() => told(copy, `Copied: ${what}.`))
      .catch(() => select(code, text));
  });
  return make('span', { class: 'copyable' }, code, copy);
}

function told(copy: HTMLElement, news: string): void {
  announce(news);
  copy.firstChild?.replaceWith('Copied');
  setTimeout(() => copy.firstChild?.replaceWith('Copy'), SAID_MS);
}

/** All of it, for the reader to copy by hand. */
function select(code: HTMLElement, text: string): void {
  code.textContent = text;
  getSelection()?.selectAllChildren(code);
  announce('Nothing was copied, but it is selected.');
}
