/** Shows the API's answers to a person. */
import * as v from 'valibot';
import { stringifyJson } from '../../lib/json.ts';
import { PayoutWithHistory, statusSince } from '../../lib/settlement/payout-with-history.ts';
import { UnreadableItem } from '../../lib/store/dynamodb/item.ts';
import { Problem } from '../problem.ts';
import { age, amounts, listing, money, printable, table, type View } from './text-table.ts';

const ListedPayout = v.union([PayoutWithHistory, UnreadableItem]);
type ListedPayout = v.InferOutput<typeof ListedPayout>;

const Queue = v.object({ items: v.array(ListedPayout), next_cursor: v.optional(v.string()) });

const User = v.object({
  user_id: v.string(),
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

const Refusal = v.object({
  error: v.string(),
  message: v.string(),
  request_id: v.string(),
  status: v.optional(v.string()),
  by: v.optional(v.string()),
  since: v.optional(v.string()),
});

/** Stands in the place of a status. */
const UNREADABLE = 'unreadable';

/** The page as the API tells it, of which `items` are as they came. */
export const readPage = (json: unknown): { items: unknown[]; next_cursor?: string | undefined } =>
  read(v.object({ items: v.array(v.unknown()), next_cursor: v.optional(v.string()) }), json);

export function queueText(json: unknown, view: View): string {
  const { items, next_cursor } = read(Queue, json);
  const lines = items.length === 0 ? 'Nothing waits.' : payoutTable(items, view);
  return next_cursor === undefined
    ? lines
    : `${lines}\n\nMore: --all, or --cursor ${printable(next_cursor)}`;
}

export function payoutText(json: unknown, view: View): string {
  const { history, amount_micro, ...payout } = read(PayoutWithHistory, json);
  const fields = Object.entries(payout).map(([name, value = '']) => [
    name,
    typeof value === 'string' ? value : stringifyJson(value),
  ]);
  const steps = history.map(({ at, status, by }) => [at, age(at, view), status, by]);
  const columns = [
    { title: 'WHEN' },
    { title: 'AGE', right: true },
    { title: 'STATUS' },
    { title: 'BY' },
  ];
  return `${listing([['amount', money(amount_micro)], ...fields], view)}\n\n${table(columns, steps, view)}`;
}

/** Whether nothing is known of the user: the API has zeros for every id. */
export function isUnknownUser(json: unknown): boolean {
  const { success, output } = v.safeParse(User, json);
  if (!success || output.payouts.length + output.rewards.length > 0) return false;
  return Object.values(output.balance).every((micro) => micro === 0n);
}

export function userText(json: unknown, view: View): string {
  const { user_id, balance, payouts, rewards } = read(User, json);
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
    listing([['user', user_id]], view),
    amounts(parts, view),
    payouts.length === 0 ? 'No payouts.' : payoutTable(payouts, view),
    rows.length === 0 ? 'No rewards.' : table(columns, rows, view),
  ].join('\n\n');
}

/** One line that says what is about to be ended. */
export function summary(json: unknown, view: View): string {
  const payout = read(PayoutWithHistory, json);
  const { id, amount_micro, network, address, status, history } = payout;
  const since = `${status} by ${history.at(-1)?.by ?? ''} for ${age(statusSince(payout), view)}`;
  return printable(`${id}: ${money(amount_micro)} on ${network} to ${address}, ${since}`);
}

const HINTS: Record<number, string> = {
  403: ' Check the credentials, the region and the clock.',
  404: ' Check the URL: an API with a domain answers there alone.',
};

/** The API's own sentence, or what is known when the gateway answered in its place. */
export function refusalText(status: number, json: unknown): string {
  const refusal = v.safeParse(Refusal, json);
  if (refusal.success) {
    const { error, message, request_id, status, by, since } = refusal.output;
    const held = by === undefined ? '' : ` by ${by} since ${since ?? ''}`;
    const state = status === undefined ? '' : ` It is ${status}${held}.`;
    return printable(`${error}: ${message}${state} (request ${request_id})`);
  }
  return `The gateway refused the request with ${status}.${HINTS[status] ?? ''}`;
}

function payoutTable(payouts: ListedPayout[], view: View): string {
  const rows = payouts.map((payout) => {
    if ('unreadable' in payout)
      return [payout.id, '', '', `of user ${payout.user_id}`, UNREADABLE, '', '', ''];
    const { id, amount_micro, network, address, status, history } = payout;
    const { at = '', by = '' } = history.at(-1) ?? {};
    return [id, money(amount_micro), network, address, status, at, age(at, view), by];
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
  ];
  return table(columns, rows, view);
}

function read<Schema extends v.GenericSchema>(
  schema: Schema,
  json: unknown,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, json);
  if (!parsed.success)
    throw new Problem('The answer is not what this program knows; --json shows it as it came.');
  return parsed.output;
}
