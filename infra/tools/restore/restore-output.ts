/** What a restore says of each user, and at its end. */
import type { Balance } from '../../../lib/account.ts';
import type { Item } from '../../../lib/store/dynamodb/read.ts';
import type { EvidenceWrite } from '../../../lib/store/payouts/chain/restored-evidence.ts';
import type { Raise } from '../../../lib/store/payouts/raise-budgets.ts';
import { KINDS } from '../../../lib/store/reconcile/books.ts';
import type { Write } from '../../../lib/store/reconcile/plan-restore.ts';
import type { Outcome } from '../../../lib/store/reconcile/restore-account.ts';
import { money, printable } from '../text-table.ts';

/** A long history is not told payout by payout. */
const LINES_MAX = 20;

const FROZEN = 'frozen, as it may have been since the backup: thaw it if it was not';

const WORDS = {
  in_order: 'in order',
  to_restore: 'to restore',
  restored: 'restored',
  left_alone: 'left alone',
  failed: 'failed',
} as const;

export type Result = keyof typeof WORDS;
export type Told = Omit<Outcome, 'result'> & { result: Result };
export type Counts = Record<Result, number>;

export const noCounts = (): Counts =>
  Object.fromEntries(Object.keys(WORDS).map((result) => [result, 0])) as Counts;

/** Undefined for a user whose books are in order, of whom there is nothing to say. */
export function outcomeText(userId: string, told: Told): string | undefined {
  const { result, reasons, plan, before } = told;
  if (result === 'in_order') return undefined;
  const writes = plan?.writes ?? [];
  const kinds = KINDS.map((kind) => [kind, writes.filter((write) => write.kind === kind).length]);
  const counted = kinds
    .filter(([, count]) => count !== 0)
    .map(([kind, count]) => `${count} ${kind}`);
  const lines = [
    ...reasons,
    ...(counted.length > 0 ? [`items: ${counted.join(', ')}`] : []),
    ...changedNumbers(before, plan?.balance),
    ...(plan?.freezes ? [FROZEN] : []),
    ...(plan?.evidence ?? []).map(evidenceText),
    ...writes.flatMap(payoutText),
  ];
  const rest = lines.length - LINES_MAX;
  const shown = rest > 0 ? [...lines.slice(0, LINES_MAX), `and ${rest} more`] : lines;
  return [`${userId}  ${WORDS[result]}`, ...shown.map((line) => `  ${line}`)]
    .map(printable)
    .join('\n');
}

function changedNumbers(before: Item | undefined, balance: Balance | undefined): string[] {
  if (balance === undefined) return [];
  return Object.entries(balance)
    .filter(([part, micro]) => before?.[part] !== micro)
    .map(([part, micro]) => `${part}  ${amount(before?.[part])} -> ${amount(micro)}`);
}

const amount = (micro: unknown): string =>
  typeof micro === 'bigint' ? money(micro) : micro === undefined ? 'missing' : 'unreadable';

function payoutText({ kind, id, item, was }: Write): string[] {
  if (kind !== 'payouts') return [];
  return [`payout ${id}  ${was ? String(was.status) : 'missing'} -> ${String(item.status)}`];
}

const evidenceText = ({ item, was }: EvidenceWrite): string =>
  `evidence of payout ${item.payout_id}  ${was ? 'damaged' : 'missing'} -> ${item.transaction} ${item.position}`;

/** A budget or a limit of the day, of which nothing that counted on it may be taken again. */
export function raisedText({ table, key, was, micro }: Raise): string {
  const of = table === 'Budgets' ? `budget of ${key.network}` : `daily limit of ${key.user_id}`;
  return printable(`${of} on ${key.day}  ${amount(was)} -> ${money(micro)}`);
}

export function summary(counts: Counts, applied: boolean): string {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const parts = (Object.keys(WORDS) as Result[])
    .filter((result) => counts[result] > 0)
    .map((result) => `${counts[result]} ${WORDS[result]}`);
  const lines = [[`${all} users looked at`, parts.join(', ')].filter(Boolean).join(': ')];
  if (!applied) lines.push('Nothing was written. To write it, add --apply.');
  return lines.join('\n');
}
