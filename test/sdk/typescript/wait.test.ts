/** The wait for a payout's end, on a clock that does not wait. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TriportClient, type WaitOptions } from '../../../sdk/typescript/src/index.ts';
import { PAYOUT, type Step, scriptedFetch } from './scripted-fetch.ts';

const NOW = Date.parse('2026-11-25T18:00:00Z');

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const inStatus = (status: string, more: object = {}): Step => ({
  status: 200,
  body: { ...PAYOUT, status, ...more },
});

/** Waits to the end, which must leave no timer. */
async function wait(steps: [Step, ...Step[]], options: WaitOptions = {}) {
  const scripted = scriptedFetch(...steps);
  const startMs = Date.now();
  const atMs: number[] = [];
  const fetch = (...args: Parameters<typeof scripted>) => {
    atMs.push(Date.now() - startMs);
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
  const requested = Array<Step>(7).fill(inStatus('requested'));
  const processing = inStatus('processing');
  const { payout, atMs } = await wait([
    requested[0] as Step,
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

test('asks for the last time when its time is up, and the error has what it saw', async () => {
  const { error, atMs } = await wait([inStatus('requested')], { maxWaitMs: 2500 });
  expect(error).toMatchObject({
    tag: 'timeout',
    outcomeUnknown: false,
    message: 'The payout was not final within 2500 ms: it is requested.',
    payout: { id: PAYOUT.id, status: 'requested' },
    cause: undefined,
  });
  expect(atMs).toEqual([0, 1000, 2500]);
  expect((await wait(['hang'], { maxWaitMs: 2500 })).error).toMatchObject({ tag: 'timeout' });
});

test.each([
  [1000, [0, 1000], 1000 + 1000],
  [2500, [0, 1000, 2500], 2500 + 1000],
  [0, [0], 1000],
])('of %d ms takes a second more at most when the last response never comes', async (...given) => {
  const [maxWaitMs, asked, endMs] = given;
  const answered = Array<Step>(asked.length - 1).fill(inStatus('requested'));
  const [first = 'hang', ...others] = [...answered, 'hang' as const];
  const { error, atMs } = await wait([first, ...others], { maxWaitMs });
  expect(error).toMatchObject({ tag: 'timeout', cause: { tag: 'timeout' } });
  expect([atMs, Date.now() - NOW]).toEqual([asked, endMs]);
});

test('never gives a request longer than it has itself', async () => {
  const { atMs } = await wait(['hang'], { maxWaitMs: 5000 });
  expect([atMs, Date.now() - NOW]).toEqual([[0], 5000]);
});

test('asks once when it has no time, and for ten minutes when nothing is said', async () => {
  expect((await wait([inStatus('requested')], { maxWaitMs: 0 })).atMs).toEqual([0]);
  const { error, atMs } = await wait([inStatus('requested')]);
  expect([error?.tag, atMs.at(-1)]).toEqual(['timeout', 600_000]);
});

test('goes on after a failure that may pass, when the response says or as ever', async () => {
  const { payout, atMs } = await wait([
    new TypeError('fetch failed'),
    { status: 500 },
    { status: 200, body: '<html>' },
    { status: 429, headers: { 'retry-after': '90' } },
    inStatus('sent'),
  ]);
  expect(payout?.status).toBe('sent');
  expect(atMs).toEqual([0, 1000, 3000, 7000, 97_000]);
});

test('names the failure when its time is up in an outage', async () => {
  const { error } = await wait([new TypeError('fetch failed')], { maxWaitMs: 5000 });
  expect(error).toMatchObject({ tag: 'timeout', payout: undefined, cause: { tag: 'network' } });
  expect(error.message).toBe(
    'The payout was not final within 5000 ms: nothing could be learnt of it.',
  );
});

test('ends when it is aborted, in a pause or in a request', async () => {
  for (const step of [inStatus('requested'), 'hang'] as const) {
    const controller = new AbortController();
    const reason = new Error('left the page');
    setTimeout(() => controller.abort(reason), 300);
    const { error, atMs } = await wait([step], { signal: controller.signal });
    expect(error).toMatchObject({ tag: 'aborted', cause: reason });
    expect(atMs).toHaveLength(1);
  }
});

test('asks nothing when it is already aborted', async () => {
  const { error, atMs } = await wait([inStatus('sent')], { signal: AbortSignal.abort() });
  expect([error.tag, atMs]).toEqual(['aborted', []]);
});

test('ends with a failure that will not pass', async () => {
  const missing = {
    status: 404,
    body: { error: 'payout_not_found', message: 'There is none.', request_id: 'r' },
  };
  expect((await wait([inStatus('requested'), missing])).error).toMatchObject({
    tag: 'payout_not_found',
  });
  const untrusted = new TypeError('fetch failed', { cause: { code: 'CERT_HAS_EXPIRED' } });
  expect((await wait([untrusted])).atMs).toEqual([0]);
});

test.each([1e12, Number.POSITIVE_INFINITY])('may last %d ms', async (maxWaitMs) => {
  const { payout } = await wait([inStatus('requested'), inStatus('sent')], { maxWaitMs });
  expect(payout?.status).toBe('sent');
});
