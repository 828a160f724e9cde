/** The stack under simulation: deployed bundles, local gateway, engine on a file, proxy between. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, startEngine } from '../../../../infra/local/database/engine.ts';
import type { Clock } from '../../../../infra/local/lambda/clock.ts';
import { openDatabase, type Service, serveStack } from '../../../../infra/local/service.ts';
import type { LocalFunction, LocalStack } from '../../../../infra/local/template/local-stack.ts';
import { readAssembly } from '../../../../infra/local/template/read-assembly.ts';
import { CHAIN_SECRET, Providers } from '../chain/providers.ts';
import { VERIFIED } from '../chain/transactions.ts';
import { APPROVAL_ABOVE_MICRO, BUDGETS_MICRO, USER_DAILY_LIMIT_MICRO } from '../model/limits.ts';
import { DatabaseProxy } from './database-proxy.ts';
import { EventBus } from './event-bus.ts';
import { PayoutStream } from './payout-stream.ts';
import { Database } from './stored-state.ts';

/** How much faster the simulated clock is: a time-out of three seconds takes a third of one. */
const SPEED = 10;

/** After any real date, so that the engine deletes nothing by itself for having expired. */
const FIRST_MOMENT = Date.parse('2040-01-01T00:00:00Z');

/** The simulated time, which runs on by itself from where it was set. */
class SettableClock implements Clock {
  readonly speed = SPEED;
  /** How far the clocks are off of the instances at work, by the traces that they work for. */
  readonly skewsMs = new Map<string, number>();
  #setAt = performance.now();
  #epoch = FIRST_MOMENT;

  now = (traceId = ''): number =>
    Math.floor(this.#epoch + (performance.now() - this.#setAt) * SPEED) +
    (this.skewsMs.get(traceId) ?? 0);

  set(nowMs: number): void {
    this.#setAt = performance.now();
    this.#epoch = nowMs;
  }
}

export class SimulatedStack implements AsyncDisposable {
  readonly clock = new SettableClock();
  readonly proxy: DatabaseProxy;
  /** Where changes of payouts are published to. */
  readonly bus = new EventBus();
  /** Whom the functions ask what became of transactions. */
  readonly providers = new Providers();
  readonly payoutStream = new PayoutStream(this);
  /** Lines that functions logged since they were last taken. */
  readonly logs: string[] = [];
  /** How often the engine was started anew. */
  restarts = 0;
  readonly #canRestart: boolean;
  #engine!: Engine;
  #dataFile = '';
  #service!: Service;
  #database!: Database;
  readonly #opened = new AsyncDisposableStack();

  constructor(canRestart: boolean) {
    this.#canRestart = canRestart;
    this.proxy = new DatabaseProxy({
      killFunction: (traceId) => this.#service.runtime.kill(traceId),
      restartEngine: () => this.restartEngine(),
      nowMs: () => this.clock.now(),
    });
  }

  /** Restarts are left out for an engine that keeps less than DynamoDB over one. */
  static async open(assembly: string, { restarts = true } = {}): Promise<SimulatedStack> {
    const stack = new SimulatedStack(restarts);
    await stack.#open(assembly);
    return stack;
  }

  get url(): string {
    return this.#service.gateway.url;
  }

  get runtime(): Service['runtime'] {
    return this.#service.runtime;
  }

  get database(): Database {
    return this.#database;
  }

  async restartEngine(): Promise<void> {
    if (!this.#canRestart) return;
    this.restarts++;
    const port = Number(new URL(this.#engine.endpoint).port);
    await this.#engine.stop();
    this.#engine = await startEngine({ dataFile: this.#dataFile, port });
  }

  async #open(assembly: string): Promise<void> {
    const opened = this.#opened;
    const folder = mkdtempSync(join(tmpdir(), 'referral-payouts-simulator-'));
    opened.defer(() => rmSync(folder, { recursive: true, force: true }));
    this.#dataFile = join(folder, 'data.db');
    this.#engine = await startEngine({ dataFile: this.#dataFile });
    opened.defer(() => this.#engine.stop());
    this.#database = new Database(this.#engine.endpoint);
    opened.defer(() => this.#database.close());
    await this.providers.open();
    opened.defer(() => this.providers.close());
    const template = withLimits(readAssembly(assembly), this.providers.secretsUrl);
    const database = opened.use(await openDatabase(template, { endpoint: this.#engine.endpoint }));
    const keys = template.tables.map(({ name, input }): [string, string[]] => [
      name,
      (input.KeySchema ?? []).map(({ AttributeName }) => AttributeName ?? ''),
    ]);
    await this.proxy.open(database.endpoint, this.#database, Object.fromEntries(keys));
    opened.defer(() => this.proxy.close());
    await this.bus.open();
    opened.defer(() => this.bus.close());
    this.#service = opened.use(
      await serveStack(template, {
        database,
        functionsEndpoint: this.proxy.url,
        busEndpoint: this.bus.url,
        clock: this.clock,
        log: ({ functionName, line }) => this.logs.push(`${functionName} ${line}`),
        onError: (error) => this.logs.push(String(error)),
      }),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}

/** The stack with the limits that the model knows, whatever its stage sets. */
function withLimits(template: LocalStack, secretsUrl: string): LocalStack {
  const limits = {
    APPROVAL_ABOVE_MICRO: String(APPROVAL_ABOVE_MICRO),
    USER_DAILY_LIMIT_MICRO: String(USER_DAILY_LIMIT_MICRO),
    OUTFLOW_BUDGETS: Object.entries(BUDGETS_MICRO)
      .map(([network, micro]) => `${network}=${micro}`)
      .join(','),
    CHAINS: JSON.stringify(VERIFIED),
    CHAIN_SECRET,
  };
  const set = (lambda: LocalFunction): LocalFunction => {
    const used = Object.entries(limits).filter(([name]) => name in lambda.environment);
    const secrets = 'CHAIN_SECRET' in lambda.environment && {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsUrl,
    };
    const environment = { ...lambda.environment, ...Object.fromEntries(used), ...secrets };
    return { ...lambda, environment };
  };
  return { ...template, functions: template.functions.map(set) };
}
