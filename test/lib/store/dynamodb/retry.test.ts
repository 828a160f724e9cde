import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { attempts, read } from '../../../../lib/store/dynamodb/retry.ts';
import { createDb } from '../../../../lib/store/dynamodb/store.ts';
import { testTime } from '../../../support/samples.ts';

const error = (name: string) =>
  new DynamoDBServiceException({ name, $fault: 'client', $metadata: {} });

describe('attempts', () => {
  test('pause with full jitter: half of a doubling range when the dice say half', async () => {
    const time = testTime();
    for await (const attempt of attempts(time, time.now() + 60_000)) if (attempt === 8) break;
    expect(time.pauses).toEqual([25, 50, 100, 200, 400, 500, 500]);
  });

  test('end rather than sleep past the deadline', async () => {
    const time = testTime();
    let last = 0;
    for await (const attempt of attempts(time, time.now() + 100)) last = attempt;
    expect(last).toBe(3);
    expect(time.pauses).toEqual([25, 50]);
  });

  test('end where a pause would last until the very deadline', async () => {
    let now = 0;
    const time = {
      now: () => now,
      random: () => 0.5,
      sleep: async (milliseconds: number) => {
        now += milliseconds;
      },
    };
    const count = async (deadlineMs: number) =>
      (await Array.fromAsync(attempts(time, deadlineMs))).length;
    expect(await count(25)).toBe(1);
    expect(await count(26)).toBe(2);
  });

  test('are at least one, even when the time is up', async () => {
    let count = 0;
    for await (const _ of attempts(testTime(), 0)) count++;
    expect(count).toBe(1);
  });
});

describe('read', () => {
  const reading = async (outcomes: (Error | string)[]) => {
    const time = testTime();
    let calls = 0;
    const answer = read(createDb({ time }), time.now() + 10_000, async () => {
      const outcome = outcomes[calls++];
      if (outcome instanceof Error) throw outcome;
      return outcome;
    });
    return { answer: await answer.catch((thrown) => thrown), calls };
  };

  test('goes on after throttling and lost replies', async () =>
    expect(await reading([error('ThrottlingException'), new Error('ECONNRESET'), 'item'])).toEqual({
      answer: 'item',
      calls: 3,
    }));

  test('gives up after four attempts with the last error', async () => {
    const last = new Error('fourth');
    expect(await reading([new Error('1'), new Error('2'), new Error('3'), last, 'never'])).toEqual({
      answer: last,
      calls: 4,
    });
  });

  test('does not repeat what can never succeed', async () => {
    const denied = error('AccessDeniedException');
    expect(await reading([denied, 'never'])).toEqual({ answer: denied, calls: 1 });
  });
});
