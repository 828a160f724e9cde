/** Capacity units and round trips of every operation, each against what it cannot do without. */
import type { LocalStack } from '../../../../infra/local/template/local-stack.ts';
import type { Section } from '../bench.ts';
import { billingOperations } from '../capacity/billing-operations.ts';
import { consoleOperations, payoutOperations } from '../capacity/console-operations.ts';
import { costText } from '../capacity/meter.ts';
import type { Operation } from '../capacity/operation.ts';
import { operatorOperations } from '../capacity/operator-operations.ts';
import { openScene } from '../capacity/scene.ts';
import { exactly, type Row } from '../rows.ts';

export const capacity: Section = {
  name: 'capacity',
  title: 'Capacity units and calls to DynamoDB of each operation',
  run: async ({ stack, peerStack }) => {
    const ofPeer = payoutOperations.map((each) => ({
      ...each,
      what: `peer: ${each.what}`,
      why: 'the same calls',
    }));
    const ours = [...consoleOperations, ...operatorOperations, ...billingOperations];
    return { rows: [...(await rowsOf(stack, ours)), ...(await rowsOf(peerStack, ofPeer))] };
  },
};

async function rowsOf(stack: LocalStack, metered: Operation[]): Promise<Row[]> {
  await using scene = await openScene(stack);
  const rows: Row[] = [];
  for (const { what, expected, why, cost } of metered)
    rows.push(exactly(what, expected, costText(await cost(scene)), why));
  return rows;
}
