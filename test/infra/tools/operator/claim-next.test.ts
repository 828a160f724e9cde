/** Many claims by one command, beside others who claim, limits that refuse, and lost replies. */
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { PayoutWithHistory } from '../../../../lib/settlement/payout-with-history.ts';
import { startLosingProxy } from '../../../sdk/losing-proxy.ts';
import { run } from '../../../support/processes.ts';
import { ADDRESSES, PATHS } from '../../../support/samples.ts';
import { type Session, useService } from '../../../support/service.ts';
import { command, type Person } from './person.ts';

const UNIT = 1_000_000n;
const NEXT = ['claim', '--network', 'ethereum', '--next'];

const service = useService({
  environment: {
    ClaimPayout: {
      APPROVAL_ABOVE_MICRO: `${50n * UNIT}`,
      OUTFLOW_BUDGETS: `polygon=${45n * UNIT}`,
    },
  },
});
let session: Session;

const cli = (args: string[], person?: Person) => command(service.url, args, person);
const idsOf = ({ out }: { out: string }) => out.split('\n').filter(Boolean);

const requestPayout = async (amount: bigint, network: 'ethereum' | 'polygon' = 'ethereum') =>
  (
    await service.requestPayout(session.cookie, {
      amount_micro: amount * UNIT,
      network,
      address: ADDRESSES[network],
    })
  ).id;

/** Several of this amount, oldest first. */
const requestPayouts = (count: number, ...rest: Parameters<typeof requestPayout>) =>
  Array.fromAsync({ length: count }, () => requestPayout(...rest));

const view = async (id: string) =>
  (await service.operator()('GET', `${PATHS.queue}/${id}`)).json as PayoutWithHistory;

beforeEach(async () => {
  session = await service.newSession({ available_micro: 1000n * UNIT });
  // What an earlier test has left waiting would be older.
  await cli(['cancel', '-', '--note', 'x', '--yes'], { input: await waiting() });
});

async function waiting(): Promise<string> {
  const { out } = await cli(['queue', '--all', '--json']);
  const { items } = JSON.parse(out) as { items: { id: string }[] };
  return items.map(({ id }) => id).join(' ') || '00000000-0000-4000-8000-000000000000';
}

test('takes the oldest, prints their ids and nothing else, and the next run the next ones', async () => {
  const ids = await requestPayouts(5, 20n);
  const first = await cli([...NEXT, '2']);
  expect(first).toMatchObject({ code: 0, complaints: '2 of 2 claimed.' });
  expect(idsOf(first)).toEqual(ids.slice(0, 2));
  const second = await cli([...NEXT, '10']);
  expect(second).toMatchObject({ code: 0, complaints: '3 of 10 claimed; no more wait.' });
  expect(idsOf(second)).toEqual(ids.slice(2));
  expect((await view(ids[4] ?? '')).status).toBe('processing');
});

test('takes only what was asked for, also where the API knows no filters', async () => {
  const small = await requestPayout(20n);
  const other = await requestPayout(30n, 'polygon');
  const meant = await requestPayout(30n);
  expect(idsOf(await cli([...NEXT, '5', '--min', '25', '--max', '30']))).toEqual([meant]);
  expect(idsOf(await cli([...NEXT, '5', '--older-than', '1h']))).toEqual([]);
  expect(idsOf(await cli([...NEXT, '5', '--older-than', '30s']))).toEqual([small]);
  expect((await view(other)).status).toBe('requested');
});

test('leaves to others what needs an approval or a review and who is frozen, and says so', async () => {
  const looked = await requestPayout(20n);
  const review = { why: 'restored', since: '2026-02-02T00:00:00.000Z' };
  await service.changePayout(session.user_id, looked, { review, look_key: `review#${looked}` });
  const large = await requestPayout(60n);
  const plain = await requestPayout(20n);
  const owner = session;
  session = await service.newSession({ available_micro: 1000n * UNIT });
  const held = await requestPayout(20n);
  await cli(['freeze', session.user_id, '--note', 'case 7']);
  session = owner;
  const { code, out, complaints } = await cli([...NEXT, '9']);
  expect([code, out]).toEqual([0, plain]);
  expect(complaints).toMatch(
    new RegExp(`^${large}: approval_required: .+ ask another operator`, 'm'),
  );
  expect(complaints).toMatch(new RegExp(`^${held}: account_frozen: .+ says who froze it`, 'm'));
  expect(complaints).toMatch(new RegExp(`^${looked}: payout_may_be_sent: `, 'm'));
  expect(complaints).toMatch(/^1 of 9 claimed; no more wait\.$/m);

  await cli(['review', looked, '--note', 'seen', '--profile', 'ann']);
  expect((await cli([...NEXT, '1'])).out).toBe(looked);
  expect(await cli(['approve', large, '--profile', 'ann', '--yes'])).toMatchObject({ code: 0 });
  expect((await cli([...NEXT, '1'])).out).toBe(large);
});

test('stops where the budget of the day ends, and says how much is left', async () => {
  await requestPayouts(3, 20n, 'polygon');
  const { code, out, complaints } = await cli(['claim', '--network', 'polygon', '--next', '3']);
  expect([code, out.split('\n').length]).toEqual([1, 2]);
  expect(complaints).toMatch(
    /outflow_budget_exceeded: .+ Of 45\.00 for the day 5\.00 are left, until 20\S+T00:00:00\.000Z; .+\n2 of 3 claimed, then stopped\.$/,
  );
});

test('two workers of one name never get the same payout, and together they get all', async () => {
  const ids = await requestPayouts(8, 20n);
  const both = await Promise.all([cli([...NEXT, '8']), cli([...NEXT, '8'])]);
  expect(both.flatMap(idsOf).sort()).toEqual([...ids].sort());
});

test('what is ours already, though it seemed to wait, is named and not printed', async () => {
  const [mine = '', other] = await requestPayouts(2, 20n);
  // Another worker under the same name is faster than this one, after both have seen the page.
  const proxy = await startLosingProxy(service.url, async ({ path }) => {
    if (path.includes(mine)) await cli(['claim', mine]);
  });
  onTestFinished(() => proxy.close());
  const { code, out, complaints } = await command(proxy.url, [...NEXT, '2']);
  expect([code, out]).toEqual([1, other]);
  expect(complaints).toMatch(
    new RegExp(`^${mine}: This payout was yours already\\. .+ do not pay it`),
  );
});

test('a claim whose reply was lost is named and not printed, nor by the next run', async () => {
  const [lost, other] = await requestPayouts(2, 20n);
  const proxy = await startLosingProxy(service.url);
  onTestFinished(() => proxy.close());
  proxy.script('pass', 'lose response');
  const { code, out, complaints } = await command(proxy.url, [...NEXT, '2']);
  expect([code, out]).toEqual([1, '']);
  expect(complaints).toMatch(
    new RegExp(`^${lost}: There was no answer .+ It may be yours now, and is not`),
  );
  expect(complaints).toMatch(/\n0 of 2 claimed, then stopped\.$/);
  expect((await view(lost ?? '')).status).toBe('processing');
  expect((await cli([...NEXT, '2'])).out).toBe(other);
});

test('a claim that never arrived waits for the next run', async () => {
  const [id] = await requestPayouts(1, 20n);
  const proxy = await startLosingProxy(service.url);
  onTestFinished(() => proxy.close());
  proxy.script('pass', 'lose request');
  expect((await command(proxy.url, [...NEXT, '1'])).code).toBe(1);
  expect((await cli([...NEXT, '1'])).out).toBe(id);
});

test('Ctrl-C stops between two, and what was printed is what was claimed', async () => {
  const ids = await requestPayouts(3, 20n);
  const stopped = await cli([...NEXT, '3'], {
    onPrint: (text, stopping) => void (text === ids[1] && stopping.abort()),
  });
  expect(stopped).toMatchObject({ code: 1, complaints: '2 of 3 claimed, then stopped.' });
  expect(idsOf(stopped)).toEqual(ids.slice(0, 2));
  expect((await view(ids[2] ?? '')).status).toBe('requested');
});

test('a reader of the ids that goes away stops it too', async () => {
  const ids = await requestPayouts(4, 20n);
  const env = { OPERATOR_API_URL: service.url };
  const { child, exitCode, errors } = run('infra/tools/operator-main.ts', [...NEXT, '4'], env);
  child.stdout?.destroy();
  expect(await exitCode).toBe(1);
  // One more may be won before it is known that nobody reads.
  expect(errors()).toMatch(/^[12] of 4 claimed, then stopped\.\n$/);
  for (const id of ids.slice(2)) expect((await view(id)).status).toBe('requested');
});

test('an unreadable payout is passed over, and a service at fault is not asked for ever', async () => {
  const [unreadable = '', ...ids] = await requestPayouts(5, 20n);
  const spoil = (id: string, attributes: object) =>
    service.changePayout(session.user_id, id, { ...attributes });
  await spoil(unreadable, { amount_micro: 'a lot' });
  expect(await cli([...NEXT, '1'])).toMatchObject({ code: 0, out: ids[0] });

  // What lists do not look at, and a claim does.
  for (const id of ids.slice(1)) await spoil(id, { marks: 'x' });
  await requestPayout(20n);
  const faulty = await cli([...NEXT, '9']);
  expect([faulty.code, faulty.out]).toEqual([1, '']);
  expect(faulty.complaints.match(/: internal: .+\n.+ It may be yours now/g)).toHaveLength(3);
  expect(faulty.complaints).toMatch(/0 of 9 claimed, then stopped\.$/);
  for (const id of [unreadable, ...ids.slice(1)]) await spoil(id, { queue_key: `done#${id}` });
});

test('long work says how far it is', async () => {
  await requestPayouts(3, 20n);
  const { reports } = await cli([...NEXT, '3'], { tickMs: 2500 });
  expect(reports).toEqual(['1 of 3 claimed ...', '2 of 3 claimed ...']);
});

test.each([
  [['claim', '--next', '2'], '--next needs --network.'],
  [['claim', '--next', '0', '--network', 'ethereum'], '--next is a number from 1 to 10000.'],
  [
    ['claim', '01a2143a-5bde-76f4-850b-2c8c69d4af89', '--network', 'solana'],
    '--network goes with --next.',
  ],
  [
    ['claim', '01a2143a-5bde-76f4-850b-2c8c69d4af89', '--next', '1', '--network', 'solana'],
    'claim takes ids or --next, not both.',
  ],
  [[...NEXT, '1', '--min', '1.0000001'], '--min is an amount such as 25 or 0.000001.'],
  [[...NEXT, '1', '--min', '0'], '--min is an amount'],
  [[...NEXT, '1', '--max', '9223372036855'], '--max is an amount'],
  [[...NEXT, '1', '--older-than', '2 h'], '--older-than is a time such as 90s, 30m, 2h or 3d.'],
])('%j cannot be used', async (args, sentence) =>
  expect(await cli(args)).toMatchObject({
    code: 2,
    out: '',
    complaints: expect.stringContaining(sentence),
  }),
);
