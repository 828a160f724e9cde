/** The operators' side: the queue, and what can be done with each payout in it. */
import { actionButton, inTurn } from '../busy.ts';
import { button, find, labelOf, make, showRows } from '../dom.ts';
import { exampleHash } from '../forms/example-values.ts';
import { fill, onSubmit, type Submission, typed } from '../forms/form.ts';
import type { OperatorApi, QueuedPayout, UnreadablePayout } from '../http/operator-api.ts';
import { say, words } from '../messages.ts';
import { copyable } from './copyable.ts';
import { payoutFacts, payoutName } from './payouts-view.ts';
import { QueuePages } from './queue-pages.ts';

export class OperatorView {
  readonly #api: OperatorApi;
  readonly #changed: () => Promise<void>;
  readonly #pages = new QueuePages<QueuedPayout | UnreadablePayout>(
    (payouts) => this.#show(payouts),
    () => this.refresh(),
  );
  /** What comes back of an earlier turn is out of date. */
  #turn = 0;

  /** `changed` is called after an operator did something. */
  constructor(api: OperatorApi, changed: () => Promise<void>) {
    this.#api = api;
    this.#changed = changed;
    const refresh = find('refresh-queue', HTMLButtonElement);
    refresh.addEventListener('click', () => void inTurn(refresh, () => this.refresh()));
  }

  /** Never rejects. */
  async refresh(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const queue = await this.#api.queue(this.#pages.wanted);
      if (turn === this.#turn) this.#pages.show(queue);
    } catch (error) {
      if (turn === this.#turn) this.#pages.fail(error);
    }
  }

  #show(payouts: readonly (QueuedPayout | UnreadablePayout)[]): void {
    const hasChanged = showRows('queue', payouts, {
      keyOf: ({ id }) => id,
      stampOf: (payout) => ('unreadable' in payout ? 'unreadable' : payout.status),
      make: (payout) => ('unreadable' in payout ? unreadableRow(payout) : this.#row(payout)),
    });
    if (hasChanged) this.#say('good');
  }

  #row(payout: QueuedPayout): HTMLLIElement {
    const { status, by } = payout;
    const facts = payoutFacts(payout);
    facts.append(
      status === 'requested'
        ? actionButton({
            label: 'Claim',
            of: payoutName(payout),
            class: 'end',
            work: () => this.#claim(payout.id),
          })
        : make('span', { class: 'soft end' }, `claimed by ${by.replace(/^.*\//, '')}`),
    );
    const forms = [this.#sentForm(payout), this.#failedForm(payout)];
    return make('li', { class: 'row' }, facts, make('div', { class: 'actions' }, ...forms));
  }

  async #claim(id: string): Promise<void> {
    this.#say('good');
    try {
      await this.#api.claim(id);
      await this.#changed();
      this.#say('good', 'Claimed: nobody else will pay it now.');
    } catch (error) {
      await this.#changed();
      this.#say('bad', ...words(error));
    }
  }

  #sentForm(payout: QueuedPayout): HTMLFormElement {
    const { id, network } = payout;
    const of = payoutName(payout);
    const makeUp = () => fill(form, 'tx_hash', exampleHash(network) ?? '');
    const hasExample = exampleHash(network) !== undefined;
    const help = { label: 'Make one up', of: `for ${of}`, class: 'quiet' };
    const form = this.#form(
      { name: 'tx_hash', id: `tx_hash-${id}`, label: 'Transaction hash', action: 'Mark sent', of },
      { tx_hash_required: 'tx_hash' },
      async (txHash) => {
        await this.#api.markSent(id, txHash);
        return 'Sent: the amount is paid out.';
      },
      hasExample ? button(help, makeUp) : undefined,
    );
    return form;
  }

  #failedForm(payout: QueuedPayout): HTMLFormElement {
    const { id } = payout;
    return this.#form(
      {
        name: 'note',
        id: `note-${id}`,
        label: 'Note',
        action: 'Mark failed',
        of: payoutName(payout),
      },
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
      work: async (values) => {
        this.#say('good');
        const done = await work(typed(values, field.name));
        await this.#changed();
        this.#say('good', done);
        return '';
      },
    });
    return form;
  }

  #say(kind: 'good' | 'bad', ...content: (Node | string)[]): void {
    say(find('operator-news', HTMLElement), kind, ...content);
  }
}

/** Nothing can be done with it here: whoever mends the item needs its ids. */
const unreadableRow = ({ id, userId }: UnreadablePayout): HTMLLIElement =>
  make(
    'li',
    { class: 'row' },
    make(
      'div',
      { class: 'facts' },
      make('span', { class: 'pill failed' }, 'unreadable'),
      copyable('payout', id, id),
      make('span', { class: 'soft end' }, 'of user ', copyable('user', userId, userId)),
    ),
  );

type Field = Record<'name' | 'id' | 'label' | 'action' | 'of', string>;

/** A form of one field and one button, with what helps to fill it in beside the label. */
const formOf = ({ name, id, label, action, of }: Field, help?: HTMLElement): HTMLFormElement =>
  make(
    'form',
    { class: 'line', novalidate: true },
    make(
      'div',
      { class: 'field' },
      make(
        'div',
        { class: 'above' },
        make('label', { for: id }, ...labelOf(label, `of ${of}`)),
        help,
      ),
      make('input', { id, name, autocomplete: 'off', 'aria-describedby': `${id}-problem` }),
    ),
    make('button', { type: 'submit' }, ...labelOf(action, of)),
    make('p', { class: 'problem', id: `${id}-problem`, 'aria-live': 'polite' }),
    make('output', { class: 'result' }),
  );
