/** Capacity units and calls to DynamoDB of every operation, against what it cannot do without. */
import type { LocalStack } from '../../../../infra/local/template/local-stack.ts';
import type { Section } from '../bench.ts';
import { exactly, type Row } from '../report.ts';
import { costText } from './meter.ts';
import {
  billingOperations,
  consoleOperations,
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
    return { rows: [...(await rowsOf(stack, ours)), ...(await rowsOf(peerStack, ofPeer))] };
  },
};

async function rowsOf(stack: LocalStack, operations: Operation[]): Promise<Row[]> {
  await using metered = await openMeteredStack(stack);
  const rows: Row[] = [];
  for (const { what, expected, why, cost } of operations)
    rows.push(exactly(what, costText(expected), costText(await cost(metered)), why));
  return rows;
}
