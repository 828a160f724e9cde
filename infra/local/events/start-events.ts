/** Starts what the template says about events: rules, queues, streams and schedules. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Problem } from '../../problem.ts';
import type { LocalEvents } from '../template/local-stack.ts';
import { followStream } from './dynamodb-streams.ts';
import { type BusEvent, deliverEvents } from './event-bridge.ts';
import { KeptEvents } from './kept-events.ts';
import { followSchedules } from './scheduler.ts';
import { type DeadLetter, type Delivery, Queue } from './sqs.ts';

export interface EventsOptions {
  database: { endpoint: string; client: DynamoDBClient };
  invoke: Delivery['invoke'];
  announce: (line: string) => void;
  /** Runs the scheduled functions when they are due. */
  schedules: boolean;
  /** Hands the changes in tables with a stream to their functions. */
  streams: boolean;
}

export interface Events {
  /** Sends events through the rules to their queues; their ids, once the queues keep them. */
  put(events: BusEvent[]): Promise<string[]>;
  /** Resolves once all that was put was processed or has become a dead letter. */
  processed(): Promise<void>;
  /** The newest last. */
  deadLetters: DeadLetter[];
  /** Nothing is started any more; what is under way is not waited for. */
  stop(): void;
}

const KEPT = 1000;

export async function startEvents(events: LocalEvents, options: EventsOptions): Promise<Events> {
  const { database, invoke, announce, schedules, streams } = options;
  const kept = await KeptEvents.open(database.client);
  const deadLetters = (await kept.list('dead letters')).map(({ id: key, text }): DeadLetter => {
    const [queue = '', id = ''] = key.split(' ');
    return { queue, id, body: text };
  });
  const keyOf = ({ queue, id }: DeadLetter) => `${queue} ${id}`;
  const giveUp = async (letter: DeadLetter): Promise<void> => {
    deadLetters.push(letter);
    announce(`dead letter ${letter.id} in ${letter.queue}`);
    // As it is: written as JSON once more, it might not fit any more where its message did.
    const text = letter.body;
    await kept.put('dead letters', { id: keyOf(letter), at_ms: Date.now(), text });
    for (const old of deadLetters.splice(0, deadLetters.length - KEPT))
      await kept.remove('dead letters', keyOf(old));
  };
  const queues = events.queueMappings.map((mapping) => {
    const queue = events.queues.find(({ name }) => name === mapping.source);
    if (queue === undefined) throw new Problem(`The template has no queue ${mapping.source}.`);
    return new Queue(queue, { mapping, invoke, giveUp, kept });
  });

  await Promise.all(queues.map((queue) => queue.restore()));

  const stops: (() => void)[] = queues.map((queue) => () => queue.stop());
  for (const mapping of streams ? events.streamMappings : []) {
    try {
      stops.push(await followStream({ ...database, mapping, invoke, giveUp, kept }));
    } catch (error) {
      // An engine without streams serves everything else.
      if (!(error instanceof Problem)) throw error;
      announce(error.message);
    }
  }
  if (schedules) stops.push(followSchedules(events.schedules, invoke));

  return {
    put: (wanted) => deliverEvents(wanted, events.rules, queues, announce),
    processed: async () => void (await Promise.all(queues.map((queue) => queue.empty()))),
    deadLetters,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
