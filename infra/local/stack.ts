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

export interface LocalRoute {
  method: string;
  path: string;
  functionName: string;
  authorizationType: string;
  timeoutMs: number;
}

export interface LocalCors {
  allowOrigins: string[];
  allowMethods: string[];
  allowHeaders: string[];
  exposeHeaders: string[];
  allowCredentials: boolean;
  maxAgeSeconds?: number;
}

export interface LocalStack {
  tables: LocalTable[];
  functions: LocalFunction[];
  routes: LocalRoute[];
  cors?: LocalCors;
}
