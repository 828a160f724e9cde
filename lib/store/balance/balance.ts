/** A user's balance as it is at this moment, from the account and the rewards that are due. */
import { Account, type Balance, balanceWithDue, EMPTY_ACCOUNT } from '../../account.ts';
import { parseItem } from '../dynamodb/item.ts';
import { findItem, getItemBetweenTransactions } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import type { Store } from '../dynamodb/store.ts';
import { ADDED_UP_MAX, lessPendingThanDue, lookAtPending, type PendingLook } from './unlock.ts';

/**
 * The balance, and where it is that of an earlier moment, that moment (RFC 3339): what was due by
 * then is available, and what has come to its time since is still pending.
 */
export type BalanceAsOf = { balance: Balance; counted_until?: string };

/** An account that changes under so much reading of rewards is given up. */
const READ_MAX = 10 * ADDED_UP_MAX;

/**
 * The balance, in which every reward whose time has come is available, whether or not it has been
 * moved yet; zeros for a user without history. Where a user has more rewards that are due, and more
 * that are not yet, than can be added up in one request, it is that of the last moment for which
 * they can: available is then at least so much, and a debit counts all the same what is due.
 *
 * The account and its rewards are several reads, between which an unlock may move money, and a
 * grant may bring a reward that is due already. So the rewards are read between two reads of the
 * account, each at a moment when no transaction is writing it: where its version has not changed, no
 * transaction was under way, and all saw the same state. Throws when it changes under every look.
 */
export async function getBalance(
  store: Store<'Accounts' | 'Rewards'>,
  userId: string,
  addedUpMax = ADDED_UP_MAX,
): Promise<BalanceAsOf> {
  const key = { user_id: userId };
  const stored = (await findItem(store, 'Accounts', key, Account)) ?? EMPTY_ACCOUNT;
  if (stored.pending_micro === 0n) return { balance: balanceWithDue(stored, 0n) };
  const settled = async (): Promise<Account> => {
    const item = await getItemBetweenTransactions(store, 'Accounts', key);
    return item ? parseItem(Account, item, store.tables.Accounts) : EMPTY_ACCOUNT;
  };
  let account = await settled();
  let read = 0;
  for await (const _ of attempts(store)) {
    const pending = await lookAtPending(store, userId, addedUpMax);
    const later = await settled();
    if (later.version === account.version) return balanceAsOf(store, userId, later, pending);
    read += pending.read;
    if (read >= READ_MAX) break;
    account = later;
  }
  throw new Error('the account kept changing');
}

function balanceAsOf(
  store: Store<'Accounts'>,
  userId: string,
  account: Account,
  pending: PendingLook,
): BalanceAsOf {
  const { pending_micro } = account;
  const dueMicro = 'dueMicro' in pending ? pending.dueMicro : pending_micro - pending.notYetMicro;
  if (dueMicro < 0n || dueMicro > pending_micro) throw lessPendingThanDue(store, userId);
  const balance = balanceWithDue(account, dueMicro);
  return 'until' in pending ? { balance, counted_until: pending.until } : { balance };
}
