/** Events leave on the bus at least once, and a payout's own in their order. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Bus, connectBus, inCalls, putEvents } from '../../../../lib/store/payouts/bus.ts';
import { systemTime } from '../../../../lib/time.ts';
import { useEventBridge } from '../../../support/event-bridge.ts';
import { type TestTime, testTime } from '../../../support/samples.ts';

const bridge = useEventBridge();
let bus: Bus;
let time: TestTime;

beforeEach(() => {
  time = testTime();
  bus = connectBus('payouts', { attemptTimeoutMs: 150, time });
});
afterEach(() => bus.client.destroy());

const SENT_AT = '2026-11-22T09:00:00.000Z';
const event = (detail: string) => ({
  type: 'referral.payout.sent',
  source: 'referral-payouts',
  time: SENT_AT,
  detail,
});
const put = (...details: string[]) => putEvents(bus, details.map(event), time.now() + 10_000);
const taken = () => bridge.taken.map(({ Detail }) => Detail);

test.each([
  ['', []],
  ['abc', ['abc']],
  ['abcdefghijkl', ['abcdefghij', 'kl']],
  ['aab', ['a', 'ab']],
  ['abab', ['ab', 'ab']],
  ['abcacb', ['abc', 'acb']],
])('changes of the payouts %j go out in the calls %j', (letters, calls) => {
  const changes = [...letters].map(
    (id) => ({ payout: { id } }) as Parameters<typeof inCalls>[0][0],
  );
  const ids = inCalls(changes).map((call) => call.map(({ payout }) => payout.id).join(''));
  expect(ids).toEqual(calls);
});

test('the endpoint of the environment gets the entries', async () => {
  expect(await put('{"n":1}', '{"n":2}')).toBeUndefined();
  const common = {
    EventBusName: 'payouts',
    Source: 'referral-payouts',
    DetailType: 'referral.payout.sent',
    Time: Date.parse(SENT_AT) / 1000,
  };
  const details = ['{"n":1}', '{"n":2}'];
  expect(bridge.calls).toEqual([details.map((Detail) => ({ ...common, Detail }))]);
});

test.each(['fail', 'garble', 'empty', 'drop', 'hang'] as const)(
  '%s once: everything is sent again',
  async (reply) => {
    bridge.script([reply]);
    expect(await put('1', '2')).toBeUndefined();
    expect(taken().slice(-2)).toEqual(['1', '2']);
    expect(bridge.calls).toHaveLength(2);
  },
);

test('of a call that is half taken, only the rest is sent again', async () => {
  bridge.script([{ refuse: [0, 2] }, { refuse: [1] }]);
  expect(await put('1', '2', '3')).toBeUndefined();
  expect(taken()).toEqual(['2', '1', '3']);
});

test('what is never taken is named: the first of it', async () => {
  bridge.script([{ refuse: [1, 2] }], { refuse: [0, 1] });
  expect(await put('1', '2', '3')).toBe(1);
  expect(taken()).toEqual(['1']);
  expect(bridge.calls).toHaveLength(4);
});

test('a bus that is down names the first', async () => {
  bridge.script([], 'fail');
  expect(await put('1', '2')).toBe(0);
  expect(bridge.calls).toHaveLength(4);
});

test('a bus that is down is logged with each attempt and its reason', async () => {
  bridge.script([{ refuse: [1, 2] }, 'fail']);
  await put('1', '2', '3');
  const retrying = { event: 'retrying', failure: 'events_not_taken' };
  expect(vi.mocked(console.warn).mock.calls).toEqual([
    [{ ...retrying, attempt: 1, error: 'InternalFailure, ThrottlingException' }],
    [{ ...retrying, attempt: 2, error: 'InternalException' }],
  ]);
});

test('a function’s own bus makes one attempt of three seconds, by the system’s clock', async () => {
  const own = connectBus('payouts');
  expect(own.time).toBe(systemTime);
  expect(own.attemptTimeoutMs).toBe(3000);
  expect(await own.client.config.maxAttempts()).toBe(1);
  await putEvents(own, [event('1')], Date.now() + 10_000);
  const { requestHandler } = own.client.config as {
    requestHandler: { httpHandlerConfigs?: () => unknown };
  };
  expect(requestHandler.httpHandlerConfigs?.()).toMatchObject({
    connectionTimeout: 1000,
    requestTimeout: 3000,
    throwOnRequestTimeout: true,
    socketTimeout: 3000,
  });
  own.client.destroy();
});

test('a call has its time-out, or what is left until the deadline, and always a millisecond', async () => {
  const now = time.now();
  time.now = () => now;
  const send = vi.spyOn(bus.client, 'send').mockReturnValue(Promise.reject(new Error()) as never);
  for (const left of [150, 149, 0]) await putEvents(bus, [event('1')], now + left);
  const options = send.mock.calls.map(([, given]) => given);
  expect(options).toContainEqual({ requestTimeout: 150 });
  expect(options).toContainEqual({ requestTimeout: 149 });
  expect(options.at(-1)).toEqual({ requestTimeout: 1 });
});

test('nothing is tried again past the deadline', async () => {
  bridge.script([], 'fail');
  expect(await putEvents(bus, [event('1')], time.now() + 20)).toBe(0);
  expect(bridge.calls).toHaveLength(1);
});
