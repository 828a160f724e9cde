/** A store of this process whose calls, units and CPU are counted, without a proxy in between. */
import type { TableName } from '../../../lib/config.ts';
import { connect, type Store } from '../../../lib/store/dynamodb/store.ts';
import { tables } from '../../support/backdoor.ts';
import type { Cost } from './capacity/meter.ts';
import { functionEnvironment } from './measure.ts';

type Consumed = { CapacityUnits?: number };

/** What some work cost, with the CPU that this process took for it. */
export type Counted<Result> = Cost & { result: Result; cpuMs: number; seconds: number };

/** More than a request has, since what is counted is no time. */
const PATIENT_MS = 240_000;

/** The engine answers one after the other: a page of a megabyte of each shard takes seconds. */
const ATTEMPT_MS = 60_000;

export function openCountedStore(databaseUrl: string) {
  Object.assign(process.env, functionEnvironment({}, databaseUrl));
  const connection = connect({ attemptTimeoutMs: ATTEMPT_MS });
  const cost: Cost = { read: 0, write: 0, roundTrips: 0 };
  connection.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
        const answer = await next(args);
        const { ConsumedCapacity = [] } = answer.output as {
          ConsumedCapacity?: Consumed | Consumed[];
        };
        const isWrite = commandName.startsWith('TransactWrite');
        for (const { CapacityUnits = 0 } of [ConsumedCapacity].flat())
          cost[isWrite ? 'write' : 'read'] += CapacityUnits;
        cost.roundTrips++;
        return answer;
      },
    { step: 'initialize' },
  );
  return {
    count: async <Result>(
      work: (store: Store<TableName>) => Promise<Result>,
      budgetMs = PATIENT_MS,
    ): Promise<Counted<Result>> => {
      Object.assign(cost, { read: 0, write: 0, roundTrips: 0 });
      const nowMs = Date.now();
      const cpu = process.cpuUsage();
      const result = await quietly(() =>
        work({ ...connection, tables, nowMs, deadlineMs: nowMs + budgetMs }),
      );
      const { user, system } = process.cpuUsage(cpu);
      return {
        ...cost,
        result,
        cpuMs: (user + system) / 1000,
        seconds: (Date.now() - nowMs) / 1000,
      };
    },
    [Symbol.dispose]: () => connection.client.destroy(),
  };
}

export type CountedStore = ReturnType<typeof openCountedStore>;

/** Log lines are made as Lambda makes them, and go nowhere. */
async function quietly<Result>(work: () => Promise<Result>): Promise<Result> {
  const { info } = console;
  console.info = JSON.stringify;
  try {
    return await work();
  } finally {
    console.info = info;
  }
}
