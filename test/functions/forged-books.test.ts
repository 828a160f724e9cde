/**
 * Whoever runs code of their own under RequestPayout's role, with a client that may do what the
 * template grants it: what they can still write, and whether the books show it.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { LOCAL_CREDENTIALS, REGION } from '../../infra/local/template/intrinsics.ts';
import { payout, reward } from '../support/histories.ts';
import { rolesOf, templateIn } from '../support/roles/policy.ts';
import { type RoleProxy, startRoleProxy } from '../support/roles/role-proxy.ts';
import { FUTURE } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const service = useService();
let proxy: RoleProxy;
let forger: DynamoDBDocumentClient;

beforeAll(async () => {
  proxy = await startRoleProxy(service.databaseUrl, rolesOf(templateIn(inject('assembly'))));
  const client = new DynamoDBClient({
    endpoint: proxy.url,
    region: REGION,
    credentials: LOCAL_CREDENTIALS,
    userAgentAppId: 'RequestPayout',
  });
  forger = DynamoDBDocumentClient.from(client);
});
afterAll(async () => {
  forger.destroy();
  await proxy.close();
});

type Part = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type Item = Record<string, unknown>;

const write = (...TransactItems: Part[]) =>
  forger.send(new TransactWriteCommand({ TransactItems }));

/** Adds to the account, with one version more, as a change of the code's would. */
const add = (user_id: string, amounts: Record<string, bigint>): Part => ({
  Update: {
    TableName: 'AccountsTable',
    Key: { user_id },
    UpdateExpression: `ADD ${Object.keys(amounts)
      .map((name) => `${name} :${name}`)
      .join(', ')}, version :one`,
    ExpressionAttributeValues: {
      ...Object.fromEntries(Object.entries(amounts).map(([name, value]) => [`:${name}`, value])),
      ':one': 1n,
    },
  },
});
const makeAvailable = (user_id: string, reward_id: unknown): Part => ({
  Update: {
    TableName: 'RewardsTable',
    Key: { user_id, reward_id },
    UpdateExpression: 'SET #status = :available REMOVE pending_until, due_shard',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':available': 'available' },
  },
});
const put = (item: Item): Part => {
  // Neither of the two is in the role's reach.
  const { completed_at: _, tx_hash: __, ...Item } = item;
  return { Put: { TableName: 'PayoutsTable', Item } };
};

const TEN = 10_000_000n;

/** A user with 30.00, of which 10.00 are paid out and 10.00 asked for; 10.00 more are pending. */
async function newUser() {
  const pending = [{ amount_micro: TEN, unlocks_at: FUTURE }];
  const user = await service.newSession({ available_micro: 3n * TEN, pending });
  const { user_id, rewards } = user;
  const { id: open } = await service.requestPayout(user.cookie, { amount_micro: TEN });
  const sent = payout(user_id, 'sent', TEN);
  await service.putPayout(sent);
  await service.putReward(reward(user_id, 'reversed', 'reversed', TEN));
  await service.changeAccount(user_id, { available_micro: TEN, paid_out_micro: TEN });
  return { user_id, sent, open, pendingReward: rewards[1] };
}
type User = Awaited<ReturnType<typeof newUser>>;

/** After a reconciliation: what of a user drifted, by fields and corrupt items. */
async function reconcile(): Promise<(userId: string) => string[]> {
  const { accounts } = (await service.run('Reconcile')) as {
    accounts: { user_id: string; differences: { field: string }[]; corrupt: string[] }[];
  };
  return (userId) => {
    const found = accounts.find(({ user_id }) => user_id === userId);
    return [...(found?.differences.map(({ field }) => field) ?? []), ...(found?.corrupt ?? [])];
  };
}

describe('money that is made is refused by the role', () => {
  test.each<[what: string, parts: (user: User) => Part[]]>([
    [
      'a reward with an amount, and what it is worth',
      ({ user_id }) => [
        { Put: { TableName: 'RewardsTable', Item: reward(user_id, 'f', 'available', TEN) } },
        add(user_id, { available_micro: TEN, lifetime_micro: TEN }),
      ],
    ],
    [
      'a reversed reward that counts again',
      ({ user_id }) => [
        makeAvailable(user_id, 'reversed'),
        add(user_id, { available_micro: TEN, lifetime_micro: TEN }),
      ],
    ],
    [
      'what was paid out, back',
      ({ user_id, sent }) => [
        put({ ...sent, status: 'failed' }),
        add(user_id, { available_micro: TEN, paid_out_micro: -TEN }),
      ],
    ],
  ])('%s', async (_what, parts) => {
    const before = proxy.denied.length;
    const forging = write(...parts(await newUser()));
    await expect(forging).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(proxy.denied.length).toBeGreaterThan(before);
  });
});

describe('money that is made within the role is drift', () => {
  const nobody = v7();
  const forgeries: Record<string, { parts: (user: User) => Part[]; found: string[] }> = {
    'more available': {
      parts: ({ user_id }) => [add(user_id, { available_micro: TEN })],
      found: ['available_micro'],
    },
    'available out of a reserve that holds no payout': {
      parts: ({ user_id }) => [add(user_id, { available_micro: TEN, reserved_micro: -TEN })],
      found: ['available_micro', 'reserved_micro'],
    },
    'a reward long before its time': {
      parts: ({ user_id, pendingReward }) => [
        makeAvailable(user_id, pendingReward),
        add(user_id, { available_micro: TEN, pending_micro: -TEN }),
      ],
      found: ['available_micro', 'lifetime_micro', expect.stringContaining('unlocks_at')],
    },
    'a reversed reward': {
      parts: ({ user_id }) => [
        makeAvailable(user_id, 'reversed'),
        add(user_id, { available_micro: TEN }),
      ],
      found: ['lifetime_micro'],
    },
    'a reward without an amount': {
      parts: ({ user_id }) => [
        makeAvailable(user_id, 'forged'),
        add(user_id, { available_micro: TEN, pending_micro: -TEN }),
      ],
      found: ['pending_micro', 'available_micro', expect.stringContaining('reward forged')],
    },
    'a payout that was sent, back': {
      parts: ({ user_id, sent }) => [
        put({ ...sent, status: 'failed' }),
        add(user_id, { available_micro: TEN }),
      ],
      found: ['paid_out_micro', expect.stringMatching(/history, completed_at$/)],
    },
    'a payout of less than nothing': {
      parts: ({ user_id }) => [
        put(payout(user_id, 'requested', -TEN)),
        add(user_id, { available_micro: TEN, reserved_micro: -TEN }),
      ],
      found: [
        'available_micro',
        'reserved_micro',
        expect.stringMatching(/^payout .*amount_micro$/),
      ],
    },
    'a payout that was sent, and by no operator': {
      parts: ({ user_id }) => [
        put(payout(user_id, 'sent', TEN)),
        add(user_id, { available_micro: -TEN, reserved_micro: TEN }),
      ],
      found: ['available_micro', 'reserved_micro', expect.stringMatching(/completed_at, tx_hash$/)],
    },
    'an open payout that is put again as ended': {
      parts: ({ user_id, open }) => [
        put(payout(user_id, 'cancelled', TEN, open)),
        add(user_id, { available_micro: TEN, reserved_micro: -TEN }),
      ],
      found: [expect.stringMatching(/completed_at$/)],
    },
  };

  const userIds: Record<string, string> = {};
  let driftBefore: Awaited<ReturnType<typeof reconcile>>;
  let driftAfter: typeof driftBefore;
  beforeAll(async () => {
    const users = await Promise.all(Object.keys(forgeries).map(newUser));
    driftBefore = await reconcile();
    for (const [at, [name, { parts }]] of Object.entries(forgeries).entries()) {
      const user = users[at] as User;
      userIds[name] = user.user_id;
      await write(...parts(user));
    }
    await write(add(nobody, { available_micro: TEN }));
    driftAfter = await reconcile();
  });

  test.each(Object.entries(forgeries))('%s', (name, { found }) => {
    const userId = String(userIds[name]);
    expect([driftBefore(userId), driftAfter(userId)]).toEqual([[], found]);
  });

  test('an account on which nobody ever earned anything', () =>
    expect(driftAfter(nobody).at(-1)).toMatch(/^account: .*lifetime_micro/));
});

/** IAM sees neither values nor conditions; infra/README.md says what follows from it. */
test('an open payout that is put again to another address makes no money and no drift', async () => {
  const { user_id, open } = await newUser();
  await write(put({ ...payout(user_id, 'requested', TEN, open), address: 'another' }));
  expect((await reconcile())(user_id)).toEqual([]);
});
