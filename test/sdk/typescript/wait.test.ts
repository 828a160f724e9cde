/** The wait for a payout's end, on a clock that does not wait. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TriportClient, type WaitOptions } from '../../../sdk/typescript/src/index.ts';
import { type Answer, PAYOUT, scriptedFetch } from './scripted-fetch.ts';

const NOW = Date.parse('2026-11-25T18:00:00Z');

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const inStatus = (status: string, more: object = {}): Answer => ({
  status: 200,
  body: { ...PAYOUT, status, ...more },
});

/** Waits to the end, which must leave no timer. */
async function wait(answers: [Answer, ...Answer[]], options: WaitOptions = {}) {
  const scripted = scriptedFetch(...answers);
  const atMs: number[] = [];
  const fetch = (...args: Parameters<typeof scripted>) => {
    atMs.push(Date.now() - NOW);
    return scripted(...args);
  };
  const ended = new TriportClient({ fetch, maxRetries: 0 }).referrals
    .waitForPayout(PAYOUT.id, options)
    .then(
      (payout) => ({ payout, error: undefined, timers: vi.getTimerCount() }),
      (error) => ({ payout: undefined, error, timers: vi.getTimerCount() }),
    );
  await vi.runAllTimersAsync();
  const { timers, ...end } = await ended;
  expect(timers).toBe(0);
  return { ...end, atMs };
}

test.each(['sent', 'failed', 'cancelled'])('ends at once when the payout is %s', async (status) => {
  const { payout, atMs } = await wait([inStatus(status)]);
  expect([payout?.status, atMs]).toEqual([status, [0]]);
});

test('ends at a final status that is newer than this version', async () => {
  const { payout } = await wait([
    inStatus('returned', { completed_at: '2026-11-25T18:00:00.000Z' }),
  ]);
  expect(payout?.status).toBe('returned');
});

test('asks ever less often, and soon again after a change', async () => {
  const requested = Array<Answer>(7).fill(inStatus('requested'));
  const processing = inStatus('processing');
  const { payout, atMs } = await wait([
    requested[0] as Answer,
    ...requested.slice(1),
    processing,
    processing,
    inStatus('sent'),
  ]);
  expect(payout?.status).toBe('sent');
  const pauses = atMs.slice(1).map((ms, index) => ms - (atMs[index] ?? 0));
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 1000, 2000]);
});

test('pauses for half of that at least', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  expect((await wait([inStatus('requested'), inStatus('sent')])).atMs).toEqual([0, 500]);
});

test('ends with timeout when its time is up, in a pause or in a request', async () => {
  const inPause = await wait([inStatus('requested')], { maxWaitMs: 2500 });
  expect(inPause.error).toMatchObject({
    tag: 'timeout',
    outcomeUnknown: false,
    message: 'The payout was not final within 2500 ms.',
  });
  expect(inPause.atMs).toEqual([0, 1000]);
  expect((await wait(['hang'], { maxWaitMs: 2500 })).error).toMatchObject({ tag: 'timeout' });
});

test('ends when it is aborted, in a pause or in a request', async () => {
  for (const answer of [inStatus('requested'), 'hang'] as const) {
    const controller = new AbortController();
    const reason = new Error('left the page');
    setTimeout(() => controller.abort(reason), 300);
    const { error, atMs } = await wait([answer], { signal: controller.signal });
    expect(error).toMatchObject({ tag: 'aborted', cause: reason });
    expect(atMs).toHaveLength(1);
  }
});

test('asks nothing when it is already aborted', async () => {
  const { error, atMs } = await wait([inStatus('sent')], { signal: AbortSignal.abort() });
  expect([error.tag, atMs]).toEqual(['aborted', []]);
});

test('ends with what a request ends with', async () => {
  const missing = {
    status: 404,
    body: { error: 'payout_not_found', message: 'There is none.', request_id: 'r' },
  };
  expect((await wait([inStatus('requested'), missing])).error).toMatchObject({
    tag: 'payout_not_found',
  });
});

test('may be given longer than a timer can run', async () => {
  const { payout } = await wait([inStatus('requested'), inStatus('sent')], { maxWaitMs: 1e12 });
  expect(payout?.status).toBe('sent');
});
