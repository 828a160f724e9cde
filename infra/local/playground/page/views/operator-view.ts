/** The operators' side: the queue, and what can be done with each payout in it. */
import { button, find, make, showRows } from '../dom.ts';
import { exampleHash } from '../forms/example-values.ts';
import { fill, onSubmit, type Submission, say, typed, words } from '../forms/form.ts';
import type { OperatorApi, QueuedPayout, UnreadablePayout } from '../http/operator-api.ts';
import { payoutFacts } from './payouts-view.ts';

export class OperatorView {
  readonly #api: OperatorApi;
  readonly #changed: () => Promise<void>;

  /** `changed` is called after an operator did something. */
  constructor(api: OperatorApi, changed: () => Promise<void>) {
    this.#api = api;
    this.#changed = changed;
    find('refresh-queue', HTMLButtonElement).addEventListener('click', () => void this.refresh());
  }

  /** Never rejects. */
  async refresh(): Promise<void> {
    try {
      const queues = [this.#api.queue('requested'), this.#api.queue('processing')];
      showRows('queue', eachOnce((await Promise.all(queues)).flat()), {
        keyOf: ({ id }) => id,
        stampOf: (payout) => ('unreadable' in payout ? 'unreadable' : payout.status),
        make: (payout) => ('unreadable' in payout ? unreadableRow(payout) : this.#row(payout)),
      });
    } catch (error) {
      this.#say('bad', ...words(error));
    }
  }

  #row(payout: QueuedPayout): HTMLLIElement {
    const { id, status, by } = payout;
    const facts = payoutFacts(payout);
    facts.append(
      status === 'requested'
        ? button('Claim', { class: 'end' }, () => void this.#claim(id))
        : make('span', { class: 'soft end' }, `claimed by ${by.replace(/^.*\//, '')}`),
    );
    const forms = [this.#sentForm(payout), this.#failedForm(payout)];
    return make('li', { class: 'row' }, facts, make('div', { class: 'actions' }, ...forms));
  }

  async #claim(id: string): Promise<void> {
    try {
      await this.#api.claim(id);
      this.#say('good', 'Claimed: nobody else will pay it now.');
    } catch (error) {
      this.#say('bad', ...words(error));
    }
    await this.#changed();
  }

  #sentForm({ id, network }: QueuedPayout): HTMLFormElement {
    const makeUp = () => fill(form, 'tx_hash', exampleHash(network));
    const form = this.#form(
      { name: 'tx_hash', id: `tx_hash-${id}`, label: 'Transaction hash', action: 'Mark sent' },
      { tx_hash_required: 'tx_hash' },
      async (txHash) => {
        await this.#api.markSent(id, txHash);
        return 'Sent: the amount is paid out.';
      },
      button('Make one up', { class: 'quiet' }, makeUp),
    );
    return form;
  }

  #failedForm({ id }: QueuedPayout): HTMLFormElement {
    return this.#form(
      { name: 'note', id: `note-${id}`, label: 'Note', action: 'Mark failed' },
      undefined,
      async (note) => {
        await this.#api.markFailed(id, note);
        return 'Failed: the amount is available to its user again.';
      },
    );
  }

  /** What was done is said below the queue, since the row with the form is gone by then. */
  #form(
    field: Field,
    fields: Submission['fields'],
    work: (value: string) => Promise<string>,
    help?: HTMLElement,
  ): HTMLFormElement {
    const form = formOf(field, help);
    onSubmit(form, {
      ...(fields && { fields }),
      work: async () => {
        this.#say('good', await work(typed(form, field.name)));
        await this.#changed();
        return '';
      },
    });
    return form;
  }

  #say(kind: 'good' | 'bad', ...content: (Node | string)[]): void {
    say(find('operator-news', HTMLElement), kind, ...content);
  }
}

/** Ids are UUIDv7: their order is that of time. An unreadable payout is in both queues. */
const eachOnce = <Queued extends { id: string }>(payouts: Queued[]): Queued[] =>
  [...new Map(payouts.map((payout) => [payout.id, payout])).values()].sort((one, other) =>
    one.id < other.id ? -1 : 1,
  );

/** Nothing can be done with it here: whoever mends the item needs its ids. */
const unreadableRow = ({ id, userId }: UnreadablePayout): HTMLLIElement =>
  make(
    'li',
    { class: 'row' },
    make(
      'div',
      { class: 'facts' },
      make('span', { class: 'pill failed' }, 'unreadable'),
      make('span', { class: 'mono soft' }, id),
      make('span', { class: 'mono soft end' }, `of user ${userId}`),
    ),
  );

type Field = Record<'name' | 'id' | 'label' | 'action', string>;

/** A form of one field and one button, with what helps to fill it in beside the label. */
const formOf = ({ name, id, label, action }: Field, help?: HTMLElement): HTMLFormElement =>
  make(
    'form',
    { class: 'line', novalidate: true },
    make(
      'div',
      { class: 'field' },
      make('div', { class: 'above' }, make('label', { for: id }, label), help),
      make('input', { id, name, autocomplete: 'off', 'aria-describedby': `${id}-problem` }),
    ),
    make('button', { type: 'submit' }, action),
    make('p', { class: 'problem', id: `${id}-problem`, 'aria-live': 'polite' }),
    make('output', { class: 'result' }),
  );
