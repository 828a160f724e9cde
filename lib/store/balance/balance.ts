/** A user's balance as it is at this moment, from the account and the rewards that are due. */
import { Account, type Balance, balanceWithDue, EMPTY_ACCOUNT } from '../../account.ts';
import { findItem } from '../dynamodb/read.ts';
import { attempts } from '../dynamodb/retry.ts';
import type { Store } from '../dynamodb/store.ts';
import { sumDueRewards } from './unlock.ts';

/**
 * The balance, in which every reward whose time has come is available, whether or not it has been
 * moved yet; zeros for a user without history.
 *
 * The account and the due rewards are two reads, between which an unlock may move money, and a
 * grant may bring a reward that is due already. So the due rewards are read between two reads of
 * the account: where its version has not changed, all three saw the same state.
 */
export async function getBalance(
  store: Store<'Accounts' | 'Rewards'>,
  userId: string,
): Promise<Balance> {
  let account = await getAccount(store, userId);
  if (account.pending_micro === 0n) return balanceWithDue(account, 0n);
  for await (const _ of attempts(store)) {
    const dueMicro = await sumDueRewards(store, userId);
    const later = await getAccount(store, userId);
    if (later.version === account.version) return balanceWithDue(later, dueMicro);
    account = later;
  }
  throw new Error('the account kept changing until the deadline');
}

const getAccount = async (store: Store<'Accounts'>, userId: string): Promise<Account> =>
  (await findItem(store, 'Accounts', { user_id: userId }, Account)) ?? EMPTY_ACCOUNT;
