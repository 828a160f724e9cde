/** What a person starts shows that it is under way, and one more click waits for its turn. */
import { button } from './dom.ts';

const lasts = new WeakMap<HTMLElement, Promise<void>>();

/**
 * Does the work when all that was started there before is done; `work` does not reject. Nothing
 * is left to do only where what was clicked is gone by then, as with what it was to act on.
 */
export async function inTurn(pressed: HTMLElement, work: () => Promise<void>): Promise<void> {
  const before = lasts.get(pressed);
  const turn = before ? before.then(() => (isShown(pressed) ? work() : undefined)) : work();
  lasts.set(pressed, turn);
  pressed.setAttribute('aria-busy', 'true');
  await turn;
  if (lasts.get(pressed) !== turn) return;
  lasts.delete(pressed);
  pressed.removeAttribute('aria-busy');
}

const isShown = (element: HTMLElement): boolean => element.getClientRects().length > 0;

/** A button whose work takes a while; `work` does not reject. */
export function actionButton({
  work,
  ...attributes
}: Parameters<typeof button>[0] & { work: () => Promise<void> }): HTMLButtonElement {
  const made = button(attributes, () => void inTurn(made, work));
  return made;
}
