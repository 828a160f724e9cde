/** What goes on without anybody asking: events out, the sweep, the reconciliation, dead letters. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { FUTURE } from '../../support/samples.ts';
import { type Aws, json, seen } from './calls.ts';
import { granted, type Life, UNIT } from './life.ts';
import { received } from './listener.ts';
import type { Stack } from './stack.ts';

/** A reward that becomes due, of a user who asks for nothing: the sweep alone can unlock it. */
export async function leaveToSweep(stack: Stack) {
  const user_id = randomUUID();
  const unlocksAt = new Date(Date.now() + 5000).toISOString();
  await stack.bill(granted(user_id, 'swept', UNIT, unlocksAt));
  return () =>
    seen('the sweep', async () => {
      const reward = await stack.item('Rewards', { user_id, reward_id: 'swept' });
      return reward?.status === 'available' && reward;
    });
}

/** Each payout's steps, put in order by their sequence, as a reader of the events does. */
export async function hear(queueUrl: string, aws: Aws, { payouts }: Life) {
  const heard = new Map<string, string>();
  const told = Object.entries(payouts).flatMap(([id, steps]) =>
    steps.map((status, at) => [`${id} ${at + 1}`, `referral.payout.${status}`] as const),
  );
  await seen('the events', async () => {
    for (const body of await received(queueUrl, aws)) {
      const { detail, 'detail-type': type } = JSON.parse(body);
      heard.set(`${detail.payout.id} ${detail.sequence}`, type);
    }
    return heard.size >= told.length;
  });
  assert.deepEqual(heard, new Map(told));
  return payouts;
}

/** A run of the state machine, to its end. */
export async function reconcile(stack: Stack, aws: Aws, checked: number): Promise<string> {
  const states = <Answer>(operation: string, input: object) =>
    json<Answer>(aws, 'states', `AWSStepFunctions.${operation}`, input);
  const stateMachineArn = stack.output('ReconcileStateMachineArn');
  const { executionArn } = await states<{ executionArn: string }>('StartExecution', {
    stateMachineArn,
    input: '{}',
  });
  const { status, output } = await seen('the end of the run', async () => {
    const run = await states<Execution>('DescribeExecution', { executionArn });
    return run.status !== 'RUNNING' && run;
  });
  assert.equal(status, 'SUCCEEDED');
  assert.partialDeepStrictEqual(JSON.parse(output), { checked, drifted: 0, skipped: 0 });
  return `${status} ${output}`;
}

type Execution = { status: string; output: string };

/** A malformed event ends among the dead letters, alone, and holds up no other. */
export async function loseOne(stack: Stack, aws: Aws, { userId, balance }: Life): Promise<string> {
  await stack.bill(
    ['referral.reward.granted', { user_id: userId, reward_id: 'malformed' }],
    granted(userId, 'beside', UNIT, FUTURE),
  );
  await balance({ pending_micro: 51n * UNIT });
  const [letter = '', ...others] = await seen('the dead letter', async () => {
    const letters = await received(stack.output('BillingDeadLettersUrl'), aws);
    return letters.length > 0 && letters;
  });
  assert.equal(JSON.parse(letter).detail.reward_id, 'malformed');
  assert.deepEqual(others, []);
  assert.deepEqual(await received(stack.output('PayoutDeadLettersUrl'), aws), []);
  return letter;
}
