/** The verdict on one account: whether its items add up to what is stored on it. */
import { isDeepStrictEqual } from 'node:util';
import { getItem, getItemsThereIsRoomFor, type Item, queryPages } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import type { Store } from '../dynamodb/store.ts';
import { type Drift, findDrift } from './drift.ts';
import {
  addUnfulfilled,
  emptyTally,
  projectionOf,
  SOURCES,
  type Source,
  type Tally,
} from './tally.ts';

/** Nothing is begun after `beginUntilMs` (epoch milliseconds); what was has until `deadlineMs`. */
export type ReconcileTables = 'Accounts' | Source['table'];
export type ReconcileStore = Store<ReconcileTables> & { beginUntilMs: number };
export type Verdict = 'balanced' | 'skipped' | Drift;

/** The time for this run ended before the verdict; another run may have more. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

/** An account that changes under every one of so many looks is skipped, to be judged at the end. */
const LOOKS_MAX = 10;

/** Then it has to change under so many more, which nobody's business does. */
export const LAST_LOOKS_MAX = 100;

/** Far more than DynamoDB usually needs to bring a committed transaction to each of its items. */
const SECOND_LOOK_AFTER_MS = 1000;

/**
 * Judges the account, of which `account` has been read consistently, perhaps a while ago; undefined
 * where there was none.
 *
 * A look reads all items between two reads of the account: with the same version on both sides, no
 * transaction that moves a sum came between. As reads may see a committed transaction half brought
 * to its items, a look can clear an account, but drift counts only when a second look finds the
 * same. lib/README.md, "Reconciliation", has the whole argument.
 */
export async function judgeAccount(
  store: ReconcileStore,
  userId: string,
  account: Item | undefined,
  looksMax = LOOKS_MAX,
): Promise<Verdict> {
  const { time, beginUntilMs } = store;
  let before = account;
  let suspected: Drift | undefined;
  for await (const look of attempts({ time, deadlineMs: beginUntilMs })) {
    const tally = await tallyItems(store, userId, () => {
      if (time.now() >= beginUntilMs) throw new OutOfTimeError();
    });
    // An account that is gone has no version.
    const after = await getItem(store, 'Accounts', { user_id: userId });
    if (after?.version === before?.version) {
      const drift = findDrift(userId, after, tally);
      if (drift === undefined) return 'balanced';
      if (isDeepStrictEqual(drift, suspected)) return drift;
      suspected = drift;
      if (time.now() + SECOND_LOOK_AFTER_MS >= beginUntilMs) throw new OutOfTimeError();
      await time.sleep(SECOND_LOOK_AFTER_MS);
    } else suspected = undefined;
    if (look === looksMax) return 'skipped';
    before = after;
  }
  throw new OutOfTimeError();
}

/** So many users' items are read at once, which four reads each bring near the connection's width. */
export const LOOKED_AT_TOGETHER = 25;

/**
 * And so many items of a kind of each. A hundred whole pages at once, of 1 MB each, would take longer
 * to be read than an attempt of a read may take, and none of them would come through.
 */
export const ITEMS_TOGETHER_MAX = 250;

/**
 * The users whose accounts one look clears, of these, which were read
 * consistently; all items of all of them are read before the accounts are read again. It judges
 * nobody else: who changed meanwhile, has more items, or could not be read, is to be looked at alone.
 */
export async function clearedTogether(
  store: ReconcileStore,
  accounts: readonly Item[],
): Promise<Set<string>> {
  const tallies = await Promise.all(
    accounts.map(({ user_id }) =>
      tallyItems(store, String(user_id), leaveAlone, ITEMS_TOGETHER_MAX).catch(nothing),
    ),
  );
  const keys = accounts.map(({ user_id }) => ({ user_id: String(user_id) }));
  const consistent = { ConsistentRead: true };
  const again = await getItemsThereIsRoomFor(store, 'Accounts', keys, consistent).catch(nothing);
  const after = new Map(again?.map((account) => [String(account.user_id), account]));
  const isCleared = ({ user_id, version }: Item, at: number) => {
    const [tally, account] = [tallies[at], after.get(String(user_id))];
    if (tally === undefined || account?.version !== version) return false;
    return findDrift(String(user_id), account, tally) === undefined;
  };
  return new Set(accounts.filter(isCleared).map(({ user_id }) => String(user_id)));
}

/** A failure here decides nothing: whoever is looked at alone meets it again, or not. */
const nothing = () => undefined;

class LongHistoryError extends Error {}

function leaveAlone(): never {
  throw new LongHistoryError();
}

/** `beforeNext` may throw before another page of one kind is read; a page has 1 MB or so many items. */
async function tallyItems(
  store: ReconcileStore,
  userId: string,
  beforeNext: () => void,
  itemsPerPage?: number,
): Promise<Tally> {
  const tally = emptyTally();
  const addAll = async (source: Source) => {
    // Page by page, so that the memory this takes does not grow with the history.
    for await (const items of itemPages(store, source, userId, beforeNext, itemsPerPage))
      for (const item of items) source.add(tally, item, store.nowMs);
  };
  const { keys, rewards, payouts, invoices } = SOURCES;
  await Promise.all([
    addAll(rewards),
    addAll(keys).then(() => Promise.all([addAll(payouts), addAll(invoices)])),
  ]);
  addUnfulfilled(tally);
  return tally;
}

const itemPages = (
  store: ReconcileStore,
  source: Source,
  userId: string,
  beforeNext: () => void,
  itemsPerPage: number | undefined,
) =>
  queryPages(
    store,
    {
      TableName: store.tables[source.table],
      KeyConditionExpression: 'user_id = :user',
      ExpressionAttributeValues: { ':user': userId },
      ...projectionOf(source),
      ConsistentRead: true,
      Limit: itemsPerPage,
    },
    beforeNext,
  );
