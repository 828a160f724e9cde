/** Hands a table's stream to a function in order and at least once, as Lambda does. */
import { setTimeout } from 'node:timers/promises';
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { Problem } from '../../problem.ts';
import { localSettings } from '../database/create-tables.ts';
import { REGION } from '../template/intrinsics.ts';
import { type Delivery, failedIds } from './sqs.ts';

export interface StreamOptions extends Delivery {
  endpoint: string;
  client: DynamoDBClient;
}

const POLL_MS = 100;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;

/**
 * Goes on where an earlier start stopped, else with the oldest record; gives the end. Throws
 * Problem without a stream.
 */
export async function followStream(options: StreamOptions): Promise<() => void> {
  const { endpoint, client, mapping } = options;
  const streams = new DynamoDBStreamsClient(localSettings(endpoint));
  const ending = new AbortController();
  const arn = await client
    .send(new DescribeTableCommand({ TableName: mapping.source }))
    .then(({ Table }) => Table?.LatestStreamArn);
  const without = `The table ${mapping.source} at ${endpoint} has no stream, so ${mapping.functionName} is not run here.`;
  if (arn === undefined) throw new Problem(without);
  const reader = new Reader(streams, arn, options, ending.signal);
  await reader.open().catch(() => {
    throw new Problem(without);
  });
  void reader.follow();
  return () => {
    ending.abort();
    streams.destroy();
  };
}

class Reader {
  readonly #streams: DynamoDBStreamsClient;
  readonly #arn: string;
  readonly #delivery: Delivery;
  readonly #ending: AbortSignal;
  /** By shard: where to read on; undefined once a shard has ended. */
  readonly #iterators = new Map<string, string | undefined>();

  constructor(
    streams: DynamoDBStreamsClient,
    arn: string,
    delivery: Delivery,
    ending: AbortSignal,
  ) {
    this.#streams = streams;
    this.#arn = arn;
    this.#delivery = delivery;
    this.#ending = ending;
  }

  get #place() {
    return `stream ${this.#arn}` as const;
  }

  /** Opens the shards that are new. */
  async open(): Promise<void> {
    const places = new Map(
      (await this.#delivery.kept.list(this.#place)).map(({ id, text }) => [id, text]),
    );
    const { StreamDescription } = await this.#streams.send(
      new DescribeStreamCommand({ StreamArn: this.#arn }),
    );
    for (const { ShardId = '' } of StreamDescription?.Shards ?? []) {
      if (this.#iterators.has(ShardId)) continue;
      this.#iterators.set(ShardId, await this.#iteratorAt(ShardId, places.get(ShardId)));
    }
  }

  /** Behind the last record that was processed, else at the oldest, where the mapping begins. */
  async #iteratorAt(ShardId: string, done: string | undefined): Promise<string | undefined> {
    const shard = { StreamArn: this.#arn, ShardId };
    const begin = new GetShardIteratorCommand({ ...shard, ShardIteratorType: 'TRIM_HORIZON' });
    const goOn = new GetShardIteratorCommand({
      ...shard,
      ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
      SequenceNumber: done,
    });
    const reply = done === undefined ? undefined : await this.#streams.send(goOn).catch(isTrimmed);
    return (reply ?? (await this.#streams.send(begin))).ShardIterator;
  }

  async follow(): Promise<void> {
    while (!this.#ending.aborted) {
      try {
        const found = await this.#readShards();
        if (!found) await this.#pause(POLL_MS);
      } catch {
        // The engine has ended or will serve again, from the last record that was processed.
        await this.#pause(LONGEST_PAUSE_MS);
      }
    }
  }

  /** Reads every shard once; whether there was anything. */
  async #readShards(): Promise<boolean> {
    let found = false;
    for (const [shard, ShardIterator] of this.#iterators) {
      if (ShardIterator === undefined) continue;
      const get = { ShardIterator, Limit: this.#delivery.mapping.batchSize };
      const { Records = [], NextShardIterator } = await this.#streams.send(
        new GetRecordsCommand(get),
      );
      await this.#deliver(Records, shard);
      this.#iterators.set(shard, NextShardIterator);
      if (NextShardIterator === undefined) await this.open();
      found ||= Records.length > 0;
    }
    return found;
  }

  /** Tries again from the first record that failed, until each was processed or is given up. */
  async #deliver(records: StreamRecord[], shard: string): Promise<void> {
    const { mapping, giveUp } = this.#delivery;
    const { retries = Number.POSITIVE_INFINITY, deadLetters = '' } = mapping;
    let rest = records;
    for (let attempt = 1; rest.length > 0 && !this.#ending.aborted; attempt++) {
      const first = await this.#firstFailure(rest);
      // What is first now has been tried only once.
      if (first > 0) attempt = 1;
      await this.#keepPlace(shard, rest[first - 1]);
      rest = rest.slice(first);
      const [failed] = rest;
      if (failed === undefined) return;
      if (attempt > retries) {
        const id = failed.dynamodb?.SequenceNumber ?? '';
        await giveUp({ queue: deadLetters, id, body: JSON.stringify(failed) });
        await this.#keepPlace(shard, failed);
        rest = rest.slice(1);
        attempt = 0;
      } else await this.#pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
    }
  }

  /** Killed before this, the next start hands the record on once more: at least once. */
  async #keepPlace(shard: string, done: StreamRecord | undefined): Promise<void> {
    const text = done?.dynamodb?.SequenceNumber;
    if (text === undefined) return;
    await this.#delivery.kept.put(this.#place, { id: shard, at_ms: Date.now(), text });
  }

  /** The position of the first record that was not processed; their number if all were. */
  async #firstFailure(records: StreamRecord[]): Promise<number> {
    const { invoke, mapping } = this.#delivery;
    const event = { Records: records.map((record) => lambdaRecord(record, this.#arn)) };
    const failed = failedIds(await invoke(mapping.functionName, event), mapping);
    if (failed === undefined) return 0;
    if (failed.length === 0) return records.length;
    const positions = failed.map((id) =>
      records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === id),
    );
    // A number that is not in the batch fails all of it.
    return Math.max(0, Math.min(...positions));
  }

  /** Over at once when the end comes. */
  async #pause(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#ending }).catch(() => undefined);
  }
}

/** What a stream has forgotten is read from the oldest that it still has. */
function isTrimmed(error: Error): undefined {
  if (!/TrimmedDataAccess|ResourceNotFound|Validation/.test(error.name)) throw error;
}

/** The SDK has read the time as a Date, where Lambda hands on DynamoDB's epoch seconds. */
function lambdaRecord(record: StreamRecord, eventSourceARN: string) {
  const { ApproximateCreationDateTime: createdAt, ...dynamodb } = record.dynamodb ?? {};
  const seconds = createdAt && createdAt.getTime() / 1000;
  return {
    ...record,
    awsRegion: REGION,
    dynamodb: { ApproximateCreationDateTime: seconds, ...dynamodb },
    eventSourceARN,
  };
}
