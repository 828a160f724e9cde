/** The operators' side: the queue, and what can be done with each payout in it. */
import { actionButton, inTurn } from '../busy.ts';
import { button, find, make, showRows } from '../dom.ts';
import { exampleHash } from '../forms/example-values.ts';
import { fill, onSubmit, type Submission, typed } from '../forms/form.ts';
import { formOf } from '../forms/one-field-form.ts';
import type { OperatorApi, QueuedPayout, UnreadablePayout } from '../http/operator-api.ts';
import { say, words } from '../messages.ts';
import { copyable } from './copyable.ts';
import { payoutFacts, payoutName } from './payouts-view.ts';
import { QueuePages } from './queue-pages.ts';
import { nameOf, rareSteps, reasonField, settlementFacts, stampOf } from './settlement-view.ts';

/** A button in the row of a payout; `work` gives the sentence that says what was done. */
export type Action = { label: string; class?: string; work: () => Promise<string> };

export class OperatorView {
  readonly #api: OperatorApi;
  readonly #changed: () => Promise<void>;
  readonly #actionsFor: (payout: QueuedPayout) => Action[];
  readonly #pages = new QueuePages<QueuedPayout | UnreadablePayout>(
    (payouts) => this.#show(payouts),
    () => this.refresh(),
  );
  /** What comes back of an earlier turn is out of date. */
  #turn = 0;

  /** `changed` is called after an operator did something; `actionsFor` gives a row more buttons. */
  constructor(
    api: OperatorApi,
    changed: () => Promise<void>,
    actionsFor: (payout: QueuedPayout) => Action[] = () => [],
  ) {
    this.#api = api;
    this.#changed = changed;
    this.#actionsFor = actionsFor;
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
      stampOf: (payout) => ('unreadable' in payout ? 'unreadable' : stampOf(payout)),
      make: (payout) => ('unreadable' in payout ? unreadableRow(payout) : this.#row(payout)),
    });
    if (hasChanged) this.#say('good');
  }

  #row(payout: QueuedPayout): HTMLLIElement {
    const { status, by } = payout;
    const facts = payoutFacts(payout);
    facts.append(
      ...(status === 'requested'
        ? [
            this.#button('Approve', 'quiet end', payout, async () => {
              await this.#api.approve(payout);
              return 'Approved: whoever else claims it may pay it.';
            }),
            this.#button('Claim', '', payout, async () => {
              await this.#api.claim(payout.id);
              return 'Claimed: nobody else will pay it now.';
            }),
          ]
        : [make('span', { class: 'soft end' }, `claimed by ${nameOf(by)}`)]),
    );
    const more = this.#actionsFor(payout).map(({ label, class: kind = '', work }) =>
      this.#button(label, kind, payout, work),
    );
    const forms = [this.#sentForm(payout), this.#failedForm(payout)];
    return make(
      'li',
      { class: 'row' },
      facts,
      ...settlementFacts(payout),
      more.length > 0 && make('div', { class: 'buttons' }, ...more),
      make('div', { class: 'actions' }, ...forms),
      rareSteps(
        this.#api,
        payout,
        (form, name, work) => this.#handled(form, name, work),
        (form) => this.#makeUp(payout, form, 'hash'),
      ),
    );
  }

  #button(label: string, kind: string, payout: QueuedPayout, work: () => Promise<string>) {
    const attributes = { label, of: payoutName(payout), class: kind };
    return actionButton({ ...attributes, work: () => this.#tell(work) });
  }

  async #tell(work: () => Promise<string>): Promise<void> {
    this.#say('good');
    try {
      const done = await work();
      await this.#changed();
      this.#say('good', done);
    } catch (error) {
      await this.#changed();
      this.#say('bad', ...words(error));
    }
  }

  #sentForm(payout: QueuedPayout): HTMLFormElement {
    const { id } = payout;
    const of = payoutName(payout);
    const field = { name: 'tx_hash', id: `tx_hash-${id}`, label: 'Transaction hash', of };
    const form: HTMLFormElement = this.#handled(
      formOf(
        { ...field, action: 'Mark sent' },
        { help: this.#makeUp(payout, () => form, 'tx_hash') },
      ),
      'tx_hash',
      async (txHash) => {
        await this.#api.markSent(id, txHash);
        return 'Sent: the amount is paid out.';
      },
      { tx_hash_required: 'tx_hash' },
    );
    return form;
  }

  #failedForm(payout: QueuedPayout): HTMLFormElement {
    const { id } = payout;
    const of = payoutName(payout);
    const field = { name: 'note', id: `note-${id}`, label: 'Note', action: 'Mark failed', of };
    return this.#handled(
      formOf(field, { before: reasonField(payout) }),
      'note',
      async (note, values) => {
        await this.#api.markFailed(id, note, typed(values, 'reason') || undefined);
        return 'Failed: the amount is available to its user again.';
      },
    );
  }

  /** Undefined for a network of no hashes that are known here. */
  #makeUp(payout: QueuedPayout, form: () => HTMLFormElement, name: string) {
    const { network } = payout;
    const help = { label: 'Make one up', of: `for ${payoutName(payout)}`, class: 'quiet' };
    return exampleHash(network) === undefined
      ? undefined
      : button(help, () => fill(form(), name, exampleHash(network) ?? ''));
  }

  /** What was done is said below the queue, since the row with the form is gone by then. */
  #handled(
    form: HTMLFormElement,
    name: string,
    work: (value: string, values: FormData) => Promise<string>,
    fields: NonNullable<Submission['fields']> = {},
  ): HTMLFormElement {
    onSubmit(form, {
      fields,
      work: async (values) => {
        this.#say('good');
        const done = await work(typed(values, name), values);
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
