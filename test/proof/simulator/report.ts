/** Says in words what a simulation came to. */
import type { Step } from './operations.ts';
import type { Shrunk } from './shrink.ts';
import type { Result, Settings } from './simulate.ts';
import type { Stack } from './stack.ts';
import type { Violation } from './verify.ts';

export function report(
  { seed, users }: Settings,
  result: Result,
  stack: Pick<Stack, 'restarts' | 'wire'>,
  seconds: number,
  shrunk: Shrunk | undefined,
): string {
  const { steps, operations, unknown, asked, resolved, seen, violation } = result;
  const befallen = Object.entries({ ...stack.wire.befallen, 'engine restarts': stack.restarts });
  const lines = [
    `seed ${seed}: ${operations} operations in ${steps} steps by ${users} users at a time, ${seconds.toFixed(0)} s`,
    `  ${unknown} writes without a definite answer; ${asked} that can be asked again, ${resolved} of them answered in the end`,
    `  faults: ${befallen.map(([name, count]) => `${name} ${count}`).join(', ')}`,
    `  answers: ${Object.entries(seen)
      .sort()
      .map(([what, count]) => `${what} ${count}`)
      .join(', ')}`,
  ];
  if (!violation) return [...lines, '  no invariant was broken'].join('\n');
  const again = `  repeat with: npm run simulate -- --seed ${seed} --steps ${steps} --users ${users}`;
  const failure = shrunk
    ? [
        `the shortest history found that shows it (${shrunk.history.length} steps):`,
        ...shrunk.history.map(line),
        ...told(shrunk.violation),
      ]
    : [
        'it did not repeat itself; the last steps were:',
        ...result.history.slice(-5).map(line),
        ...told(violation),
      ];
  return [...lines, `BROKEN at step ${violation.step}: ${violation.rule}`, again, ...failure].join(
    '\n',
  );
}

const line = ({ number, atMs, weather, deliverLate, operations }: Step): string =>
  [
    `  step ${number} at ${new Date(atMs).toISOString()}, ${weather}${deliverLate ? ', late writes arrive' : ''}`,
    ...operations.map(({ id, operation }) => `    #${id} ${JSON.stringify(operation)}`),
  ].join('\n');

const told = ({ rule, details }: Violation): string[] => [
  `  ${rule}`,
  ...details.map((detail) => `    ${detail}`),
];
