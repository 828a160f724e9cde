/** Capacity units and calls to DynamoDB of every operation, against what it cannot do without. */
import type { LocalStack } from '../../../../infra/local/template/local-stack.ts';
import type { Section } from '../bench.ts';
import { exactly, type Row } from '../report.ts';
import { costText } from './meter.ts';
import {
  billingOperations,
  consoleOperations,
  limitedOperations,
  operatorOperations,
  payoutOperations,
  scheduledOperations,
} from './metered-operations.ts';
import { type Operation, openMeteredStack } from './metered-stack.ts';

export const capacity: Section = {
  name: 'capacity',
  title: 'Capacity units and calls to DynamoDB of each operation',
  run: async ({ stack, peerStack }) => {
    const ofPeer = payoutOperations.map((each) => ({
      ...each,
      what: `peer: ${each.what}`,
      why: 'the same calls',
    }));
    const ours = [
      ...consoleOperations,
      ...operatorOperations,
      ...billingOperations,
      ...scheduledOperations,
    ];
    return {
      rows: [
        ...(await rowsOf(stack, ours)),
        ...(await rowsOf(withDailyLimit(stack), limitedOperations)),
        ...(await rowsOf(peerStack, ofPeer)),
      ],
    };
  },
};

/** Each function has of it what its settings name. */
const withDailyLimit = (stack: LocalStack): LocalStack => ({
  ...stack,
  functions: stack.functions.map((each) => ({
    ...each,
    environment: {
      ...each.environment,
      ...('USER_DAILY_LIMIT_MICRO' in each.environment && {
        USER_DAILY_LIMIT_MICRO: String(10n ** 15n),
      }),
    },
  })),
});

async function rowsOf(stack: LocalStack, operations: Operation[]): Promise<Row[]> {
  await using metered = await openMeteredStack(stack);
  const rows: Row[] = [];
  for (const { what, expected, why, cost } of operations)
    rows.push(exactly(what, costText(expected), costText(await cost(metered)), why));
  return rows;
}
