/** Shows the API's answers to a person. */
import { stripVTControlCharacters } from 'node:util';
import * as v from 'valibot';
import { PayoutWithHistory } from '../../lib/payout.ts';
import { UnreadableItem } from '../../lib/store/dynamodb/item.ts';
import { escapeHidden } from '../../lib/text.ts';
import { Problem } from '../problem.ts';

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

const Refusal = v.object({ error: v.string(), message: v.string(), request_id: v.string() });

export function queueText(json: unknown): string {
  const { items, next_cursor } = read(Queue, json);
  const lines = items.length === 0 ? 'Nothing waits.' : payoutTable(items);
  return next_cursor === undefined ? lines : `${lines}\n\nMore: --cursor ${printable(next_cursor)}`;
}

export function payoutText(json: unknown): string {
  const { history, amount_micro, ...payout } = read(PayoutWithHistory, json);
  const fields = Object.entries(payout).map(([name, value = '']) => [name, value]);
  const steps = history.map(({ at, status, by }) => [at, status, by]);
  return `${table([['amount', money(amount_micro)], ...fields])}\n\n${table([['WHEN', 'STATUS', 'BY'], ...steps])}`;
}

export function userText(json: unknown): string {
  const { user_id, balance, payouts, rewards } = read(User, json);
  const parts = Object.entries(balance).map(([name, micro]) => {
    return [name.replace(/_micro$/, ''), money(micro)];
  });
  const rows = rewards.map((reward) => {
    if ('unreadable' in reward) return [reward.id, '', UNREADABLE, '', ''];
    const { id, amount_micro, status, unlocks_at, source } = reward;
    return [id, money(amount_micro), status, unlocks_at, source];
  });
  return [
    table([['user', user_id], ...parts]),
    payouts.length === 0 ? 'No payouts.' : payoutTable(payouts),
    rows.length === 0
      ? 'No rewards.'
      : table([['REWARD', 'AMOUNT', 'STATUS', 'UNLOCKS', 'SOURCE'], ...rows]),
  ].join('\n\n');
}

/** One line that says what is about to be ended. */
export function summary(json: unknown): string {
  const { id, amount_micro, network, address, status, history } = read(PayoutWithHistory, json);
  const by = history.at(-1)?.by ?? '';
  return printable(`${id}: ${money(amount_micro)} on ${network} to ${address}, ${status} by ${by}`);
}

/** The API's own sentence, or what is known when the gateway answered in its place. */
export function refusalText(status: number, json: unknown): string {
  const refusal = v.safeParse(Refusal, json);
  if (refusal.success) {
    const { error, message, request_id } = refusal.output;
    return printable(`${error}: ${message} (request ${request_id})`);
  }
  const hint = status === 403 ? ' Check the credentials, the region and the clock.' : '';
  return `The gateway refused the request with ${status}.${hint}`;
}

/** Stands in the place of a status. */
const UNREADABLE = 'unreadable';

function payoutTable(payouts: ListedPayout[]): string {
  const rows = payouts.map((payout) => {
    if ('unreadable' in payout)
      return [payout.id, '', '', `of user ${payout.user_id}`, UNREADABLE, '', ''];
    const { id, amount_micro, network, address, status, history } = payout;
    const { at = '', by = '' } = history.at(-1) ?? {};
    return [id, money(amount_micro), network, address, status, at, by];
  });
  return table([['PAYOUT', 'AMOUNT', 'NETWORK', 'ADDRESS', 'STATUS', 'SINCE', 'BY'], ...rows]);
}

/** Micro-units as a decimal number with at least two places: `25.00`, `0.000001`. */
export function money(micro: bigint): string {
  const digits = String(micro < 0n ? -micro : micro).padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0{1,4}$/, '');
  return `${micro < 0n ? '-' : ''}${digits.slice(0, -6)}.${fraction}`;
}

function table(rows: string[][]): string {
  const cells = rows.map((row) => row.map(printable));
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
  return cells.map((row) => line(row).join('  ').trimEnd()).join('\n');
}

/** A note or a source is text that others wrote: it must not move the cursor or break the table. */
const printable = (text: string): string =>
  escapeHidden(stripVTControlCharacters(text).replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' '));

function read<Schema extends v.GenericSchema>(
  schema: Schema,
  json: unknown,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, json);
  if (!parsed.success)
    throw new Problem('The answer is not what this program knows; --json shows it as it came.');
  return parsed.output;
}
