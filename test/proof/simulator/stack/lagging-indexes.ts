/** Global indexes that lag: for a while a query of one finds some items as they were. */
import type { Exchange, Reply } from '../../../support/fault-proxy.ts';
import type { Random } from '../history/random.ts';
import type { TableKeys } from './half-applied.ts';
import type { Database } from './stored-state.ts';

type Item = Record<string, { S?: string }>;
type Write = { TableName: string; Key?: Item; Item?: Item; ExpressionAttributeValues?: Item };

/** What the index still has of an item, if anything, and for how long. */
type Entry = { table: string; was: Item | undefined; looksLeft: number; lastStep: number };

const INDEXES: Record<string, { table: string; hash: string; range: string }> = {
  queue: { table: 'PayoutsTable', hash: 'shard', range: 'queue_key' },
  looks: { table: 'PayoutsTable', hash: 'shard', range: 'look_key' },
  due: { table: 'RewardsTable', hash: 'due_shard', range: 'pending_until' },
};
const TABLES = new Set(Object.values(INDEXES).map(({ table }) => table));

/**
 * In how many looks at an item the index has caught up, and for how many steps it lags at most. One
 * that no look ends lasts beyond a request's deadline.
 */
const LAGS = {
  short: { looks: 4, steps: 30 },
  long: { looks: 12, steps: 10 },
  endless: { looks: Number.POSITIVE_INFINITY, steps: 2 },
};

export class LaggingIndexes {
  #keys: TableKeys = {};
  #database!: Database;
  #step = 0;
  readonly #entries = new Map<string, Entry>();
  /** The payouts that the queue had not as they are, at some time in this step. */
  readonly laggingIds = new Set<string>();

  open(keys: TableKeys, database: Database): void {
    this.#keys = keys;
    this.#database = database;
  }

  begin(step: number): void {
    this.#step = step;
    for (const [id, { lastStep }] of this.#entries) if (lastStep < step) this.#entries.delete(id);
    this.laggingIds.clear();
    for (const { id } of [...this.#entries.keys()].map(keyIn)) if (id?.S) this.laggingIds.add(id.S);
  }

  /** The indexes do not follow, for now, what this transaction is about to write. */
  async leaveBehind({ request }: Exchange, random: Random): Promise<void> {
    const { TransactItems: parts = [] } = request as { TransactItems?: Record<string, Write>[] };
    for (const write of parts.flatMap((part) => Object.values(part))) {
      const { TableName: table, Key = write.Item, ExpressionAttributeValues: values } = write;
      if (!TABLES.has(table)) continue;
      const key = Object.fromEntries(
        (this.#keys[table] ?? []).map((name) => [name, Key?.[name] ?? {}]),
      );
      const id = JSON.stringify(key);
      const { looks, steps } = LAGS[random.weighted({ short: 65, long: 25, endless: 10 })];
      // What moves from one key of the index to another may for a moment be under neither.
      const isNowhere = values !== undefined && ':queue_key' in values && random.chance(0.3);
      if (this.#entries.has(id)) continue;
      const get = { TableName: table, Key: key, ConsistentRead: true };
      const { Item: was } = (await this.#database.send('GetItem', get)) as { Item?: Item };
      const looksLeft = Number.isFinite(looks) ? 1 + random.integer(looks) : looks;
      const lastStep = this.#step + random.integer(steps + 1);
      this.#entries.set(id, { table, was: isNowhere ? undefined : was, looksLeft, lastStep });
      if (key.id?.S) this.laggingIds.add(key.id.S);
    }
  }

  /** The reply to a query, as an index gives it that lags. */
  answer({ request }: Exchange, reply: Reply): Reply {
    const index = INDEXES[String(request.IndexName)];
    if (!index || reply.status !== 200 || this.#entries.size === 0) return reply;
    const { hash, isAsked } = placesOf(request);
    const { Items, LastEvaluatedKey: last } = JSON.parse(reply.body) as {
      Items: Item[];
      LastEvaluatedKey?: Item;
    };
    const rangeOf = (item: Item | undefined): string => item?.[index.range]?.S ?? '';
    const idOf = (item: Item): string =>
      JSON.stringify(
        Object.fromEntries((this.#keys[index.table] ?? []).map((name) => [name, item[name]])),
      );
    const shown = new Map(Items.map((item) => [idOf(item), item]));
    for (const [id, entry] of [...this.#entries]) {
      if (entry.table !== index.table) continue;
      const { was } = entry;
      const place = rangeOf(was);
      const wasThere =
        was?.[index.hash]?.S === hash && isAsked(place) && (!last || place <= rangeOf(last));
      if (!wasThere && !shown.has(id)) continue;
      // Each look brings the moment nearer at which the index has caught up.
      if (entry.looksLeft-- <= 0) this.#entries.delete(id);
      else if (was && wasThere) shown.set(id, was);
      else shown.delete(id);
    }
    const rows = [...shown.values()];
    rows.sort((one, other) => (rangeOf(one) < rangeOf(other) ? -1 : 1));
    const cut = rows.slice(0, Number(request.Limit ?? rows.length));
    const next = cut.length < rows.length ? lastKey(cut.at(-1), index, this.#keys) : last;
    const body = JSON.stringify({
      Items: cut,
      Count: cut.length,
      ScannedCount: cut.length,
      ...(next && { LastEvaluatedKey: next }),
    });
    return { ...reply, body };
  }
}

const keyIn = (text: string): Item => JSON.parse(text);

const lastKey = (
  item: Item | undefined,
  { table, hash, range }: { table: string; hash: string; range: string },
  keys: TableKeys,
) =>
  item &&
  Object.fromEntries([hash, range, ...(keys[table] ?? [])].map((name) => [name, item[name]]));

/** Which keys of the index a query asks for. Throws for a condition of another form. */
function placesOf(request: Record<string, unknown>) {
  const { KeyConditionExpression, ExpressionAttributeValues, ExclusiveStartKey } = request as {
    KeyConditionExpression: string;
    ExpressionAttributeValues: Record<string, { S: string }>;
    ExclusiveStartKey?: Item;
  };
  const form = /^#?\w+ = (:\w+)(?: AND (\w+) (=|>|<=) (:\w+))?$/.exec(KeyConditionExpression);
  if (!form) throw new Error(`no form of a query that is known here: ${KeyConditionExpression}`);
  const [, hash = '', range = '', operator, bound = ''] = form;
  const limit = ExpressionAttributeValues[bound]?.S ?? '';
  const after = ExclusiveStartKey?.[range]?.S ?? '';
  return {
    hash: ExpressionAttributeValues[hash]?.S,
    isAsked: (place: string): boolean =>
      place > after &&
      (operator === undefined ||
        { '>': place > limit, '<=': place <= limit, '=': place === limit }[operator as '>']),
  };
}
