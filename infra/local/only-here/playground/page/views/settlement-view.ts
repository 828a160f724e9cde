/** What operators know of a payout beside its status, and the steps that few payouts need. */
import { REASONS } from '../../../../../../lib/settlement/reasons.ts';
import { make } from '../dom.ts';
import { exampleAttempt } from '../forms/example-values.ts';
import { type Field, fieldOf, formOf } from '../forms/one-field-form.ts';
import type { OperatorApi, QueuedPayout } from '../http/operator-api.ts';
import { copyable } from './copyable.ts';
import { payoutName } from './payouts-view.ts';

/** A name without the path that is before it in an ARN. */
export const nameOf = (arn: string): string => arn.replace(/^.*\//, '');

/** It changes with whatever the row shows. */
export const stampOf = ({ status, by, approvedBy, attempts, needsReview }: QueuedPayout): string =>
  JSON.stringify([status, by, approvedBy, attempts, needsReview]);

/** As `npm run -s operator` says it; what is newer than this page is said as the API has it. */
const WARNINGS: Readonly<Record<string, string>> = {
  off_curve: 'address without a key',
  no_capitals: 'address without a capital letter',
};

export const settlementFacts = ({ approvedBy, attempts, needsReview, warnings }: QueuedPayout) =>
  [
    ...warnings.map((warning) =>
      make('p', { class: 'more' }, `Ask its owner first: ${WARNINGS[warning] ?? warning}`),
    ),
    approvedBy !== undefined && make('p', { class: 'more' }, `Approved by ${nameOf(approvedBy)}`),
    needsReview !== undefined && make('p', { class: 'more' }, `Needs a look: ${needsReview}`),
    ...attempts.map(({ id, state, by }) =>
      make(
        'p',
        { class: 'more' },
        'Attempt ',
        copyable('attempt', id),
        ` ${state}, by ${nameOf(by)}`,
      ),
    ),
  ].filter((fact) => fact !== false);

export const reasonField = (payout: QueuedPayout): HTMLElement =>
  fieldOf(
    { name: 'reason', id: `reason-${payout.id}`, label: 'Reason', of: payoutName(payout) },
    make('select', {}, ...['', ...REASONS].map((reason) => make('option', {}, reason))),
  );

/** What can be said with a note: what is done, and the sentence that says so. */
const NOTED: Readonly<
  Record<string, [(api: OperatorApi, of: QueuedPayout, note: string) => Promise<unknown>, string]>
> = {
  Release: [(api, { id }, note) => api.release(id, note), 'Released: others can claim it.'],
  Review: [
    (api, { id, attempts }, note) => {
      const open = attempts.filter(({ state }) => state === 'open');
      return api.review(
        id,
        note,
        open.map((attempt) => attempt.id),
      );
    },
    'Reviewed: what was open is dead.',
  ],
  Cancel: [
    (api, { id }, note) => api.cancel(id, note),
    'Cancelled: the amount is available to its user again.',
  ],
  'Freeze user': [
    (api, { userId }, note) => api.holdUser(userId, 'frozen', note),
    'Frozen: nothing leaves this user’s account.',
  ],
  'Thaw user': [
    (api, { userId }, note) => api.holdUser(userId, 'thawed', note),
    'Thawed: this user can pay out again.',
  ],
};

/** Makes a form of one field; `work` is given what was typed, and all that the form holds. */
export type MakeForm = (
  form: HTMLFormElement,
  name: string,
  work: (value: string, values: FormData) => Promise<string>,
) => HTMLFormElement;

/** The rarer steps, folded away below the row. */
export function rareSteps(
  api: OperatorApi,
  payout: QueuedPayout,
  handled: MakeForm,
  makeUp: (form: () => HTMLFormElement) => HTMLElement | undefined,
): HTMLElement {
  const { id, network, status } = payout;
  const of = payoutName(payout);
  const attempted: Field = {
    ...{ name: 'hash', id: `hash-${id}`, label: 'About to be sent', action: 'Record attempt', of },
  };
  const attempt: HTMLFormElement = handled(
    formOf(attempted, { help: makeUp(() => attempt) }),
    'hash',
    async (hash) => {
      await api.recordAttempt(id, exampleAttempt(network, hash) ?? {});
      return 'Recorded: it is not given back while this may land.';
    },
  );
  const noted: Field = { name: 'why', id: `why-${id}`, label: 'Why', action: 'Do it', of };
  const choice = fieldOf(
    { name: 'step', id: `step-${id}`, label: 'Step', of },
    make('select', {}, ...Object.keys(NOTED).map((step) => make('option', {}, step))),
  );
  const form = handled(formOf(noted, { before: choice }), 'why', async (note, values) => {
    const [work, done] = NOTED[String(values.get('step'))] ?? [];
    await work?.(api, payout, note);
    return done ?? '';
  });
  const forms = [status === 'processing' && attempt, form];
  return make(
    'details',
    { class: 'more' },
    make('summary', {}, 'More steps'),
    make('div', { class: 'actions' }, ...forms),
  );
}
