/**
 * What has to be written to bring a user's damaged books in order, from a backup of them and the
 * events since: lib/README.md, "Restoring", has the rules and why they hold.
 */
import * as v from 'valibot';
import { Account, type Balance } from '../../account.ts';
import { isStoredUuid } from '../../ids.ts';
import { isOpen, type PayoutChange, type PayoutStatus } from '../../payout.ts';
import type { Item } from '../dynamodb/read.ts';
import type { EvidenceWrite } from '../payouts/chain/restored-evidence.ts';
import { advance } from './archived-events.ts';
import { type Books, type Items, KINDS, type Kind, tallyOf } from './books.ts';
import { describeDrift, expectedBalance, findDrift } from './drift.ts';
import { newest } from './newest-item.ts';
import { keepsFreeze } from './restored-freeze.ts';
import { signsOfMore } from './restored-payout.ts';
import type { Tally } from './tally.ts';

/** `was` is the live item in whose place it comes, if there is one. */
export type Write = { kind: Kind; id: string; item: Item; was: Item | undefined };

export type Plan = {
  writes: Write[];
  /** What the Evidence table lacks of the user's payouts (restore-account.ts). */
  evidence: EvidenceWrite[];
  /** What the account is to hold; undefined for a user who needs none. */
  balance: Balance | undefined;
  /** Whether the account comes back frozen, as it does not say any more that it was not. */
  freezes: boolean;
  /** Why the user is left alone, in words for an operator; nothing is to be written then. */
  reasons: string[];
};

export type Sources = {
  live: Books;
  backup: Books;
  /** The user's published changes of payouts since the backup; undefined where nobody has looked. */
  changes: PayoutChange[] | undefined;
  /** Whether the items count where a live account that adds up contradicts them. */
  trustItems: boolean;
};

/** The plan for these sources at `nowMs`; undefined where the live books are in order. */
export function planRestore(userId: string, sources: Sources, nowMs: number): Plan | undefined {
  const { live, backup, changes, trustItems } = sources;
  const { known, contradicted } = knownItems(backup.items, changes ?? []);
  const items = newestItems(live.items, known, nowMs);
  const tally = tallyOf(items, nowMs);
  const writes = KINDS.flatMap((kind) =>
    [...items[kind]].flatMap(([id, item]): Write[] => {
      const was = live.items[kind].get(id);
      return item === was ? [] : [{ kind, id, item, was }];
    }),
  );
  const needsAccount =
    tally.needsAccount || live.account !== undefined || backup.account !== undefined;
  const balance = needsAccount ? expectedBalance(tally) : undefined;
  const freezes = needsAccount && !keepsFreeze(live.account, backup.account);
  const isInOrder =
    findDrift(userId, live.account, tally) === undefined &&
    versionOf(live.account) >= versionOf(backup.account) &&
    !freezes;
  if (writes.length === 0 && isInOrder && contradicted.length === 0) return undefined;

  const backupDrift = findDrift(userId, backup.account, tallyOf(backup.items, nowMs));
  const reasons = [
    ...(isStoredUuid(userId) ? [] : ['no user has such an id']),
    ...(backupDrift
      ? [`the backup does not balance, take one of another second: ${describeDrift(backupDrift)}`]
      : []),
    ...contradicted.map((what) => `the events contradict the backup: ${what}`),
    ...tally.corrupt.map((what) => `neither the backup nor the events mend ${what}`),
    ...(changes === undefined ? mayHaveBeenPaid(items, live, backup) : []),
    ...writes.flatMap(goesBack),
    ...(balance && !trustItems
      ? contradictedBy(live.account, backup.account ?? {}, balance, tallyOf(known, nowMs))
      : []),
  ];
  return { writes, evidence: [], balance, freezes, reasons };
}

/** The items of the backup, its payouts brought to their last change. */
function knownItems(backup: Items, changes: PayoutChange[]) {
  const payouts = new Map(backup.payouts);
  const contradicted: string[] = [];
  for (const [id, ofPayout] of Map.groupBy(changes, ({ payout }) => payout.id)) {
    const advanced = advance(payouts.get(id), ofPayout);
    if ('item' in advanced) payouts.set(id, advanced.item);
    else contradicted.push(`payout ${id}: ${advanced.failing.join(', ')}`);
  }
  return { known: { ...backup, payouts }, contradicted };
}

const newestItems = (live: Items, known: Items, nowMs: number): Items =>
  Object.fromEntries(
    KINDS.map((kind) => {
      const ids = new Set([...live[kind].keys(), ...known[kind].keys()]);
      const entries = [...ids].flatMap((id): [string, Item][] => {
        const item = newest(kind, live[kind].get(id), known[kind].get(id), nowMs);
        return item ? [[id, item]] : [];
      });
      return [kind, new Map(entries)];
    }),
  ) as Items;

/**
 * A payout that comes back open may have been paid since, and so may one that is open while the
 * account does not vouch for it, as both may have been set back: only the events would tell.
 */
function mayHaveBeenPaid({ payouts }: Items, live: Books, backup: Books): string[] {
  const { account } = live;
  const vouches = v.is(Account, account) && account.version >= versionOf(backup.account);
  return [...payouts].flatMap(([id, item]) =>
    isOpen(item.status as PayoutStatus) && !(vouches && item === live.items.payouts.get(id))
      ? [`payout ${id} would be open, and may have been paid since: give the events`]
      : [],
  );
}

/**
 * A live item that is damaged, or contradicts what is known, may yet be right in that somebody has
 * claimed the payout or paid it, or paid the invoice: then an event is missing, of a spend there is
 * none, and a person has to look.
 */
function goesBack({ kind, id, item, was }: Write): string[] {
  if (was === undefined) return [];
  if (kind === 'invoices')
    return wasCovered(was) && item.status !== 'covered'
      ? [`invoice ${id} is covered live, and would be ${item.status}: it may have been paid`]
      : [];
  const signs = kind === 'payouts' ? signsOfMore(was, item) : [];
  return signs.length > 0
    ? [
        `payout ${id} is ${was.status} live, and would be ${item.status}: ` +
          `it may have been paid, by its ${signs.join(', ')}`,
      ]
    : [];
}

const wasCovered = ({ status, covered_by, covered_at }: Item): boolean =>
  status === 'covered' || covered_by !== undefined || covered_at !== undefined;

/** What is pending and what is available follows from these and from the time. */
const PROVES = ['lifetime_micro', 'reserved_micro', 'paid_out_micro', 'spent_micro'] as const;

/**
 * An account that adds up, and has changed since the backup, tells what its items were. Where it
 * says something else than they do, either it was changed or some of them are lost for good. One
 * that is still the backup's tells that no item came since of which no event tells: else either
 * that item is nobody's, or the account was set back.
 */
function contradictedBy(
  live: Item | undefined,
  backup: Item,
  balance: Balance,
  known: Tally,
): string[] {
  if (!v.is(Account, live)) return [];
  const age = live.version - versionOf(backup);
  const isBackup = age === 0n && PROVES.every((part) => live[part] === backup[part]);
  if (age <= 0n && !isBackup) return [];
  const proven: Item = isBackup ? expectedBalance(known) : { ...live };
  const different = PROVES.filter((part) => proven[part] !== balance[part]).map(
    (part) => `${part} is ${proven[part]}, by the items ${balance[part]}`,
  );
  return different.length > 0
    ? [`the live account adds up, and its items say something else: ${different.join('; ')}`]
    : [];
}

/** Of an account; -1 where there is none, or none that can be read. */
export const versionOf = (account: Item | undefined): bigint =>
  typeof account?.version === 'bigint' && account.version >= 0n ? account.version : -1n;
