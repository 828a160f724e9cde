/**
 * Whether the money is where the answers said: every account the sum of its items, and as much
 * reserved as was accepted.
 */
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '../../../../infra/local/lambda/runtime.ts';
import type { Database } from '../../../../infra/local/service.ts';

export const BALANCED = 'balance';

/** `balance`, or what does not. */
export async function booksOf(
  { client }: Database,
  runtime: Runtime,
  accepted: number,
  amountMicro: bigint,
): Promise<string> {
  const outcome = await runtime.invoke('Reconcile', {});
  if (outcome.type !== 'result') throw new Error('Reconcile did not answer.');
  const { drifted, skipped, next } = JSON.parse(outcome.payload);
  if (drifted !== 0 || skipped !== 0 || next !== undefined) return `drift: ${outcome.payload}`;

  let reserved = 0n;
  const document = DynamoDBDocumentClient.from(client, {
    unmarshallOptions: { wrapNumbers: BigInt },
  });
  for await (const { Items = [] } of paginateScan(
    { client: document },
    { TableName: 'AccountsTable' },
  ))
    for (const { reserved_micro } of Items) reserved += reserved_micro;
  const expected = BigInt(accepted) * amountMicro;
  return reserved === expected ? BALANCED : `${reserved} reserved, ${expected} accepted`;
}
