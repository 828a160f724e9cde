/**
 * One execution environment of a function: a child process with the function's own environment, one
 * request at a time.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LOCAL_CREDENTIALS } from '../database/create-tables.ts';
import { ACCOUNT_ID, REGION } from '../template/intrinsics.ts';
import type { LocalFunction } from '../template/local-stack.ts';
import { type Clock, MACHINE_CLOCK } from './clock.ts';

export interface Invocation {
  requestId: string;
  /** The event as JSON. */
  event: string;
  /** The time now and the one at which the function is ended, both by the stack's clock. */
  nowMs: number;
  deadlineMs: number;
  functionArn: string;
  /** X-Ray's trace, which the SDK passes on with every call that it makes. */
  traceId?: string;
}

export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

/** What an invocation comes to: `payload` is the handler's result as JSON. */
export type Outcome =
  | { type: 'result'; payload: string }
  | { type: 'failed'; error: FunctionError };

export type FromInstance = { type: 'ready' } | { type: 'log'; line: string } | Outcome;

export interface LogLine {
  functionName: string;
  /** One JSON object as Lambda logs it, or what the process itself printed. */
  line: string;
}

/** Where a function's clients connect to. */
export interface Endpoints {
  dynamodbEndpoint: string;
  eventBridgeEndpoint?: string;
}

export interface InstanceSettings extends Endpoints {
  log: (line: LogLine) => void;
  clock?: Clock;
}

/** Lambda gives an initialization ten seconds. */
const INIT_TIMEOUT_MS = 10_000;

export class Instance {
  /** Settles when the bundle has been imported, or could not be. */
  readonly started: Promise<Outcome | { type: 'ready' }>;
  readonly #child: ChildProcess;
  readonly #function: LocalFunction;
  readonly #log: (line: string) => void;
  readonly #clock: Clock;
  #traceId: string | undefined;
  #settle: (message: Outcome | { type: 'ready' }) => void = () => {};

  constructor(
    lambda: LocalFunction,
    { log, clock = MACHINE_CLOCK, ...endpoints }: InstanceSettings,
  ) {
    this.#function = lambda;
    this.#clock = clock;
    this.#log = (line) => log({ functionName: lambda.name, line });
    this.#child = fork(join(import.meta.dirname, 'bootstrap.ts'), [lambda.dir, lambda.handler], {
      cwd: lambda.dir,
      env: { ...environmentOf(lambda, endpoints), ...clockSetting(clock) },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Ctrl-C goes to the whole process group, but a request under way is to be finished.
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      if (stream) createInterface(stream).on('line', this.#log);
    this.#child.on('message', (message: FromInstance) => {
      if (message.type === 'log') this.#log(message.line);
      else this.#settle(message);
    });
    this.#child.on('error', () => {});
    this.#child.once('exit', (code, signal) => {
      const errorMessage = `The process ended with ${signal ?? `exit status ${code}`}.`;
      this.#settle({
        type: 'failed',
        error: { errorType: 'Runtime.ExitError', errorMessage, trace: [] },
      });
    });
    this.started = this.#next(INIT_TIMEOUT_MS, undefined);
  }

  get alive(): boolean {
    return (
      this.#child.connected && this.#child.exitCode === null && this.#child.signalCode === null
    );
  }

  /** The trace of the invocation under way. */
  get traceId(): string | undefined {
    return this.#traceId;
  }

  async invoke(requestId: string, event: string, traceId?: string): Promise<Outcome> {
    const { name, timeoutMs } = this.#function;
    const functionArn = `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${name}`;
    const nowMs = this.#clock.now();
    const deadlineMs = nowMs + timeoutMs;
    const outcome = this.#next(timeoutMs / this.#clock.speed, requestId);
    const invocation = {
      requestId,
      event,
      nowMs,
      deadlineMs,
      functionArn,
      ...(traceId && { traceId }),
    };
    this.#traceId = traceId;
    this.#child.send(
      invocation satisfies Invocation,
      (error) => error && this.#child.kill('SIGKILL'),
    );
    try {
      return (await outcome) as Outcome;
    } finally {
      this.#traceId = undefined;
    }
  }

  /** Ends the process at once, as Lambda ends an environment. */
  async stop(): Promise<void> {
    if (
      this.#child.pid === undefined ||
      this.#child.exitCode !== null ||
      this.#child.signalCode !== null
    )
      return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /**
   * The next thing that the child reports; when that takes too long, the child is ended and the
   * time-out is reported.
   */
  #next(timeoutMs: number, requestId: string | undefined): Promise<Outcome | { type: 'ready' }> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const errorMessage = `Task timed out after ${((timeoutMs * this.#clock.speed) / 1000).toFixed(2)} seconds`;
        const line = {
          timestamp: new Date().toISOString(),
          level: 'ERROR',
          requestId,
          message: errorMessage,
        };
        this.#log(JSON.stringify(line));
        this.#settle({
          type: 'failed',
          error: { errorType: 'Sandbox.Timedout', errorMessage, trace: [] },
        });
        this.#child.kill('SIGKILL');
      }, timeoutMs);
      this.#settle = (message) => {
        clearTimeout(timer);
        resolve(message);
      };
    });
  }
}

const clockSetting = (clock: Clock) =>
  clock !== MACHINE_CLOCK && { LOCAL_CLOCK_SPEED: String(clock.speed) };

/**
 * Nothing of this process's environment: what the template forgets to set is missing here as it is
 * on Lambda.
 */
export function environmentOf(
  lambda: LocalFunction,
  { dynamodbEndpoint, eventBridgeEndpoint }: Endpoints,
): Record<string, string> {
  return {
    ...lambda.environment,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbEndpoint,
    ...(eventBridgeEndpoint !== undefined && { AWS_ENDPOINT_URL_EVENTBRIDGE: eventBridgeEndpoint }),
    AWS_LAMBDA_FUNCTION_NAME: lambda.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: 'JSON',
    AWS_LAMBDA_LOG_LEVEL: lambda.logLevel,
  };
}
