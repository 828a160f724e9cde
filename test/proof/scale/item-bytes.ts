/** How large items are to DynamoDB, and what a write of one consumes on its table and indexes. */
import { isDeepStrictEqual } from 'node:util';
import { TABLES } from '../../../infra/tables.ts';
import type { TableName } from '../../../lib/config.ts';

export type Item = Record<string, unknown>;

/** A table, or an index as grants name it: `Payouts/queue`. */
export type Place = TableName | `${TableName}/${string}`;

type Index = { partitionKey?: string; sortKey: string; holds?: readonly string[] };

const KB = 1024;

/**
 * By "DynamoDB item sizes and formats": names and texts in UTF-8, of a number a byte for two digits
 * but the zeros at its end, and one more, of a list or map 3 bytes and one for each element.
 */
export const bytesOf = (item: Item): number =>
  Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + size(value),
    0,
  );

function size(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'bigint' || typeof value === 'number')
    return Math.ceil(String(value).replace(/^-|0+$/g, '').length / 2) + 1;
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + size(each) + 1, 3);
  if (typeof value === 'object' && value !== null)
    return 3 + bytesOf({ ...value }) + Object.keys(value).length;
  return 1;
}

export const indexesOf = (table: TableName): [name: string, index: Index][] =>
  Object.entries((TABLES[table] as { indexes?: Record<string, Index> }).indexes ?? {});

/** What an index has of the item: nothing where the item lacks one of its keys. */
function entryOf(table: TableName, index: Index, item: Item | undefined): Item | undefined {
  const { partitionKey, sortKey, holds } = index;
  const shape: { partitionKey: string; sortKey?: string } = TABLES[table];
  const keys = [shape.partitionKey, shape.sortKey, partitionKey, sortKey].flatMap(
    (key) => key ?? [],
  );
  if (!item || !keys.every((key) => item[key] !== undefined)) return undefined;
  const names = holds === undefined ? Object.keys(item) : [...keys, ...holds];
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}

/** The bytes that the item has on its table, and in each index that has it. */
export const placesOf = (table: TableName, item: Item): [place: Place, bytes: number][] => [
  [table, bytesOf(item)],
  ...indexesOf(table).flatMap(([name, index]): [Place, number][] => {
    const entry = entryOf(table, index, item);
    return entry ? [[`${table}/${name}`, bytesOf(entry)]] : [];
  }),
];

/** Without `before` the item is new. */
export type Write = { table: TableName; before?: Item | undefined; after: Item };

/**
 * The write units of a write within a transaction: two for each KB of the larger of both items; an
 * index takes one for each KB, of both its entries where the key has changed.
 */
export function unitsOfWrite({ table, before, after }: Write): [place: Place, units: number][] {
  const kilobytes = (item: Item | undefined) => (item ? Math.ceil(bytesOf(item) / KB) : 0);
  const ofIndex = (index: Index): number => {
    const [was, is] = [entryOf(table, index, before), entryOf(table, index, after)];
    if (isDeepStrictEqual(was, is)) return 0;
    const { partitionKey = '', sortKey } = index;
    const isMoved = was?.[partitionKey] !== is?.[partitionKey] || was?.[sortKey] !== is?.[sortKey];
    const [old, young] = [kilobytes(was), kilobytes(is)];
    return isMoved ? old + young : Math.max(old, young);
  };
  return [
    [table, 2 * Math.max(kilobytes(before), kilobytes(after))],
    ...indexesOf(table).map(([name, index]): [Place, number] => [
      `${table}/${name}`,
      ofIndex(index),
    ]),
  ];
}
