/**
 * What DynamoDB does and the embedded engine does not: a transaction that meets another one on an
 * item is cancelled with TransactionConflict, at once and without any effect.
 *
 * The model: a transaction holds all its items from its arrival until its answer, and no shorter
 * than DynamoDB itself would take; the one that finds an item held is the one that is cancelled.
 * Not modelled: conflicts with single reads and writes (consistent GetItem is never cancelled),
 * throttling of a hot partition, and the spread of DynamoDB's own latency.
 */
import { setTimeout } from 'node:timers/promises';
import type { LocalTable } from '../../../../infra/local/template/local-stack.ts';
import { type Fault, startFaultProxy } from '../../../support/fault-proxy.ts';

/** About what a small TransactWriteItems takes within a region; longer means more conflicts. */
const HELD_MS = 10;

/** At most so many transactions a second can write one item, however they are sent. */
export const CEILING_PER_SECOND = 1000 / HELD_MS;

/** As long as DynamoDB does, by a clock that is so many times slower than the machine's. */
export const holdFor = (slower: number) => () => setTimeout(HELD_MS * slower);

type Part = { TableName: string; Key?: Item; Item?: Item };
type Item = Record<string, unknown>;
type KeysOf = ReadonlyMap<string, string[] | undefined>;

export type Conflicts = Awaited<ReturnType<typeof startConflictingDatabase>>;

export async function startConflictingDatabase(
  databaseUrl: string,
  tables: readonly LocalTable[],
  hold: () => Promise<unknown> = holdFor(1),
) {
  const keysOf = new Map(
    tables.map(({ name, input }) => [
      name,
      input.KeySchema?.map(({ AttributeName = '' }) => AttributeName),
    ]),
  );
  const proxy = await startFaultProxy(databaseUrl);
  const held = new Set<string>();
  let conflicts = 0;
  let heldMs = 0;

  const transaction: Fault = async (exchange) => {
    const parts = exchange.request.TransactItems as Record<string, Part>[];
    const items = parts.flatMap((part) => Object.values(part)).map((part) => nameOf(part, keysOf));
    if (items.some((item) => held.has(item))) {
      conflicts++;
      exchange.reply(cancelled(items.map((item) => held.has(item))));
      return;
    }
    for (const item of items) held.add(item);
    const since = performance.now();
    try {
      const [answer] = await Promise.all([exchange.forward(), hold()]);
      exchange.reply(answer);
    } finally {
      heldMs += performance.now() - since;
      for (const item of items) held.delete(item);
    }
  };
  proxy.script('TransactWriteItems', [], transaction);

  return {
    url: proxy.url,
    conflicts: () => conflicts,
    /** How long transactions have held their items so far, all added up. */
    heldMs: () => heldMs,
    close: proxy.close,
  };
}

const cancelled = (conflicting: boolean[]) => ({
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify({
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    message: 'Transaction cancelled, please refer cancellation reasons for specific reasons',
    CancellationReasons: conflicting.map((met) => ({ Code: met ? 'TransactionConflict' : 'None' })),
  }),
});

function nameOf({ TableName, Key, Item = {} }: Part, keysOf: KeysOf): string {
  const key = (keysOf.get(TableName) ?? []).map((name) => (Key ?? Item)[name]);
  return JSON.stringify([TableName, key]);
}
