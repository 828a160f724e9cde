/** One execution environment of a function: a child process that serves one request at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { arn, LOCAL_CREDENTIALS, REGION } from '../template/intrinsics.ts';
import type { LocalFunction } from '../template/local-stack.ts';
import { type Clock, MACHINE_CLOCK } from './clock.ts';
import { exitFailure, type Failure, failure } from './handler.ts';

export interface Invocation {
  requestId: string;
  /** The event as JSON. */
  event: string;
  /** The time now and the one at which the function is ended, both by the instance's clock. */
  nowMs: number;
  deadlineMs: number;
  functionArn: string;
  /** X-Ray's trace, which the SDK passes on with every call that it makes. */
  traceId: string | undefined;
}

/** What an invocation comes to: `payload` is the handler's result as JSON. */
export type Outcome = { type: 'result'; payload: string } | Failure;

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
  clock?: Clock | undefined;
  /** Where compiled code is kept: an instance with it takes about half the time to start. */
  compileCache?: string | undefined;
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
    { log, clock = MACHINE_CLOCK, compileCache, ...endpoints }: InstanceSettings,
  ) {
    this.#function = lambda;
    this.#clock = clock;
    this.#log = (line) => log({ functionName: lambda.name, line });
    this.#child = fork(join(import.meta.dirname, 'bootstrap.ts'), [lambda.dir, lambda.handler], {
      cwd: lambda.dir,
      env: {
        ...environmentOf(lambda, endpoints),
        ...(compileCache !== undefined && { NODE_COMPILE_CACHE: compileCache }),
        ...(clock !== MACHINE_CLOCK && { LOCAL_CLOCK_SPEED: String(clock.speed) }),
      },
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
    this.#child.once('exit', (code, signal) =>
      this.#settle(exitFailure(`The process ended with ${signal ?? `exit status ${code}`}.`)),
    );
    this.started = this.#next(INIT_TIMEOUT_MS, undefined);
  }

  /** Whether it can serve another request: not when it ended, or is being ended. */
  get alive(): boolean {
    return this.#child.connected && !this.#child.killed && !this.#hasEnded;
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The trace of the invocation under way. */
  get traceId(): string | undefined {
    return this.#traceId;
  }

  async invoke(requestId: string, event: string, traceId?: string): Promise<Outcome> {
    const { name, timeoutMs } = this.#function;
    const nowMs = this.#clock.now(traceId);
    const outcome = this.#next(timeoutMs / this.#clock.speed, requestId);
    const invocation: Invocation = {
      requestId,
      event,
      nowMs,
      deadlineMs: nowMs + timeoutMs,
      functionArn: arn('lambda', `function:${name}`),
      traceId,
    };
    this.#traceId = traceId;
    this.#child.send(invocation, (error) => error && this.#child.kill('SIGKILL'));
    try {
      return (await outcome) as Outcome;
    } finally {
      this.#traceId = undefined;
    }
  }

  /** Ends the process at once, as Lambda ends an environment. */
  async stop(): Promise<void> {
    if (this.#child.pid === undefined || this.#hasEnded) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** The next thing that the child reports; if that takes too long, its end for that reason. */
  #next(timeoutMs: number, requestId: string | undefined): Promise<Outcome | { type: 'ready' }> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const seconds = (timeoutMs * this.#clock.speed) / 1000;
        const message = `Task timed out after ${seconds.toFixed(2)} seconds`;
        const timestamp = new Date().toISOString();
        this.#log(JSON.stringify({ timestamp, level: 'ERROR', requestId, message }));
        this.#settle(failure('Sandbox.Timedout', message));
        this.#child.kill('SIGKILL');
      }, timeoutMs);
      this.#settle = (message) => {
        clearTimeout(timer);
        resolve(message);
      };
    });
  }
}

/** Nothing of this process's own: what the template forgets is missing here as it is on Lambda. */
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
