/** Lists send nothing before they are used, and fail where they are used. */
import { expect, test, vi } from 'vitest';
import { TriportClient, TriportError } from '../../../sdk/typescript/src/index.ts';
import { PAYOUT, type Step, scriptedFetch } from './scripted-fetch.ts';

const page = (ids: string[], cursor?: string): Step => ({
  status: 200,
  body: { items: ids.map((id) => ({ ...PAYOUT, id })), next_cursor: cursor },
});
const REFUSAL: Step = { status: 401, body: { error: 'unauthenticated', message: 'No.' } };

const clientOf = (...steps: [Step, ...Step[]]) => {
  const fetch = scriptedFetch(...steps);
  return { fetch, referrals: new TriportClient({ fetch, maxRetries: 0 }).referrals };
};

const idsOf = async (items: AsyncIterable<{ id: string }>) =>
  (await Array.fromAsync(items)).map(({ id }) => id);

/** Counts what would end the process while `work` runs, and shortly after it. */
async function unhandledDuring(work: () => unknown): Promise<number> {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  await work();
  await new Promise((done) => setTimeout(done));
  process.off('unhandledRejection', unhandled);
  return unhandled.mock.calls.length;
}

test('a list that nobody uses sends nothing, and ends no process', async () => {
  const { fetch, referrals } = clientOf(REFUSAL);
  const unhandled = await unhandledDuring(() => {
    referrals.listPayouts();
    referrals.listRewards({ limit: 'all' as unknown as number });
  });
  expect([fetch.mock.calls.length, unhandled]).toEqual([0, 0]);
});

test('the error of a list that was kept for later is for who uses it', async () => {
  const { fetch, referrals } = clientOf(REFUSAL);
  const [payouts, rewards] = [referrals.listPayouts(), referrals.listRewards()];
  const unhandled = await unhandledDuring(async () => {
    await new Promise((done) => setTimeout(done, 5));
    expect(fetch).not.toHaveBeenCalled();
    await expect(idsOf(payouts)).rejects.toThrow(TriportError);
    expect(fetch).toHaveBeenCalledTimes(1);
    await expect(rewards).rejects.toMatchObject({ tag: 'unauthenticated' });
  });
  expect(unhandled).toBe(0);
});

test('of two lists that are looped over in turn the second waits for its loop', async () => {
  const { fetch, referrals } = clientOf(page(['1', '2']), REFUSAL);
  const [one, two] = [referrals.listPayouts(), referrals.listPayouts()];
  const unhandled = await unhandledDuring(async () => {
    for await (const { id } of one) {
      await new Promise((done) => setTimeout(done));
      expect([id, fetch.mock.calls.length]).toEqual([id, 1]);
    }
    await expect(idsOf(two)).rejects.toMatchObject({ tag: 'unauthenticated' });
  });
  expect(unhandled).toBe(0);
});

test('asks for its first page once, however often it is used', async () => {
  const { fetch, referrals } = clientOf(page(['1'], 'a'), page(['2']));
  const list = referrals.listPayouts();
  const [{ items }, { nextCursor }] = await Promise.all([list, list]);
  expect([items.length, nextCursor]).toEqual([1, 'a']);
  expect(await idsOf(list)).toEqual(['1', '2']);
  expect(fetch).toHaveBeenCalledTimes(2);
});

test('is what it was asked for, whatever becomes of the options', async () => {
  const { fetch, referrals } = clientOf(page(['1'], 'a'), page([]));
  const status = ['sent', 'failed'];
  const options = { status, limit: 7 };
  const list = referrals.listPayouts(options);
  status.push('cancelled');
  options.limit = 1;
  await idsOf(list);
  expect(fetch.mock.calls.map(([url]) => new URL(String(url)).search)).toEqual([
    '?limit=7&status=sent%2Cfailed',
    '?limit=7&cursor=a&status=sent%2Cfailed',
  ]);
});

test('has catch and finally, as a promise', async () => {
  const { referrals } = clientOf(REFUSAL);
  const done = vi.fn();
  expect(await referrals.listPayouts().catch(({ tag }) => tag)).toBe('unauthenticated');
  await expect(referrals.listPayouts().finally(done)).rejects.toThrow(TriportError);
  expect(done).toHaveBeenCalledTimes(1);
});
