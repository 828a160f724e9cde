/**
 * Follows a table's stream and hands its records to a function, in order and at least once, as
 * Lambda does.
 */
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { Problem } from '../../problem.ts';
import { LOCAL_CREDENTIALS } from '../database/create-tables.ts';
import { REGION } from '../template/intrinsics.ts';
import { type DeliveryOptions, deliver, LONGEST_PAUSE_MS, pause } from './stream-delivery.ts';

export interface StreamOptions extends DeliveryOptions {
  endpoint: string;
  client: DynamoDBClient;
}

const POLL_MS = 100;

/**
 * Follows what is written from now on, until the returned function is called. Throws Problem where
 * there is no stream.
 */
export async function followStream(options: StreamOptions): Promise<() => void> {
  const { endpoint, client, mapping } = options;
  const streams = new DynamoDBStreamsClient({
    endpoint,
    region: REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  const ending = new AbortController();
  const arn = await client
    .send(new DescribeTableCommand({ TableName: mapping.source }))
    .then(({ Table }) => Table?.LatestStreamArn);
  const without = `The table ${mapping.source} at ${endpoint} has no stream, so ${mapping.functionName} is not run here.`;
  if (arn === undefined) throw new Problem(without);
  const reader = new Reader(streams, arn, options, ending.signal);
  await reader.open('LATEST').catch(() => {
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
  readonly #options: StreamOptions;
  readonly #ending: AbortSignal;
  /** By shard: where to read on; undefined once a shard has ended. */
  readonly #iterators = new Map<string, string | undefined>();

  constructor(
    streams: DynamoDBStreamsClient,
    arn: string,
    options: StreamOptions,
    ending: AbortSignal,
  ) {
    this.#streams = streams;
    this.#arn = arn;
    this.#options = options;
    this.#ending = ending;
  }

  /** Opens the shards that are new. */
  async open(type: 'LATEST' | 'TRIM_HORIZON'): Promise<void> {
    const { StreamDescription } = await this.#streams.send(
      new DescribeStreamCommand({ StreamArn: this.#arn }),
    );
    for (const { ShardId = '' } of StreamDescription?.Shards ?? []) {
      if (this.#iterators.has(ShardId)) continue;
      const get = { StreamArn: this.#arn, ShardId, ShardIteratorType: type };
      const { ShardIterator } = await this.#streams.send(new GetShardIteratorCommand(get));
      this.#iterators.set(ShardId, ShardIterator);
    }
  }

  async follow(): Promise<void> {
    while (!this.#ending.aborted) {
      try {
        const found = await this.#round();
        if (!found) await pause(POLL_MS, this.#ending);
      } catch {
        // The engine has ended, or will answer again; an iterator moves on only behind records that
        // were processed.
        await pause(LONGEST_PAUSE_MS, this.#ending);
      }
    }
  }

  /** Reads every shard once; whether there was anything. */
  async #round(): Promise<boolean> {
    let found = false;
    for (const [shard, ShardIterator] of this.#iterators) {
      if (ShardIterator === undefined) continue;
      const get = { ShardIterator, Limit: this.#options.mapping.batchSize };
      const { Records = [], NextShardIterator } = await this.#streams.send(
        new GetRecordsCommand(get),
      );
      await deliver(Records, this.#arn, this.#options, this.#ending);
      this.#iterators.set(shard, NextShardIterator);
      if (NextShardIterator === undefined) await this.open('TRIM_HORIZON');
      found ||= Records.length > 0;
    }
    return found;
  }
}
