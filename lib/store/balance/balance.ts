/** A user's balance as it is at this moment, from the account and the rewards that are due. */
import { Account, type Balance, balanceWithDue, EMPTY_ACCOUNT } from '../../account.ts';
import { parseItem } from '../dynamodb/item.ts';
import { findItem, getItemBetweenTransactions } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import type { Store } from '../dynamodb/store.ts';
import { lessPendingThanDue, sumDueRewards } from './unlock.ts';

/**
 * The balance, in which every reward whose time has come is available, whether or not it has been
 * moved yet; zeros for a user without history.
 *
 * The account and the due rewards are two reads, between which an unlock may move money, and a
 * grant may bring a reward that is due already. So the due rewards are read between two reads of
 * the account, each at a moment when no transaction is writing it: where its version has not
 * changed, no transaction was under way, and all three saw the same state.
 */
export async function getBalance(
  store: Store<'Accounts' | 'Rewards'>,
  userId: string,
): Promise<Balance> {
  const key = { user_id: userId };
  const stored = (await findItem(store, 'Accounts', key, Account)) ?? EMPTY_ACCOUNT;
  if (stored.pending_micro === 0n) return balanceWithDue(stored, 0n);
  const settled = async (): Promise<Account> => {
    const item = await getItemBetweenTransactions(store, 'Accounts', key);
    return item ? parseItem(Account, item, store.tables.Accounts) : EMPTY_ACCOUNT;
  };
  let account = await settled();
  for await (const _ of attempts(store)) {
    const dueMicro = await sumDueRewards(store, userId);
    const later = await settled();
    if (later.version === account.version) {
      if (dueMicro > later.pending_micro) throw lessPendingThanDue(store, userId);
      return balanceWithDue(later, dueMicro);
    }
    account = later;
  }
  throw new Error('the account kept changing until the deadline');
}
