/** What a request consumes after a long history: 100,000 rewards and 10,000 payouts against ten of each. */
import { randomUUID } from 'node:crypto';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '../../infra/local/runtime.ts';
import { openDatabase, serveStack } from '../../infra/local/service.ts';
import type { LocalStack } from '../../infra/local/stack.ts';
import { account, payout, putAll, reward } from '../support/books.ts';
import { type Cost, type Meter, startMeter } from './meter.ts';
import type { Row } from './table.ts';

const UNIT = 10_000_000n;
const SENT = 1_000_000n;
const ADDRESS = '0xde709f2102306220921060314715629080e2fb77';

/** Both users have as much on a first page of so many. */
const PAGE = 5;

/** As many rewards are in the future for either user, so that neither is spared the look for what is due. */
const FUTURE = 5;

type History = { due: number; unlocked: number; payouts: number };
const LONG: History = { due: 50_000, unlocked: 50_000 - FUTURE, payouts: 10_000 };
const TEN: History = { due: 2, unlocked: 10 - 2 - FUTURE, payouts: 10 };

/** A request is repeated while it answers 500 for having had too much to unlock, but not for ever. */
const UNLOCKING_REQUESTS_MAX = 50;

type User = { userId: string; cookie: string; unlockableMicro: bigint };
type Client = (user: User, path: string, body?: object) => Promise<{ status: number; text: string }>;

export async function costOfHistory(stack: LocalStack): Promise<Row[]> {
  await using database = await openDatabase(stack, {});
  const meter = await startMeter(database.endpoint);
  const client = DynamoDBDocumentClient.from(database.client);
  const user = async (history: History): Promise<User> => {
    const userId = randomUUID();
    const unlockableMicro = await write(client, userId, history);
    const { token } = await database.sessions.create({ user_id: userId });
    return { userId, cookie: `nl_session=${token}`, unlockableMicro };
  };
  const [long, ten] = [await user(LONG), await user(TEN)];
  await using service = await serveStack(stack, {
    database,
    functionsEndpoint: meter.url,
    poolSize: 1,
    log: () => {},
  });
  // An instance reads once when it starts, which is not part of any request.
  const measured = ['GetOverview', 'ListPayouts', 'ListRewards', 'RequestPayout'];
  await Promise.all(measured.map((name) => service.runtime.invoke(name, {})));
  const send: Client = async ({ cookie }, path, body) => {
    const response = await fetch(`${service.gateway.url}/v1/referrals/${path}`, {
      headers: { cookie, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  };

  const beforeUnlock = await meter.costOf(() => expectStatus(200, send(long, 'me')));
  const unlocking = await unlockAll(send, long);
  await unlockAll(send, ten);
  const rows: Row[] = [
    {
      what: 'requests that the first unlock of 50,000 rewards takes',
      value: unlocking.requests,
      atMost: 5,
      detail: `${unlocking.seconds.toFixed(1)} s; /me before it ${text(beforeUnlock)}`,
    },
  ];
  const compared: [string, (user: User) => Promise<unknown>][] = [
    ['/me', (user) => expectStatus(200, send(user, 'me'))],
    ['first page of payouts', (user) => expectStatus(200, send(user, `payouts?limit=${PAGE}`))],
    ['first page of rewards', (user) => expectStatus(200, send(user, `rewards?limit=${PAGE}`))],
    ['a payout', (user) => expectStatus(202, send(user, 'payouts', payoutOf(UNIT)))],
  ];
  for (const [what, request] of compared) {
    const [ours, floor] = [await meter.costOf(() => request(long)), await meter.costOf(() => request(ten))];
    const detail = `${text(ours)} / ${text(floor)}`;
    const units = (ours.read + ours.write) / (floor.read + floor.write);
    rows.push({ what: `${what}: units, long history / ten`, value: units, atMost: 1, detail });
    rows.push({
      what: `${what}: round trips, long history / ten`,
      value: ours.roundTrips / floor.roundTrips,
      atMost: 1,
    });
  }
  rows.push(await reconciling(service.runtime, meter));
  await meter.close();
  return rows;
}

/** Both users, that is the long history, in as few runs of the function as its time-out allows. */
async function reconciling(runtime: Runtime, meter: Meter): Promise<Row> {
  const start = performance.now();
  let runs = 0;
  let step: { next?: string } = {};
  const cost = await meter.costOf(async () => {
    do {
      const outcome = await runtime.invoke('Reconcile', { next: step.next });
      if (outcome.type !== 'result') throw new Error('Reconcile did not answer.');
      step = JSON.parse(outcome.payload) as typeof step;
      runs++;
    } while (step.next !== undefined);
  });
  const seconds = (performance.now() - start) / 1000;
  const detail = `${seconds.toFixed(1)} s; ${text(cost)}; ${JSON.stringify(step)}`;
  return { what: 'runs that reconcile the long history', value: runs, atMost: 1, detail };
}

const text = ({ read, write, roundTrips }: Cost): string => `${read} RRU + ${write} WRU in ${roundTrips}`;

const payoutOf = (amountMicro: bigint) => ({
  amount_micro: Number(amountMicro),
  network: 'polygon',
  address: ADDRESS,
});

async function expectStatus(status: number, answer: ReturnType<Client>): Promise<void> {
  const { status: got, text } = await answer;
  if (got !== status) throw new Error(`${got} instead of ${status}: ${text}`);
}

/** Asks for all but one unit, which takes everything that is due, until it is granted. */
async function unlockAll(send: Client, user: User): Promise<{ requests: number; seconds: number }> {
  const start = performance.now();
  for (let requests = 1; requests <= UNLOCKING_REQUESTS_MAX; requests++) {
    const { status, text } = await send(user, 'payouts', payoutOf(user.unlockableMicro - UNIT));
    if (status === 202) return { requests, seconds: (performance.now() - start) / 1000 };
    if (status !== 500) throw new Error(`${status}: ${text}`);
  }
  throw new Error('The rewards were not unlocked.');
}

/** Writes the history; gives what the user may have paid out once everything due is unlocked. */
async function write(
  client: DynamoDBDocumentClient,
  userId: string,
  { due, unlocked, payouts }: History,
): Promise<bigint> {
  const rewards = (name: string, count: number, make: (id: string) => Record<string, unknown>) =>
    Array.from({ length: count }, (_, index) => make(`${name}-${String(index).padStart(6, '0')}`));
  const earned = { pending: BigInt(due + FUTURE) * UNIT, unlocked: BigInt(unlocked) * UNIT };
  const paidOut = BigInt(payouts) * SENT;
  const available = earned.unlocked - paidOut;
  const unlocks_at = '2026-01-02T00:00:00.000Z';
  await putAll(
    client,
    {
      table: 'RewardsTable',
      items: [
        ...rewards('unlocked', unlocked, (id) => reward(userId, id, 'available', UNIT)),
        ...rewards('due', due, (id) => reward(userId, id, 'pending', UNIT, { unlocks_at })),
        ...rewards('future', FUTURE, (id) => reward(userId, id, 'pending', UNIT)),
      ],
    },
    {
      table: 'PayoutsTable',
      items: Array.from({ length: payouts }, () => payout(userId, 'sent', SENT)),
    },
    {
      table: 'AccountsTable',
      items: [
        account(userId, {
          pending_micro: earned.pending,
          available_micro: available,
          paid_out_micro: paidOut,
          lifetime_micro: earned.pending + earned.unlocked,
        }),
      ],
    },
  );
  return available + BigInt(due) * UNIT;
}
