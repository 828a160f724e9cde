/** Users with histories from ten items to 100,000 behind a meter, and the requests compared. */

import { randomUUID } from 'node:crypto';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Database, openDatabase, serveStack } from '../../../../infra/local/service.ts';
import { account, payout, putAll, reward } from '../../../support/histories.ts';
import type { Bench } from '../bench.ts';
import { type Console, consoleOf, payoutBody } from '../callers.ts';
import { startMeter } from '../capacity/meter.ts';

const ITEMS = [10, 100, 1000, 10_000, 100_000];

export type Histories = Awaited<ReturnType<typeof openHistories>>;

export async function openHistories(bench: Bench) {
  const { stack } = bench;
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openDatabase(stack, {}));
  const users: HistoryUser[] = [];
  for (const items of ITEMS) users.push(await writeUser(database, items));
  const meter = await startMeter(database.endpoint);
  opened.defer(meter.close);
  const service = opened.use(
    await serveStack(stack, { database, functionsEndpoint: meter.url, poolSize: 1, log: () => {} }),
  );
  // An instance reads once when it starts, which is not part of any request.
  await Promise.all(stack.functions.map(({ name }) => service.runtime.invoke(name, {})));
  const all = opened.move();
  return {
    users,
    /** The users with the shortest and the longest history. */
    shortest: users[0] as HistoryUser,
    longest: users.at(-1) as HistoryUser,
    console: ({ token }: HistoryUser): Console => consoleOf(service.gateway.url, token),
    costOf: meter.costOf,
    invoke: (name: string, event: unknown) => service.runtime.invoke(name, event),
    databaseUrl: database.endpoint,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

export const UNIT = 10_000_000n;
const SENT = 1_000_000n;

/** One reward lets every user ask for payouts for as long as the benchmark likes. */
const SAVINGS = 10n ** 15n;

/** As many future rewards for every user, so that none is spared the look for what is due. */
const FUTURE = 3;

export type HistoryUser = {
  userId: string;
  token: string;
  items: number;
  /** What may be paid out once everything that is due is unlocked, half of the rewards. */
  unlockableMicro: bigint;
};

/** `items` is the number of rewards, and that of payouts; at least ten. */
async function writeUser(database: Database, items: number): Promise<HistoryUser> {
  const userId = randomUUID();
  const due = items / 2;
  const unlocked = due - FUTURE - 1;
  const rewards = (name: string, count: number, make: (id: string) => Record<string, unknown>) =>
    Array.from({ length: count }, (_, index) => make(`${name}-${String(index).padStart(6, '0')}`));
  const pendingMicro = BigInt(due + FUTURE) * UNIT;
  const unlockedMicro = BigInt(unlocked) * UNIT + SAVINGS;
  const paidOutMicro = BigInt(items) * SENT;
  const unlocks_at = '2026-01-02T00:00:00.000Z';
  await putAll(
    DynamoDBDocumentClient.from(database.client),
    {
      table: 'RewardsTable',
      items: [
        reward(userId, 'savings', 'available', SAVINGS),
        ...rewards('unlocked', unlocked, (id) => reward(userId, id, 'available', UNIT)),
        ...rewards('due', due, (id) => reward(userId, id, 'pending', UNIT, { unlocks_at })),
        ...rewards('future', FUTURE, (id) => reward(userId, id, 'pending', UNIT)),
      ],
    },
    {
      table: 'PayoutsTable',
      items: Array.from({ length: items }, () => payout(userId, 'sent', SENT)),
    },
    {
      table: 'AccountsTable',
      items: [
        account(userId, {
          pending_micro: pendingMicro,
          available_micro: unlockedMicro - paidOutMicro,
          paid_out_micro: paidOutMicro,
          lifetime_micro: pendingMicro + unlockedMicro,
        }),
      ],
    },
  );
  const { token } = await database.sessions.create({ user_id: userId });
  return {
    userId,
    token,
    items,
    unlockableMicro: unlockedMicro - paidOutMicro + BigInt(due) * UNIT,
  };
}

/** Every user has as much on a first page of so many. */
export const PAGE = 5;

export type HistoryRequest = {
  what: string;
  functionName: string;
  send: (user: Console) => Promise<unknown>;
  /** The same as an event. */
  event: { method: 'GET' | 'POST'; path: string; body?: string; status: number };
};

const get = (what: string, functionName: string, path: string): HistoryRequest => ({
  what,
  functionName,
  send: (user) => user.get(path),
  event: { method: 'GET', path: `/v1/referrals/${path}`, status: 200 },
});

/** The payout comes last, since it makes the history of its user longer. */
export const historyRequests: HistoryRequest[] = [
  get('/me', 'GetOverview', 'me'),
  get('first page of payouts', 'ListPayouts', `payouts?limit=${PAGE}`),
  get('first page of rewards', 'ListRewards', `rewards?limit=${PAGE}`),
  {
    what: 'a payout',
    functionName: 'RequestPayout',
    send: (user) => user.payout(undefined, UNIT),
    event: { method: 'POST', path: '/v1/referrals/payouts', body: payoutBody(UNIT), status: 202 },
  },
];
