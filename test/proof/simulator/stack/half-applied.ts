/**
 * Transactions that become visible item by item, over the real engine: such a one is sent as two.
 * The first writes some of its items under all of its conditions, the second writes the rest a few
 * calls later. In between reads see some items as they will be and others as they were, and other
 * transactions conflict: DynamoDB promises no more of single reads beside a transaction.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { awsError, type Exchange, type Reply } from '../../../support/fault-proxy.ts';
import type { Random } from '../history/random.ts';
import { cancelled, conflictOr, PASSED, reasonsOf, withReasons } from './cancellations.ts';

type Attributes = Record<string, unknown>;
type Write = {
  TableName: string;
  Key?: Attributes;
  Item?: Attributes;
  ConditionExpression?: string;
  ExpressionAttributeNames?: Attributes;
  ExpressionAttributeValues?: Attributes;
  ReturnValuesOnConditionCheckFailure?: string;
};
type Part = Partial<Record<'Put' | 'Update' | 'Delete' | 'ConditionCheck' | 'Get', Write>>;

/** The attributes of each table's key, by its name. */
export type TableKeys = Readonly<Record<string, readonly string[]>>;

/** A transaction of which a part is still to be written. */
type UnderWay = {
  exchange: Exchange;
  token: unknown;
  items: ReadonlySet<string>;
  rest: Part[];
  restItems: ReadonlySet<string>;
  /** After how many more calls the rest follows. */
  callsLeft: number;
  onceApplied: () => void;
  applying?: Promise<void>;
};

const CALLS_MAX = 8;
const APPLIED: Reply = {
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: '{}',
};

export class HalfApplied {
  readonly violations: string[];
  /**
   * Users whose items are damaged: the engine may refuse what would come second, when the first
   * part is written already, though it would have refused the whole.
   */
  damagedUsers: ReadonlySet<string> = new Set();
  #keys: TableKeys = {};
  #underWay: UnderWay[] = [];
  /** Those whose first part is on its way; whoever sent them may have given up already. */
  readonly #beginning = new Set<Promise<unknown>>();
  /** Tokens of transactions that were sent as two, which the engine does not know. */
  readonly #tokens = new Set<unknown>();

  constructor(violations: string[]) {
    this.violations = violations;
  }

  open(keys: TableKeys): void {
    this.#keys = keys;
  }

  get isEmpty(): boolean {
    return this.#underWay.length === 0;
  }

  /**
   * Sends the first part of a transaction. Gives the reply when it was refused or has no parts;
   * undefined when it is half applied, and `onceApplied` will be called.
   */
  async begin(
    exchange: Exchange,
    random: Random,
    onceApplied: (reply: Reply) => void,
  ): Promise<Reply | undefined> {
    const beginning = this.#begin(exchange, random, onceApplied);
    this.#beginning.add(beginning);
    return await beginning.finally(() => this.#beginning.delete(beginning));
  }

  /** Applies the rest of all transactions, also of those that are just beginning. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#beginning);
    await this.#apply(() => true);
  }

  async #begin(
    exchange: Exchange,
    random: Random,
    onceApplied: (reply: Reply) => void,
  ): Promise<Reply | undefined> {
    const { TransactItems: parts, ClientRequestToken: token } = requestOf(exchange);
    // Often all but one item are visible, or only one.
    const one = random.integer(parts.length);
    const kind = random.pick(['first', 'last', 'any'] as const);
    const isLater = parts.map((_, index) =>
      kind === 'any' ? random.chance(0.5) : (index === one) === (kind === 'last'),
    );
    const isDamaged = parts.some((part) => this.damagedUsers.has(userOf(part)));
    if (isDamaged || !isLater.includes(true) || !isLater.includes(false))
      return await exchange.forward();
    const first = parts.map((part, index) => (isLater[index] ? this.#asCheck(part) : part));
    const reply = await exchange.forward({
      TransactItems: first.filter((part) => part !== undefined),
    });
    if (reply.status !== 200)
      return reply.status === 400 ? withReasons(reply, reasonsOf(reply, first)) : reply;
    const rest = parts.filter((_, index) => isLater[index]);
    this.#tokens.add(token);
    this.#underWay.push({
      exchange,
      token,
      items: new Set(parts.map(this.#item)),
      rest,
      restItems: new Set(rest.map(this.#item)),
      callsLeft: 1 + random.integer(CALLS_MAX),
      onceApplied: () => onceApplied(APPLIED),
    });
    return undefined;
  }

  /** What a call gets that meets a transaction under way; undefined when it meets none. */
  async refusal(exchange: Exchange): Promise<Reply | undefined> {
    if (exchange.operation === 'TransactWriteItems') return await this.#refusedWrite(exchange);
    if (exchange.operation !== 'TransactGetItems') return undefined;
    const met = requestOf(exchange).TransactItems.map((part) =>
      this.#underWay.some(({ items }) => items.has(this.#item(part))),
    );
    return met.includes(true) ? cancelled(met.map(conflictOr(PASSED))) : undefined;
  }

  /** A call has passed: what has waited for long enough is applied. */
  async passed(): Promise<void> {
    for (const transaction of this.#underWay) transaction.callsLeft--;
    await this.#apply(({ callsLeft }) => callsLeft <= 0);
  }

  /** Applies the rest of those transactions. */
  async #apply(which: (transaction: UnderWay) => boolean): Promise<void> {
    for (const transaction of this.#underWay.filter(which)) {
      transaction.applying ??= this.#applyRest(transaction);
      await transaction.applying;
    }
  }

  async #applyRest(transaction: UnderWay): Promise<void> {
    const { exchange, rest, onceApplied } = transaction;
    const whole = { TransactItems: rest, ClientRequestToken: randomUUID() };
    const reply = await forwardAtLast(exchange, whole);
    this.#underWay = this.#underWay.filter((other) => other !== transaction);
    if (reply.status !== 200) this.violations.push(`a transaction stays half: ${reply.body}`);
    onceApplied();
  }

  async #refusedWrite(exchange: Exchange): Promise<Reply | undefined> {
    const { TransactItems: parts, ClientRequestToken: token } = requestOf(exchange);
    if (this.#underWay.some((transaction) => transaction.token === token))
      return awsError(400, 'TransactionInProgressException');
    if (token !== undefined && this.#tokens.has(token)) return APPLIED;
    const met = parts.map((part) =>
      this.#underWay.some(({ restItems }) => restItems.has(this.#item(part))),
    );
    if (!met.includes(true)) return undefined;
    // The others are judged all the same: this is how reasons mix.
    const checks = parts.map((part, index) => (met[index] ? undefined : this.#asCheck(part)));
    const sent = checks.filter((check) => check !== undefined);
    const reply = sent.length > 0 ? await exchange.forward({ TransactItems: sent }) : APPLIED;
    const reasons = reasonsOf(reply, checks);
    return cancelled(met.map((isMet, index) => conflictOr(reasons[index] ?? PASSED)(isMet)));
  }

  #item = (part: Part): string => {
    const { TableName, Key, Item } = writeOf(part);
    return JSON.stringify([
      TableName,
      ...(this.#keys[TableName] ?? []).map((name) => (Key ?? Item)?.[name]),
    ]);
  };

  /** The part's condition alone; undefined where it has none. */
  #asCheck(part: Part): Part | undefined {
    const write = writeOf(part);
    const { TableName, Key, Item, ConditionExpression: condition } = write;
    if (condition === undefined) return undefined;
    const used = (attributes: Attributes = {}) => {
      const entries = Object.entries(attributes).filter(([name]) =>
        new RegExp(`${name}\\b`).test(condition),
      );
      return entries.length > 0 ? Object.fromEntries(entries) : undefined;
    };
    const key = this.#keys[TableName]?.map((name) => [name, (Key ?? Item)?.[name]]) ?? [];
    return {
      ConditionCheck: {
        TableName,
        Key: Object.fromEntries(key),
        ConditionExpression: condition,
        ...named('ExpressionAttributeNames', used(write.ExpressionAttributeNames)),
        ...named('ExpressionAttributeValues', used(write.ExpressionAttributeValues)),
        ...named('ReturnValuesOnConditionCheckFailure', write.ReturnValuesOnConditionCheckFailure),
      },
    };
  }
}

/** The engine may just be starting anew, which takes a busy machine seconds. */
const TRIES = 1_000;
const PAUSE_MS = 20;

async function forwardAtLast(exchange: Exchange, instead: Attributes): Promise<Reply> {
  for (let left = TRIES; left > 1; left--) {
    const reply = await exchange.forward(instead).catch(() => undefined);
    if (reply) return reply;
    await setTimeout(PAUSE_MS);
  }
  return await exchange.forward(instead);
}

const named = (name: string, value: unknown) => (value === undefined ? {} : { [name]: value });

const writeOf = (part: Part): Write => Object.values(part)[0] as Write;

const userOf = (part: Part): string => {
  const { Key, Item } = writeOf(part);
  const { user_id } = (Key ?? Item ?? {}) as { user_id?: { S: string } };
  return String(user_id?.S).toLowerCase();
};

const requestOf = ({ request }: Exchange) =>
  request as { TransactItems: Part[]; ClientRequestToken?: unknown };
