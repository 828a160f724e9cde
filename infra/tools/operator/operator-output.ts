/** Shows the API's answers to a person. */
import * as v from 'valibot';
import { Freeze } from '../../../lib/account.ts';
import type { AddressWarning } from '../../../lib/networks/warnings.ts';
import { ShownPayout } from '../../../lib/settlement/shown-payout.ts';
import { livingAttempts } from '../../../lib/settlement/transitions.ts';
import { UnreadableItem } from '../../../lib/store/dynamodb/item.ts';
import { Problem } from '../../problem.ts';
import {
  age,
  amounts,
  listing,
  money,
  printable,
  sparseTable,
  table,
  type View,
} from '../text-table.ts';
import type { Values } from './operator-options.ts';

const ListedPayout = v.union([ShownPayout, UnreadableItem]);
export type ListedPayout = v.InferOutput<typeof ListedPayout>;

const Queue = v.object({ items: v.array(ListedPayout), next_cursor: v.optional(v.string()) });

const Frozen = v.object({ user_id: v.string(), ...Freeze.entries });

const User = v.object({
  ...Frozen.entries,
  balance: v.record(v.string(), v.bigint()),
  payouts: v.array(ListedPayout),
  rewards: v.array(
    v.union([
      v.object({
        id: v.string(),
        amount_micro: v.bigint(),
        status: v.string(),
        unlocks_at: v.string(),
        source: v.string(),
      }),
      UnreadableItem,
    ]),
  ),
});

const Totals = v.object({
  totals: v.array(
    v.object({
      network: v.string(),
      status: v.string(),
      count: v.bigint(),
      sum_micro: v.bigint(),
      oldest_since: v.string(),
    }),
  ),
  unreadable: v.bigint(),
  is_complete: v.boolean(),
});

/** Stands in the place of a status. */
const UNREADABLE = 'unreadable';

/** The page as the API tells it, of which `items` are as they came. */
export const readPage = (json: unknown): { items: unknown[]; next_cursor?: string | undefined } =>
  readAnswer(v.object({ items: v.array(v.unknown()), next_cursor: v.optional(v.string()) }), json);

export function queueText(json: unknown, view: View, values: Values): string {
  const { items, next_cursor } = readAnswer(Queue, json);
  // A page may end before it is full, or has anything, where few of those that wait are asked for.
  const none = next_cursor === undefined ? 'Nothing waits.' : 'Nothing yet.';
  const rows = values['needs-review'] ? reviewTable(items, view) : payoutTable(items, view);
  const lines = items.length === 0 ? none : rows;
  return next_cursor === undefined
    ? lines
    : `${lines}\n\nMore: --all, or --cursor ${printable(next_cursor)}`;
}

/** What a person has to look at before all that waits; empty where there is nothing. */
export function reviewsText(json: unknown, view: View): string {
  const { items, next_cursor } = readAnswer(Queue, json);
  if (items.length === 0) return '';
  const more = next_cursor === undefined ? '' : '\n\nMore of these: queue --needs-review --all';
  return `To be looked at first:\n${reviewTable(items, view)}${more}`;
}

/** A payout of a page; what cannot be read is told from what this program does not know. */
export const readListed = (json: unknown): ListedPayout => readAnswer(ListedPayout, json);

export function totalsText(json: unknown, view: View): string {
  const { totals, unreadable, is_complete } = readAnswer(Totals, json);
  const rows = totals.map(({ network, status, count, sum_micro, oldest_since }) => [
    network,
    status,
    `${count}`,
    money(sum_micro),
    oldest_since,
    age(oldest_since, view),
  ]);
  const columns = [
    { title: 'NETWORK' },
    { title: 'STATUS' },
    { title: 'PAYOUTS', right: true },
    { title: 'SUM', right: true },
    { title: 'OLDEST SINCE' },
    { title: 'AGE', right: true },
  ];
  return [
    rows.length === 0 ? 'Nothing waits.' : table(columns, rows, view),
    ...(unreadable > 0n ? [`Beside these ${unreadable} cannot be read.`] : []),
    ...(is_complete ? [] : ['There are more: it would have taken too long to add up all.']),
  ].join('\n\n');
}

/** Whether a user is frozen, by whom and why, or was. */
export function freezeText(json: unknown, view: View): string {
  const { user_id, ...freeze } = readAnswer(Frozen, json);
  return listing([['user', user_id], ...freezeRows(freeze, view)], view);
}

const freezeRows = ({ frozen, thawed }: Freeze, view: View): string[][] =>
  Object.entries({ frozen, thawed }).flatMap(([what, decision]) => {
    if (decision === undefined) return [];
    const { by, at, note } = decision;
    return [[what, `${note} - by ${by} at ${at} (${age(at, view)})`]];
  });

/** Whether nothing is known of the user: the API has zeros for every id. */
export function isUnknownUser(json: unknown): boolean {
  const { success, output } = v.safeParse(User, json);
  if (!success || output.payouts.length + output.rewards.length > 0) return false;
  return Object.values(output.balance).every((micro) => micro === 0n);
}

export function userText(json: unknown, view: View): string {
  const { user_id, balance, payouts, rewards, ...freeze } = readAnswer(User, json);
  const parts = Object.entries(balance).map(([name, micro]) => {
    return [name.replace(/_micro$/, ''), money(micro)];
  });
  const rows = rewards.map((reward) => {
    if ('unreadable' in reward) return [reward.id, '', UNREADABLE, '', ''];
    const { id, amount_micro, status, unlocks_at, source } = reward;
    return [id, money(amount_micro), status, unlocks_at, source];
  });
  const columns = [
    { title: 'REWARD' },
    { title: 'AMOUNT', right: true },
    { title: 'STATUS' },
    { title: 'UNLOCKS' },
    { title: 'SOURCE' },
  ];
  return [
    listing([['user', user_id], ...freezeRows(freeze, view)], view),
    amounts(parts, view),
    payouts.length === 0 ? 'No payouts.' : payoutTable(payouts, view),
    rows.length === 0 ? 'No rewards.' : table(columns, rows, view),
  ].join('\n\n');
}

function payoutTable(payouts: ListedPayout[], view: View): string {
  const rows = payouts.map((payout) => {
    if ('unreadable' in payout)
      return [payout.id, '', '', `of user ${payout.user_id}`, UNREADABLE, '', '', '', ''];
    const { id, amount_micro, network, address, status, history } = payout;
    const { at = '', by = '' } = history.at(-1) ?? {};
    return [
      id,
      money(amount_micro),
      network,
      address,
      status,
      at,
      age(at, view),
      by,
      noteOn(payout),
    ];
  });
  const columns = [
    { title: 'PAYOUT' },
    { title: 'AMOUNT', right: true },
    { title: 'NETWORK' },
    { title: 'ADDRESS' },
    { title: 'STATUS' },
    { title: 'SINCE' },
    { title: 'AGE', right: true },
    { title: 'BY' },
    { title: 'NOTE' },
  ];
  return sparseTable(columns, rows, view);
}

function reviewTable(payouts: ListedPayout[], view: View): string {
  const rows = payouts.map((payout) => {
    if ('unreadable' in payout)
      return [payout.id, '', '', UNREADABLE, '', '', `of user ${payout.user_id}`];
    const { id, amount_micro, network, status, review } = payout;
    const { since = '', why = '' } = review ?? {};
    return [id, money(amount_micro), network, status, since, age(since, view), why];
  });
  const columns = [
    { title: 'PAYOUT' },
    { title: 'AMOUNT', right: true },
    { title: 'NETWORK' },
    { title: 'STATUS' },
    { title: 'SINCE' },
    { title: 'AGE', right: true },
    { title: 'WHY' },
  ];
  return sparseTable(columns, rows, view);
}

/** What may be wrong with its address, in words; empty where nothing is. */
export const warningText = ({ warnings = [] }: Pick<ShownPayout, 'warnings'>): string =>
  warnings.map((warning) => WARNINGS[warning]).join(', ');

const WARNINGS = {
  off_curve: 'address without a key',
  no_capitals: 'address without a capital letter',
} as const satisfies Record<AddressWarning, string>;

/** What whoever settles it has to know at a glance. */
function noteOn(payout: ShownPayout): string {
  const living = livingAttempts(payout).length;
  return [
    payout.review && 'needs review',
    living > 0 && `${living} attempt${living === 1 ? '' : 's'}`,
    payout.approval && 'approved',
    warningText(payout),
  ]
    .filter(Boolean)
    .join(', ');
}

/** Throws a Problem for what is not of this shape. */
export function readAnswer<Schema extends v.GenericSchema>(
  schema: Schema,
  json: unknown,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, json);
  if (!parsed.success)
    throw new Problem('The answer is not what this program knows; --json shows it as it came.');
  return parsed.output;
}
