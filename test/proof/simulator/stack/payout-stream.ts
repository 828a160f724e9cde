/** The stream of the Payouts table, handed to its function as Lambda does: in order, at least once. */
import { Random } from '../history/random.ts';
import type { SimulatedStack } from './simulated-stack.ts';

type Record = { dynamodb: { SequenceNumber: string } };
type Answer = {
  Table: { LatestStreamArn: string };
  StreamDescription: { Shards: { ShardId: string }[] };
  ShardIterator: string;
  Records: Record[];
  NextShardIterator: string;
};

const RECORDS_PER_READ = 1000;
/** What the template says of the mapping: so many records in one invocation. */
const BATCH_MAX = 100;
/** More than a function's attempts, so that the stream has to offer it again. */
const FAULTY_CALLS_MAX = 12;
const REPEATED = 0.2;
/** A record that never gets through would hold up the simulation for ever. */
const TRIES_MAX = 50;

export class PayoutStream {
  readonly #stack: SimulatedStack;
  #iterator: string | undefined;

  constructor(stack: SimulatedStack) {
    this.#stack = stack;
  }

  /** Publishes everything that was written until now; what went wrong with the function, if so. */
  async publish(seed: string): Promise<string | undefined> {
    const random = new Random(`${seed} stream`);
    this.#stack.bus.failSome(seed, random.integer(FAULTY_CALLS_MAX));
    let records = await this.#read();
    for (let tries = 0; records.length > 0; ) {
      const batch = records.slice(0, 1 + random.integer(BATCH_MAX));
      const done = await this.#deliver(batch);
      // Lambda may offer again what was processed.
      if (random.chance(REPEATED)) await this.#deliver(batch);
      records = records.slice(done);
      tries = done > 0 ? 0 : tries + 1;
      if (tries > TRIES_MAX)
        return `the stream stands still at ${JSON.stringify(records[0]).slice(0, 2000)}`;
    }
    return undefined;
  }

  /** How many of the records are done with, before the first that has to come again. */
  async #deliver(Records: Record[]): Promise<number> {
    const outcome = await this.#stack.runtime.invoke('PublishPayoutEvents', { Records });
    if (outcome.type !== 'result') return 0;
    const { batchItemFailures } = JSON.parse(outcome.payload) as {
      batchItemFailures: { itemIdentifier: string }[];
    };
    const positions = batchItemFailures.map(({ itemIdentifier }) =>
      Records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === itemIdentifier),
    );
    return Math.max(0, Math.min(...positions, Records.length));
  }

  async #read(): Promise<Record[]> {
    const found: Record[] = [];
    this.#iterator ??= await this.#open();
    for (;;) {
      const read = { ShardIterator: this.#iterator, Limit: RECORDS_PER_READ };
      const { Records, NextShardIterator } = await this.#ask('GetRecords', read);
      this.#iterator = NextShardIterator;
      if (Records.length === 0) return found;
      found.push(...Records);
    }
  }

  /** The embedded engine has one shard for a stream. */
  async #open(): Promise<string> {
    const { Table } = (await this.#stack.database.send('DescribeTable', {
      TableName: 'PayoutsTable',
    })) as Answer;
    const StreamArn = Table.LatestStreamArn;
    const { StreamDescription } = await this.#ask('DescribeStream', { StreamArn });
    const [{ ShardId } = { ShardId: '' }] = StreamDescription.Shards;
    const get = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    return (await this.#ask('GetShardIterator', get)).ShardIterator;
  }

  #ask = async (operation: string, input: object): Promise<Answer> =>
    (await this.#stack.database.send(operation, input, 'DynamoDBStreams_20120810')) as Answer;
}
