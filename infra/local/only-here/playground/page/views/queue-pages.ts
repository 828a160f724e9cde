/** Tells how many payouts wait in the queue, and shows them a page at a time. */
import { find } from '../dom.ts';
import { PAGE_ROWS, pageOf, type Queue } from '../http/merge-queue.ts';
import { say, words } from '../messages.ts';

/** How many are counted beyond what is shown: a longer queue would be fetched on every look. */
const COUNTED = 1000;

export class QueuePages<Queued extends { readonly id: string }> {
  readonly #draw: (payouts: readonly Queued[]) => void;
  #first = 0;
  #queue: Queue<Queued> = { payouts: [], isWhole: true };

  /** `draw` shows a page's payouts; `refresh` fetches what is wanted and never rejects. */
  constructor(draw: (payouts: readonly Queued[]) => void, refresh: () => Promise<void>) {
    this.#draw = draw;
    const turn = (id: string, by: number) =>
      find(id, HTMLButtonElement).addEventListener('click', () => {
        this.#first = Math.max(0, this.#first + by);
        this.show(this.#queue);
        // In a long queue the next pages are counted, and perhaps fetched, only now.
        void refresh();
      });
    turn('queue-previous', -PAGE_ROWS);
    turn('queue-next', PAGE_ROWS);
  }

  /** How many of the oldest have to be known. */
  get wanted(): number {
    return this.#first + COUNTED;
  }

  show(queue: Queue<Queued>): void {
    this.#queue = queue;
    const { first, shown, count, hasPages, hasNext } = pageOf(queue, this.#first);
    this.#first = first;
    this.#draw(shown);
    this.#say('good', count);
    find('queue-pages', HTMLElement).hidden = !hasPages;
    // Disabled, the button under the focus would lose it.
    find('queue-previous', HTMLElement).setAttribute('aria-disabled', String(first === 0));
    find('queue-next', HTMLElement).setAttribute('aria-disabled', String(!hasNext));
  }

  /** Whatever is shown may be out of date: how many wait is not known. */
  fail(error: unknown): void {
    this.#say('bad', ...words(error));
  }

  /** Said only where it differs, since it is read out every time. */
  #say(kind: 'good' | 'bad', ...content: (Node | string)[]): void {
    const place = find('queue-count', HTMLElement);
    if (kind === 'bad' || place.textContent !== content.join('')) say(place, kind, ...content);
  }
}
