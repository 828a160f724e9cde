/** The operators' side: the queue, and what can be done with each payout in it. */
import { button, find, make } from './dom.ts';
import { exampleHash } from './examples.ts';
import { fill, onSubmit, say, typed, words } from './form.ts';
import type { OperatorApi, QueuedPayout } from './operator-api.ts';
import { payoutFacts } from './payout-row.ts';
import { showRows } from './rows.ts';

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
      const queues = await Promise.all([
        this.#api.queue('requested'),
        this.#api.queue('processing'),
      ]);
      showRows('queue', queues.flat().sort(byId), {
        keyOf: ({ id }) => id,
        stampOf: ({ status }) => status,
        make: (payout) => this.#row(payout),
      });
    } catch (error) {
      this.#say('bad', ...words(error));
    }
  }

  #row(payout: QueuedPayout): HTMLLIElement {
    const { id, status, by } = payout;
    const facts = payoutFacts(payout);
    const claim = () => void this.#claim(id);
    facts.append(
      status === 'requested'
        ? button('Claim', { class: 'end' }, claim)
        : make('span', { class: 'soft end' }, `claimed by ${by.replace(/^.*\//, '')}`),
    );
    const actions = make(
      'div',
      { class: 'actions' },
      this.#sentForm(payout),
      this.#failedForm(payout),
    );
    return make('li', { class: 'row' }, facts, actions);
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
    const form = actionForm(
      { name: 'tx_hash', id: `tx_hash-${id}`, label: 'Transaction hash', action: 'Mark sent' },
      button('Make one up', { class: 'quiet' }, makeUp),
    );
    onSubmit(form, {
      fields: { tx_hash_required: 'tx_hash', invalid_args: 'tx_hash' },
      work: async () => {
        await this.#api.markSent(id, typed(form, 'tx_hash'));
        this.#say('good', 'Sent: the amount is paid out.');
        await this.#changed();
        return '';
      },
    });
    return form;
  }

  #failedForm({ id }: QueuedPayout): HTMLFormElement {
    const form = actionForm({
      name: 'note',
      id: `note-${id}`,
      label: 'Note',
      action: 'Mark failed',
    });
    onSubmit(form, {
      fields: { invalid_args: 'note' },
      work: async () => {
        await this.#api.markFailed(id, typed(form, 'note'));
        this.#say('good', 'Failed: the amount is available to its user again.');
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

/** Ids are UUIDv7: their order is that of time. */
const byId = (one: QueuedPayout, other: QueuedPayout): number => (one.id < other.id ? -1 : 1);

interface Action {
  name: string;
  id: string;
  label: string;
  action: string;
}

/** A form of one field and one button, with what helps to fill it in beside the label. */
const actionForm = ({ name, id, label, action }: Action, help?: HTMLElement): HTMLFormElement =>
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
