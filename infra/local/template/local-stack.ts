/** What a template asks for, as far as it runs on this machine. */
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

export interface LocalTable {
  name: string;
  input: CreateTableCommandInput;
  /** The attribute by which DynamoDB deletes expired items. */
  ttlAttribute?: string;
}

export interface LocalFunction {
  /** The logical id, which the stack keeps short on purpose: `RequestPayout`. */
  name: string;
  /** The bundle's folder. */
  dir: string;
  handler: string;
  environment: Record<string, string>;
  timeoutMs: number;
  memoryMb: number;
  logLevel: string;
  reservedConcurrency?: number;
}

/** A token bucket: requests a second in the long run, and how many may come at once before. */
export interface LocalThrottle {
  rate: number;
  burst: number;
}

export interface LocalRoute {
  method: string;
  path: string;
  functionName: string;
  authorizationType: string;
  timeoutMs: number;
  /** Its own; without one it shares the stage's with every other such route. */
  throttle?: LocalThrottle;
}

export interface LocalCors {
  allowOrigins: string[];
  allowMethods: string[];
  allowHeaders: string[];
  exposeHeaders: string[];
  allowCredentials: boolean;
  maxAgeSeconds?: number;
}

export interface LocalQueue {
  name: string;
  arn: string;
  /** How often a message is received before it goes to the dead-letter queue. */
  maxReceiveCount?: number;
  /** The name of the dead-letter queue. */
  deadLetters?: string;
}

/** Sends the events of a bus that match the pattern to queues. */
export interface LocalRule {
  name: string;
  bus: string;
  pattern: EventPattern;
  queues: string[];
}

/** The values that a field may have, or the patterns of an object's fields. */
export type EventPattern = { [field: string]: string[] | EventPattern };

/** Lambda's event source mapping: hands what a source holds to a function, in batches. */
export interface LocalMapping {
  /** The name of the queue, or of the table whose stream it is. */
  source: string;
  functionName: string;
  batchSize: number;
  /** Whether the function reports which items of a batch failed. */
  reportsFailures: boolean;
  /** How often a batch of a stream is tried again; as long as it takes when not given. */
  retries?: number;
  /** The name of the queue that a stream's record goes to when it is given up. */
  deadLetters?: string;
}

export interface LocalSchedule {
  name: string;
  /** `rate(...)` or `cron(...)`. */
  expression: string;
  functionName: string;
  /** The event, as JSON, when the template sets one. */
  input?: string;
}

export interface LocalEvents {
  buses: string[];
  rules: LocalRule[];
  queues: LocalQueue[];
  queueMappings: LocalMapping[];
  streamMappings: LocalMapping[];
  schedules: LocalSchedule[];
}

export interface LocalStack {
  tables: LocalTable[];
  functions: LocalFunction[];
  routes: LocalRoute[];
  /** Of the routes that have none of their own. */
  throttle?: LocalThrottle;
  cors?: LocalCors;
  events: LocalEvents;
  /** A folder beside the bundles for what Node makes of them, shared by all who read the assembly. */
  compileCache?: string;
}
