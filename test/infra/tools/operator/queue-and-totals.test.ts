/** What waits, narrowed down and added up, as the API is asked for it and as people read it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { ADDRESSES, HASHES } from '../../../support/samples.ts';
import { useService } from '../../../support/service.ts';
import { standIn } from '../stand-in.ts';
import { command } from './person.ts';

const TOTALS = {
  totals: [
    {
      network: 'ethereum',
      status: 'requested',
      count: 3,
      sum_micro: 75_500_000,
      oldest_since: '2026-01-02T03:04:05.678Z',
    },
    {
      network: 'solana',
      status: 'processing',
      count: 12,
      sum_micro: 1,
      oldest_since: '2026-01-03T03:04:05.678Z',
    },
  ],
  unreadable: 0,
  is_complete: true,
};

test('totals are a row for each network and status', async () => {
  const { url, requests } = await standIn({ body: TOTALS });
  const { code, out } = await command(url, ['totals']);
  expect(code).toBe(0);
  expect(out).toMatch(
    /^NETWORK +STATUS +PAYOUTS +SUM +OLDEST SINCE +AGE\nethereum +requested +3 +75\.50 +2026-01-02T03:04:05\.678Z +\d+d\nsolana +processing +12 +0\.000001 +2026-01-03T03:04:05\.678Z +\d+d$/,
  );
  expect(requests[0]?.incoming.url).toBe('/v1/admin/referrals/totals');
});

test('totals that are not all say so, and none are a sentence', async () => {
  const none = { totals: [], unreadable: 0, is_complete: true };
  const some = { ...TOTALS, unreadable: 2, is_complete: false };
  const { url } = await standIn({ body: none }, { body: some });
  expect((await command(url, ['totals'])).out).toBe('Nothing waits.');
  expect((await command(url, ['totals'])).out).toMatch(
    /d\n\nBeside these 2 cannot be read\.\n\nThere are more: /,
  );
});

test('the filters of the queue are sent in micro-units and as a moment, on every page', async () => {
  const { url, requests } = await standIn(
    { body: { items: [], next_cursor: 'n1' } },
    { body: { items: [] } },
  );
  const args = ['queue', '--all', '--network', 'solana', '--mine', '--needs-review'];
  const more = ['--min', '0.5', '--max', '9223372036854.775807', '--older-than', '2h'];
  const before = Date.now();
  // The clock goes on between the pages, and the moment that is meant does not.
  expect((await command(url, [...args, ...more], { tickMs: 1000 })).code).toBe(0);
  const [first, second] = requests.map(
    ({ incoming }) => new URL(incoming.url ?? '', url).searchParams,
  );
  const { requested_before = '', ...others } = Object.fromEntries(first ?? []);
  expect(others).toEqual({
    limit: '200',
    network: 'solana',
    mine: 'true',
    needs_review: 'true',
    min_micro: '500000',
    max_micro: '9223372036854775807',
  });
  const sinceMs = Date.parse(requested_before) - before - 60_000 + 2 * 3_600_000;
  expect(sinceMs).toBeGreaterThanOrEqual(0);
  expect(sinceMs).toBeLessThan(60_000);
  expect(second?.get('requested_before')).toBe(requested_before);
});

describe('of the service', () => {
  const service = useService();
  let old: string;
  let large: string;
  let claimed: string;
  beforeAll(async () => {
    const { cookie } = await service.newSession({ available_micro: 1_000_000_000n });
    const request = async (amount: bigint, network: 'ethereum' | 'solana') => {
      const to = { amount_micro: amount * 1_000_000n, network, address: ADDRESSES[network] };
      return (await service.requestPayout(cookie, to)).id;
    };
    old = await request(20n, 'ethereum');
    large = await request(30n, 'ethereum');
    claimed = await request(25n, 'solana');
    await command(service.url, ['claim', claimed]);
  });

  const cli = (args: string[]) => command(service.url, args);
  const idsOf = async (...args: string[]) => {
    const { items } = JSON.parse((await cli(['queue', ...args, '--json'])).out);
    return items.map(({ id }: { id: string }) => id);
  };

  test('totals tell what waits by network and status', async () => {
    const { code, out } = await cli(['totals']);
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.split(/ +/).slice(0, 4))).toEqual([
      ['NETWORK', 'STATUS', 'PAYOUTS', 'SUM'],
      ['ethereum', 'requested', '2', '50.00'],
      ['solana', 'processing', '1', '25.00'],
    ]);
  });

  test('the queue has what was asked for and nothing else', async () => {
    expect(await idsOf()).toEqual([old, large]);
    expect(await idsOf('--network', 'solana')).toEqual([]);
    expect(await idsOf('--mine')).toEqual([claimed]);
    expect(await idsOf('--mine', '--profile', 'ann')).toEqual([]);
    expect(await idsOf('--needs-review')).toEqual([]);
    expect(await idsOf('--min', '20.000001')).toEqual([large]);
    expect(await idsOf('--max', '20')).toEqual([old]);
    expect(await idsOf('--min', '20', '--max', '30')).toEqual([old, large]);
    // By the person's clock, a minute after all that was done.
    expect(await idsOf('--older-than', '1s')).toEqual([old, large]);
    expect(await idsOf('--older-than', '1h', '--all')).toEqual([]);
  });

  test('what somebody has to look at is shown first, with why and since when', async () => {
    const since = '2026-01-02T03:04:05.678Z';
    const [{ user_id }] = JSON.parse((await cli(['queue', '--mine', '--json'])).out).items;
    await cli(['attempt', claimed, '--tx', HASHES.solana, '--last-valid-block-height', '9']);
    const review = { review: { why: 'landed twice', since }, look_key: `review#${claimed}` };
    await service.changePayout(user_id, claimed, review);
    expect(await idsOf('--needs-review')).toEqual([claimed]);
    await cli(['approve', large, '--profile', 'ann', '--yes']);
    const row = `${claimed} +25\\.00 +solana +processing +${since} +\\d+d +landed twice`;
    const table = `PAYOUT +AMOUNT +NETWORK +STATUS +SINCE +AGE +WHY\n${row}`;
    expect((await cli(['queue'])).out).toMatch(
      new RegExp(`^To be looked at first:\n${table}\n\n.+\n.+user\n.+ user {2}approved$`),
    );
    expect((await cli(['queue', '--needs-review'])).out).toMatch(new RegExp(`^${table}$`));
    // Whoever narrows the queue down is shown those that fit.
    expect((await cli(['queue', '--max', '24'])).out).toMatch(/^PAYOUT/);
    expect((await cli(['queue', '--network', 'solana'])).out).toMatch(/\n\nNothing waits\.$/);
    expect((await cli(['queue', '--mine', '--profile', 'ann'])).out).toBe('Nothing waits.');
    const queue = (await cli(['queue', '--mine'])).out;
    expect(queue).toMatch(/ BY +NOTE\n.+\/local {2}needs review, 1 attempt$/);
    expect((await cli(['show', claimed])).out).toMatch(
      new RegExp(`^needs review +landed twice, since ${since} \\(\\d+d\\)$`, 'm'),
    );
    const reviewed = ['review', claimed, '--note', 'once only', '--profile', 'ann'];
    expect(await cli(reviewed)).toMatchObject({ code: 0, questions: [] });
    expect((await cli(['queue', '--mine'])).out).toMatch(/^PAYOUT.+\n.+\/local {2}1 attempt$/);
    expect(await idsOf('--needs-review')).toEqual([]);
  });
});

describe('what may be wrong with an address', () => {
  const at = '2026-01-02T03:04:05.678Z';
  const payout = {
    id: '01a204d3-28e0-7285-b278-86bb311f921e',
    user_id: '00000000-0000-4000-8000-000000000001',
    amount_micro: 25_000_000,
    network: 'solana',
    address: '9xqewvg816bux9epjhmat23yvvm2zwbrrpzb9pusvfin',
    status: 'processing',
    requested_at: at,
    history: [{ status: 'processing', at, by: 'ann' }],
  };
  const both = { ...payout, warnings: ['off_curve', 'no_capitals'] };
  const SAID = 'address without a key, address without a capital letter';

  test('stands in the note of its row, and in one of its own where it is shown', async () => {
    const page = { body: { items: [both, payout] } };
    const none = { body: { items: [] } };
    const { url } = await standIn(none, page, { body: both }, { body: payout });
    const queue = (await command(url, ['queue', '--mine'])).out.split('\n');
    expect(queue[1]).toMatch(new RegExp(` ann +${SAID}$`));
    expect(queue[2]).toMatch(/ ann$/);
    expect((await command(url, ['show', payout.id])).out).toMatch(
      new RegExp(`^warning +${SAID}$`, 'm'),
    );
    expect((await command(url, ['show', payout.id])).out).not.toContain('warning');
  });

  test('is a part of what is about to be done', async () => {
    const { url } = await standIn({ body: both });
    const { complaints } = await command(url, ['sent', payout.id, '--tx', HASHES.solana], {
      answer: 'no',
    });
    expect(complaints).toContain(`; ${SAID}`);
  });
});

describe('what a person has to look at', () => {
  const item = {
    id: '01a204d3-28e0-7285-b278-86bb311f921e',
    user_id: '00000000-0000-4000-8000-000000000001',
    unreadable: true,
  };
  const some = { body: { items: [item], next_cursor: 'n1' } };
  const none = { body: { items: [] } };

  test('is asked for with the filters of the queue, of every status, and before it', async () => {
    const { url, requests } = await standIn(some, none);
    const args = ['queue', '--status', 'processing', '--network', 'solana', '--limit', '7'];
    expect(await command(url, args)).toMatchObject({
      code: 0,
      out: `To be looked at first:\nPAYOUT                                STATUS      WHY\n${item.id}  unreadable  of user ${item.user_id}\n\nMore of these: queue --needs-review --all\n\nNothing waits.`,
    });
    expect(requests.map(({ incoming }) => incoming.url?.split('?')[1])).toEqual([
      'network=solana&needs_review=true',
      'status=processing&limit=7&network=solana',
    ]);
  });

  test.each([[['--json']], [['--cursor', 'x']], [['--needs-review']]])(
    'is not asked for before %j',
    async (options) => {
      const { url, requests } = await standIn(none);
      expect((await command(url, ['queue', ...options])).code).toBe(0);
      expect(requests).toHaveLength(1);
    },
  );

  test('that cannot be had ends the command', async () => {
    const { url, requests } = await standIn({ status: 403, body: { message: 'Forbidden' } });
    expect((await command(url, ['queue'])).code).toBe(1);
    expect(requests).toHaveLength(1);
  });
});
