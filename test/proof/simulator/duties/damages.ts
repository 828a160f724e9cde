/** What may become of stored items without the service having done it, and what has to be said then. */
import { deleteRaw, putRaw } from '../stack/raw-items.ts';
import type { Database } from '../stack/stored-state.ts';
import {
  cancelled,
  failed,
  holds,
  inQueue,
  list,
  me,
  type Probe,
  refused,
  sending,
  sent,
  shown,
  unreadableTo,
} from './probes.ts';
import { patiently, UNIT, type Victim } from './victim.ts';

export type Damage = {
  name: string;
  damage: (victim: Victim, database: Database) => Promise<void>;
  /** Whether reconciliation has to name the victim. */
  isNamed: boolean;
  probes: (victim: Victim) => Probe[];
  /** Repairs it and goes on with the item; whether that could be done. */
  mend?: (victim: Victim) => Promise<boolean>;
};

const S = (value: string) => ({ S: value });
const N = (units: bigint) => ({ N: String(units * UNIT) });
const sound = { isNamed: false, damage: async () => {} };
const account = (name: string, numbers: Record<string, object | undefined>) => ({
  name,
  isNamed: true,
  damage: (v: Victim) => v.forge('AccountsTable', v.userId, numbers),
});
const payoutItem = (
  name: string,
  attributes: (id: string) => Record<string, object | undefined>,
) => ({
  name,
  isNamed: true,
  damage: (v: Victim) => {
    const id = v.idOf(v.claimed);
    return v.forge('PayoutsTable', id, attributes(id));
  },
});
const rewardItem = (
  name: string,
  reward: string,
  attributes: Record<string, object | undefined>,
) => ({
  name,
  isNamed: true,
  damage: (v: Victim) => v.forge('RewardsTable', `"${reward}"`, attributes),
});

/** Everybody has 60.00 available, 35.00 reserved, 47.00 pending (7.00 of it due) and 5.00 spent. */
export const DAMAGES: readonly Damage[] = [
  {
    ...sound,
    name: 'none',
    probes: (v) => [list(v, 2), shown(v), holds('me', () => me(v))],
  },
  {
    ...account('what is reserved became available', {
      reserved_micro: N(10n),
      available_micro: N(85n),
    }),
    probes: (v) => [cancelled(v), sent(v), failed(v), list(v, 2)],
  },
  {
    ...account('what is pending became available', {
      pending_micro: N(3n),
      available_micro: N(104n),
    }),
    probes: (v) => [
      {
        name: 'reversal',
        refused: async () => !(await v.tell({ type: 'reversed', user: v.user, reward: 'r2' })),
      },
      refused('payout of what is due', () =>
        v.ask({
          // No more is missing than what is pending by the account, which would refuse it by itself.
          ...{ kind: 'payout', user: v.user, amount: String(106n * UNIT), network: 'polygon' },
          address: '0xde709f2102306220921060314715629080e2fb77',
        }),
      ),
    ],
  },
  {
    ...account('a lifetime that its parts do not add up to', { lifetime_micro: N(1000n) }),
    probes: (v) => [refused('me', () => me(v)), list(v, 2)],
  },
  {
    ...account('an account that cannot be read', { available_micro: S('much') }),
    probes: (v) => [refused('me', () => me(v)), list(v, 2)],
  },
  {
    name: 'a payout that never took its amount',
    isNamed: true,
    damage: (v) => v.forge('PayoutsTable', v.idOf(v.claimed), { amount_micro: N(1000n) }),
    probes: (v) => [sent(v), failed(v, v.claimed), list(v, 2)],
  },
  {
    name: 'a deleted account',
    isNamed: true,
    damage: async (v, database) =>
      deleteRaw(database, 'AccountsTable', await v.item('AccountsTable', v.userId)),
    probes: (v) => [cancelled(v), sent(v), list(v, 2)],
  },
  {
    name: 'a deleted payout',
    isNamed: true,
    damage: async (v, database) =>
      deleteRaw(database, 'PayoutsTable', await v.item('PayoutsTable', v.idOf(v.claimed))),
    probes: (v) => [list(v, 1), shown(v)],
  },
  {
    name: 'a payout taken back behind the back of its key',
    isNamed: true,
    damage: async (v, database) => {
      const item = await v.item('PayoutsTable', v.idOf(v.claimed));
      await deleteRaw(database, 'PayoutsTable', item);
      const numbers = { reserved_micro: N(20n), available_micro: N(75n) };
      await v.forge('AccountsTable', v.userId, numbers);
    },
    probes: (v) => [list(v, 1), shown(v)],
  },
  {
    // What DynamoDB itself does when a key has expired: there is nothing wrong with it.
    name: 'a deleted key',
    isNamed: false,
    damage: async (v, database) =>
      deleteRaw(database, 'IdempotencyKeysTable', await v.item('IdempotencyKeysTable', 'payout#')),
    probes: (v) => [list(v, 2), shown(v)],
  },
  {
    ...payoutItem('a queue key that does not follow', (id) => ({ queue_key: S(`done#${id}`) })),
    probes: (v) => [list(v, 2), shown(v)],
  },
  {
    ...payoutItem('a shard that does not follow', (id) => ({
      shard: S(id.endsWith('0') ? '1' : '0'),
    })),
    probes: (v) => [list(v, 2), shown(v)],
  },
  {
    ...rewardItem('a reward that would never unlock', 'r2', { pending_until: undefined }),
    probes: (v) => [list(v, 2)],
  },
  {
    ...rewardItem('a reward that the sweep would not find', 'r2', { due_shard: S('x') }),
    probes: (v) => [list(v, 2)],
  },
  {
    name: 'a reward available before its time',
    isNamed: true,
    damage: async (v) => {
      const without = { pending_until: undefined, due_shard: undefined };
      await v.forge('RewardsTable', '"r2"', { status: S('available'), ...without });
      await v.forge('AccountsTable', v.userId, { pending_micro: N(7n), available_micro: N(100n) });
    },
    probes: (v) => [list(v, 2)],
  },
  {
    ...payoutItem('a payout that cannot be read', () => ({ amount_micro: S('much') })),
    probes: (v) => [
      refused('get', () => v.ask({ kind: 'get', user: v.user, payout: v.claimed })),
      sent(v),
      list(v, 1),
      shown(v),
      unreadableTo(v, 'payouts', v.idOf(v.claimed)),
      inQueue(v, 'processing', v.idOf(v.claimed)),
    ],
  },
  {
    ...payoutItem('a payout of a status that is none', () => ({ status: S('lost') })),
    mend: async (v) => {
      await v.forge('PayoutsTable', v.idOf(v.claimed), { status: S('processing') });
      return (await patiently(() => v.ask(sending(v))))?.status === 200;
    },
    probes: (v) => [failed(v, v.claimed), list(v, 1), inQueue(v, 'requested', v.idOf(v.claimed))],
  },
  {
    ...rewardItem('a reward that cannot be read', 'r2', { amount_micro: S('much') }),
    probes: (v) => [
      holds(
        'rewards',
        () => v.ask({ kind: 'rewards', user: v.user, limit: 50 }),
        ({ items }: { items: unknown[] }) => items.length === 2,
      ),
      unreadableTo(v, 'rewards', 'r2'),
    ],
  },
  {
    ...rewardItem('a due reward that cannot be read', 'r4', { amount_micro: S('much') }),
    probes: (v) => [refused('me', () => me(v))],
  },
  {
    name: 'an account in upper case',
    isNamed: true,
    damage: async (v, database) => {
      const item = await v.item('AccountsTable', v.userId);
      const numbers = Object.keys(item).map((name) => [name, N(0n)]);
      const user_id = S(v.userId.toUpperCase());
      await putRaw(database, 'AccountsTable', { ...Object.fromEntries(numbers), user_id });
    },
    probes: (v) => [list(v, 2)],
  },
];
