/** The deployed bundles behind the local gateway, on a database with the fuzzer's users in it. */
import { createHash } from 'node:crypto';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openDatabase, serveStack } from '../../../infra/local/service.ts';
import type { LocalStack } from '../../../infra/local/template/local-stack.ts';
import { lookKeyOf } from '../../../lib/settlement/look.ts';
import { rewardItem } from '../../../lib/store/balance/reward-items.ts';
import { payoutItem } from '../../../lib/store/payouts/payout-items.ts';
import { account, invoice, putAll } from '../../support/histories.ts';
import { balanceOf, type Payout, type User } from './user.ts';
import { type UserGroup, usersOf } from './user-group.ts';
import { watchWrites } from './write-watch.ts';

export type FuzzedStack = Awaited<ReturnType<typeof startFuzzedStack>>;

export async function startFuzzedStack(template: LocalStack) {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openDatabase(template, {}));
  const watch = await watchWrites(database.endpoint);
  opened.defer(() => watch.close());
  const logs: string[] = [];
  const service = opened.use(
    await serveStack(template, {
      database,
      functionsEndpoint: watch.url,
      poolSize: 1,
      // Only what went wrong, and not for ever.
      log: ({ functionName, line }) => {
        if (/"level":"(ERROR|FATAL)"|^(?!\{)/.test(line))
          logs.splice(0, logs.length - 20, `${functionName} ${line}`);
      },
      onError: (error) => void logs.splice(0, logs.length - 20, String(error)),
    }),
  );
  const client = DynamoDBDocumentClient.from(database.client);
  const all = opened.move();
  return {
    port: service.gateway.port,
    watch,
    /** The last errors in the log. */
    logs,
    putUsers: (group: UserGroup) => putGroup(client, group),
    /** Makes readable what was stored otherwise, which nobody has changed, so that all adds up. */
    makeReadable: (users: readonly User[]) =>
      putAll(client, {
        table: 'PayoutsTable',
        items: users.flatMap(({ unreadable }) => unreadable.map(storedPayout)),
      }),
    /** Adds up every account from its items. */
    reconcile: async (): Promise<{ checked: number; drifted: number; skipped: number }> => {
      const sum = { checked: 0, drifted: 0, skipped: 0 };
      let next: string | undefined;
      do {
        const outcome = await service.runtime.invoke('Reconcile', { next });
        if (outcome.type !== 'result') throw new Error('Reconcile did not answer.');
        const run = JSON.parse(outcome.payload) as typeof sum & { next?: string };
        for (const count of ['checked', 'drifted', 'skipped'] as const) sum[count] += run[count];
        next = run.next;
      } while (next !== undefined);
      return sum;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function putGroup(client: DynamoDBDocumentClient, group: UserGroup): Promise<void> {
  const users = usersOf(group);
  await putAll(
    client,
    { table: 'SessionsTable', items: users.flatMap(sessionItems) },
    {
      table: 'AccountsTable',
      items: users.filter(({ rewards }) => rewards.length > 0).map(accountItem),
    },
    { table: 'PayoutsTable', items: users.flatMap(storedPayouts) },
    { table: 'RewardsTable', items: users.flatMap(storedRewards) },
    {
      table: 'InvoicesTable',
      items: users.flatMap((user) =>
        user.invoices.map(({ id, status, total }) => invoice(user.id, id, status, total)),
      ),
    },
  );
}

function sessionItems({ id, tokens }: User) {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const day = 86_400;
  const session = (token: string, more: { expires_at: number; revoked_at?: number }) => ({
    token_hash: createHash('sha256').update(token).digest('hex'),
    user_id: id,
    ...more,
  });
  return [
    ...tokens.live.map((token) => session(token, { expires_at: nowSeconds + day })),
    session(tokens.expired, { expires_at: nowSeconds - 1 }),
    session(tokens.revoked, { expires_at: nowSeconds + day, revoked_at: nowSeconds - 1 }),
  ];
}

function accountItem(user: User) {
  const { pending, available, reserved, paidOut, spent, lifetime } = balanceOf(user);
  const due = user.rewards.reduce(
    (sum, { status, amount }) => (status === 'due' ? sum + amount : sum),
    0n,
  );
  return account(user.id, {
    pending_micro: pending + due,
    available_micro: available - due,
    reserved_micro: reserved,
    paid_out_micro: paidOut,
    spent_micro: spent,
    lifetime_micro: lifetime,
  });
}

/** Nobody can read when some were asked for. */
const storedPayouts = ({ payouts, unreadable }: User) => [
  ...payouts.map(storedPayout),
  ...unreadable.map((payout) => ({ ...storedPayout(payout), requested_at: 'yesterday' })),
];

function storedPayout({ amount, ...payout }: Payout) {
  const { network, history, attempts, approval } = payout;
  const item = payoutItem({ ...payout, amount_micro: amount, network: network as 'solana' });
  const isOpen = payout.status === 'requested' || payout.status === 'processing';
  const lookKey = lookKeyOf(payout as Parameters<typeof lookKeyOf>[0]);
  return {
    ...item,
    history,
    ...(attempts && { attempts }),
    ...(approval && { approval }),
    queue_key: `${isOpen ? 'open' : 'done'}#${payout.id}`,
    ...(lookKey !== undefined && { look_key: lookKey }),
  };
}

const storedRewards = ({ id, rewards }: User) =>
  rewards.map(({ id: reward_id, amount, status, ...reward }) => {
    const stored = status === 'due' ? 'pending' : status;
    return rewardItem({ user_id: id, reward_id, amount_micro: amount, status: stored, ...reward });
  });
