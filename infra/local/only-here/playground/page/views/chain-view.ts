/** Pays on the chains of this machine, and shows each payment travel until it is settled. */
import { make, showRows } from '../dom.ts';
import type { ChainApi, ChainPayment, Verdict } from '../http/chain-api.ts';
import type { QueuedPayout } from '../http/operator-api.ts';
import { say, words } from '../messages.ts';
import { short } from '../text.ts';
import { copyable } from './copyable.ts';
import type { Action } from './operator-view.ts';

const LOOK_EVERY_MS = 1000;
const AFTER_FAILURE_MS = 5000;

type Shown = { payment: ChainPayment; verdict: Verdict | undefined };

export class ChainView {
  readonly #api: ChainApi;
  readonly #changed: () => Promise<void>;
  readonly #news = make('p', { class: 'result', role: 'status' });
  /** By attempt: what is settled stays so. */
  readonly #verdicts = new Map<string, Verdict>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What comes back of an earlier turn is out of date. */
  #turn = 0;

  /** `changed` is called after a payment was settled. */
  constructor(api: ChainApi, changed: () => Promise<void>) {
    this.#api = api;
    this.#changed = changed;
    const titled = { tabindex: '-1', 'aria-labelledby': 'payments-title' };
    document
      .querySelector('.card.operator')
      ?.after(
        make(
          'section',
          { class: 'card wide', 'aria-labelledby': 'payments-title' },
          make('h2', { id: 'payments-title' }, 'On the chain'),
          make(
            'p',
            { class: 'hint' },
            'What was paid from here, newest first, until it is settled.',
          ),
          make('ul', { id: 'payments', class: 'rows', ...titled }),
          make('p', { id: 'payments-empty', class: 'empty' }, 'Nothing was paid yet.'),
          this.#news,
        ),
      );
  }

  /** What an operator can do with a payout of which nothing may land any more. */
  readonly actionsFor = ({ id, attempts }: QueuedPayout): Action[] =>
    attempts.some(({ state }) => state === 'open')
      ? []
      : [
          {
            label: 'Pay on the chain',
            work: async () => {
              await this.#pay(id, false);
              return 'Paid: it is sent once the chain calls it final.';
            },
          },
          {
            label: 'Let it fail',
            class: 'quiet',
            work: async () => {
              await this.#pay(id, true);
              return 'Paid with more than the treasury has: the chain reverts it.';
            },
          },
        ];

  async #pay(id: string, fails: boolean): Promise<void> {
    await this.#api.pay(id, fails);
    await this.follow();
  }

  stop(): void {
    this.#turn++;
    clearTimeout(this.#timer);
  }

  /** Shows all payments, again and again while one is under way. Never rejects. */
  async follow(): Promise<void> {
    this.stop();
    const turn = this.#turn;
    const again = (ms: number) => {
      this.#timer = setTimeout(() => void this.follow(), ms);
    };
    try {
      const known = this.#verdicts.size;
      const payments = await this.#api.payments();
      const shown = await Promise.all(payments.map((payment) => this.#judged(payment)));
      if (turn !== this.#turn) return;
      showRows('payments', shown, {
        keyOf: ({ payment }) => payment.transaction,
        stampOf: (each) => wordsOf(each),
        make: rowOf,
      });
      say(this.#news, 'good');
      if (shown.some(({ verdict }) => !verdict)) again(LOOK_EVERY_MS);
      if (this.#verdicts.size > known) await this.#changed();
    } catch (error) {
      if (turn !== this.#turn) return;
      say(this.#news, 'bad', ...words(error));
      again(AFTER_FAILURE_MS);
    }
  }

  /** Only what is final can be settled, and is asked for. */
  async #judged(payment: ChainPayment): Promise<Shown> {
    const { attempt, confirmations, finalAfter } = payment;
    const known = this.#verdicts.get(attempt);
    const verdict =
      known ?? (confirmations < finalAfter ? undefined : await this.#api.verdictOn(payment));
    if (verdict) this.#verdicts.set(attempt, verdict);
    return { payment, verdict };
  }
}

function rowOf({ payment, verdict }: Shown): HTMLLIElement {
  const { payoutId, network, transaction } = payment;
  const pills = { sent: 'sent', dead: 'failed', review: 'failed' };
  return make(
    'li',
    { class: 'row' },
    make(
      'div',
      { class: 'facts' },
      make(
        'span',
        { class: `pill ${verdict ? pills[verdict.is] : 'pending'}` },
        verdict?.is ?? 'open',
      ),
      make('span', {}, network),
      copyable('transaction', transaction),
      make('span', { class: 'soft' }, `of payout ${short(payoutId)}`),
    ),
    make('p', { class: 'more' }, wordsOf({ payment, verdict })),
  );
}

function wordsOf({ payment: { block, confirmations, finalAfter }, verdict }: Shown): string {
  if (verdict?.is === 'sent') return `Sent: ${verdict.why}.`;
  if (verdict?.is === 'dead') return `Dead: ${verdict.why}.`;
  if (verdict) return `Needs a look: ${verdict.why}`;
  if (block === undefined) return 'The attempt is open, and in no block yet.';
  return confirmations < finalAfter
    ? `In block ${block}, ${confirmations} of ${finalAfter} confirmations.`
    : `Final in block ${block}: the service looks at it next.`;
}
