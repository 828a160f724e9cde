/** What requests consume, as the engine says when a proxy asks for ConsumedCapacity. */
import { type Fault, startFaultProxy } from '../../../support/fault-proxy.ts';

type Consumed = { CapacityUnits: number };

/**
 * Read and write request units, and calls to the database. What a refused transaction consumes is
 * not among the units, since no answer says it; DynamoDB bills it all the same.
 */
export type Cost = { read: number; write: number; roundTrips: number };

const READS = ['GetItem', 'BatchGetItem', 'TransactGetItems', 'Query', 'Scan'];

export async function startMeter(databaseUrl: string) {
  const proxy = await startFaultProxy(databaseUrl);
  const cost: Cost = { read: 0, write: 0, roundTrips: 0 };
  const metered: Fault = async (exchange) => {
    const answer = await exchange.forward({ ...exchange.request, ReturnConsumedCapacity: 'TOTAL' });
    const { ConsumedCapacity = [] } = JSON.parse(answer.body) as {
      ConsumedCapacity?: Consumed | Consumed[];
    };
    const used = [ConsumedCapacity]
      .flat()
      .reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
    cost[exchange.operation === 'TransactWriteItems' ? 'write' : 'read'] += used;
    cost.roundTrips++;
    exchange.reply(answer);
  };
  for (const operation of [...READS, 'TransactWriteItems']) proxy.script(operation, [], metered);
  return {
    url: proxy.url,
    /** What everything that reaches the database while `work` runs consumes. */
    costOf: async (work: () => Promise<unknown>): Promise<Cost> => {
      Object.assign(cost, { read: 0, write: 0, roundTrips: 0 });
      await work();
      return { ...cost };
    },
    close: proxy.close,
  };
}

/** `1 RRU + 5 WRU in 2`: the units, and the number of calls they took. */
export const costText = ({ read, write, roundTrips }: Cost): string =>
  `${[`${read} RRU`, ...(write > 0 ? [`${write} WRU`] : [])].join(' + ')} in ${roundTrips}`;
