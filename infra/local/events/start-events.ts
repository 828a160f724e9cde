/**
 * Sets in motion what the template says about events: rules to queues, queues and streams to
 * functions, schedules.
 */

import { Problem } from '../../problem.ts';
import type { GatewayOptions } from '../gateway/gateway.ts';
import type { InvokeOutcome } from '../lambda/runtime.ts';
import { BillingEvents } from '../only-here/post-events.ts';
import type { Database } from '../service.ts';
import type { LocalEvents } from '../template/local-stack.ts';
import { DeadLetters } from './dead-letters.ts';
import { followStream } from './dynamodb-streams.ts';
import { followSchedules } from './scheduler.ts';
import { Queue } from './sqs.ts';

export interface MovingOptions {
  database: Pick<Database, 'endpoint' | 'client'>;
  invoke: (functionName: string, event: unknown) => Promise<InvokeOutcome>;
  announce: (line: string) => void;
  schedules: boolean;
  publish: boolean;
}

export interface Moving {
  handlers: NonNullable<GatewayOptions['localHandlers']>;
  /** Nothing is set off any more; what is under way is not waited for. */
  stop(): void;
}

export async function moveEvents(events: LocalEvents, options: MovingOptions): Promise<Moving> {
  const { database, invoke, announce, schedules, publish } = options;
  const deadLetters = new DeadLetters(announce);
  const queues = events.queueMappings.map((mapping) => {
    const queue = events.queues.find(({ name }) => name === mapping.source);
    if (queue === undefined) throw new Problem(`The template has no queue ${mapping.source}.`);
    return new Queue({ queue, mapping, invoke, deadLetters });
  });
  const billing = new BillingEvents(events.rules, queues, announce);

  const stops: (() => void)[] = queues.map((queue) => () => queue.stop());
  for (const mapping of publish ? events.streamMappings : []) {
    try {
      stops.push(await followStream({ ...database, mapping, invoke, deadLetters }));
    } catch (error) {
      // An engine without streams serves everything else.
      if (!(error instanceof Problem)) throw error;
      announce(error.message);
    }
  }
  if (schedules) stops.push(followSchedules(events.schedules, invoke));

  return {
    handlers: {
      'POST /_local/events': billing.handle,
      'GET /_local/dead-letters': deadLetters.handle,
    },
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
