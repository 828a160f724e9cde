/** Shows a payout to whoever settles it: whole, in a line, or as what is about to be done. */
import { stringifyJson } from '../../../lib/json.ts';
import {
  type PayoutWithHistory,
  statusSince,
} from '../../../lib/settlement/payout-with-history.ts';
import type { Attempt } from '../../../lib/settlement/records.ts';
import { ShownPayout } from '../../../lib/settlement/shown-payout.ts';
import { livingAttempts } from '../../../lib/settlement/transitions.ts';
import { age, listing, money, printable, sparseTable, type View } from '../text-table.ts';
import { readAnswer, warningText } from './operator-output.ts';

export const asPayout = (json: unknown) => readAnswer(ShownPayout, json);

export function payoutText(json: unknown, view: View): string {
  const { history, amount_micro, attempts, approval, evidence, review, reviewed, ...others } =
    asPayout(json);
  const { warnings, ...payout } = others;
  const said = ({ by, at }: { by: string; at: string }) => `by ${by} at ${at} (${age(at, view)})`;
  const fields = Object.entries(payout).map(([name, value = '']) => [
    name,
    typeof value === 'string' ? value : stringifyJson(value),
  ]);
  if (warnings) fields.push(['warning', warningText({ warnings })]);
  if (evidence) {
    const { position, block, at } = evidence;
    fields.push(['evidence', `transfer ${position} in block ${block}, final, of ${at}`]);
  }
  if (approval) {
    const { amount_micro, address } = approval;
    fields.push(['approved', `${money(amount_micro)} to ${address} ${said(approval)}`]);
  }
  if (review)
    fields.push([
      'needs review',
      `${review.why}, since ${review.since} (${age(review.since, view)})`,
    ]);
  if (reviewed) fields.push(['reviewed', `${reviewed.note} - ${said(reviewed)}`]);
  return [
    listing([['amount', money(amount_micro)], ...fields], view),
    ...(attempts?.length ? [attemptsTable(attempts, view)] : []),
    historyTable(history, view),
  ].join('\n\n');
}

/** One line that says how it stands. */
export function payoutLine(json: unknown): string {
  const { id, amount_micro, network, address, status } = asPayout(json);
  return printable(`${id}: ${status}, ${money(amount_micro)} on ${network} to ${address}`);
}

/** One line that says what is about to be changed. */
export function summary(json: unknown, view: View): string {
  const payout = asPayout(json);
  const { id, amount_micro, network, address, status, history } = payout;
  const since = `${status} by ${history.at(-1)?.by ?? ''} for ${age(statusSince(payout), view)}`;
  const living = livingAttempts(payout).map(({ id }) => id);
  const sent = living.length > 0 ? `; it may be paid by ${living.join(', ')}` : '';
  const warning = warningText(payout);
  return printable(
    `${id}: ${money(amount_micro)} on ${network} to ${address}, ${since}${sent}${warning && `; ${warning}`}`,
  );
}

function attemptsTable(attempts: Attempt[], view: View): string {
  const rows = attempts.map((attempt) => {
    const { id, kind, state, sender, safe, nonce, last_valid_block_height, death } = attempt;
    const { proof, found } = attempt;
    return [
      id,
      kind,
      state,
      sender ?? safe ?? '',
      `${nonce ?? ''}`,
      `${last_valid_block_height ?? ''}`,
      attempt.recorded_at,
      attempt.by,
      death === undefined ? '' : `${death.note} - ${death.by}`,
      proof === undefined ? '' : `${proof.cause} at ${proof.height}`,
      found ?? '',
    ];
  });
  return sparseTable(
    [
      { title: 'ATTEMPT' },
      { title: 'KIND' },
      { title: 'STATE' },
      { title: 'FROM' },
      { title: 'NONCE', right: true },
      { title: 'LAST BLOCK', right: true },
      { title: 'RECORDED' },
      { title: 'BY' },
      { title: 'DEAD, SAYS' },
      { title: 'PROVEN' },
      { title: 'FOUND' },
    ],
    rows,
    view,
  );
}

function historyTable(history: PayoutWithHistory['history'], view: View): string {
  const columns = [
    { title: 'WHEN' },
    { title: 'AGE', right: true },
    { title: 'STATUS' },
    { title: 'BY' },
    { title: 'NOTE' },
  ];
  const rows = history.map(({ at, status, by, note = '' }) => [
    at,
    age(at, view),
    status,
    by,
    note,
  ]);
  return sparseTable(columns, rows, view);
}
