/** A short run of the simulator, and the proof that it can fail. `npm run simulate` runs longer. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { patience } from '../../support/patience.ts';
import { plant, simulateCopy } from './plant.ts';
import { BUGS } from './planted-bugs.ts';
import { simulate } from './simulate.ts';
import { SimulatedStack } from './stack/simulated-stack.ts';

let stack: SimulatedStack;
beforeAll(async () => {
  stack = await SimulatedStack.open(inject('assembly'));
});
afterAll(() => stack[Symbol.asyncDispose]());

/** A history decides whether one call meets another half applied; a few make sure of it. */
const SEEDS = [1, 2, 3, 4];
const HAVE_TO_HAPPEN = ['halfApplied', 'lagIndexes', 'metHalfApplied'];

test('no fault makes a micro-unit appear, vanish or count twice', {
  timeout: patience(30_000),
}, async () => {
  const hit = new Set<string>();
  for (const seed of SEEDS) {
    const result = await simulate(stack, { seed, steps: 150, users: 4 });
    const { violation, operations, unknown, asked, resolved } = result;
    expect(violation).toBeUndefined();
    expect(operations).toBeGreaterThan(150);
    expect(unknown).toBeGreaterThan(0);
    expect(resolved).toBe(asked);
    for (const fault of Object.keys(stack.proxy.faultCounts)) hit.add(fault);
    expect(hit.size).toBeGreaterThan(5);
    if (HAVE_TO_HAPPEN.every((fault) => hit.has(fault))) break;
  }
  expect([...hit]).toEqual(expect.arrayContaining(HAVE_TO_HAPPEN));
});

test('a planted bug is caught, and shown by a short history', {
  timeout: patience(30_000),
}, async () => {
  const bug = BUGS.find(({ name }) => name === 'no condition on the debit');
  if (!bug) throw new Error('no such bug');
  const { root, remove } = plant(bug);
  try {
    const caught = await simulateCopy(root, 1, 200);
    expect(caught?.operations).toBeLessThan(1000);
    expect(caught?.shortest).toBeLessThanOrEqual(5);
  } finally {
    remove();
  }
});

test.each(BUGS)('the bug "$name" still fits the code', (bug) => {
  plant(bug).remove();
});
