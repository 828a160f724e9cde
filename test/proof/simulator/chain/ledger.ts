/**
 * The blocks of one chain. Those a few behind the head are final; what is younger a reorganisation
 * may replace. Whoever asks sees it from some block on, and nothing after it.
 */
import { hashFrom, type Transaction } from './transactions.ts';

/** A transaction in its block; logs are counted through all of a block. */
export type Landed = { transaction: Transaction; index: number; firstLog: number };

export type Block = {
  number: number;
  hash: string;
  parentHash: string;
  /** In whole seconds, as chains count. */
  timeMs: number;
  landed: readonly Landed[];
  /** The next nonce of every account after it. */
  nonces: ReadonlyMap<string, number>;
};

/** How many blocks lie between the last final one and the head. */
const NOT_FINAL = 3;

export class Ledger {
  readonly #blocks: Block[];
  readonly #salt: string;
  #final = 0;
  #forks = 0;

  constructor(salt: string, accounts: readonly string[], timeMs: number) {
    this.#salt = salt;
    const nonces = new Map(accounts.map((account): [string, number] => [account, 0]));
    this.#blocks = [this.#block(0, hashFrom(`${salt} before`), timeMs, [], nonces)];
  }

  get head(): Block {
    return this.#blocks.at(-1) as Block;
  }

  get final(): Block {
    return this.#blocks[this.#final] as Block;
  }

  /** Where a chain skips numbers, the block of such a one is the one before. */
  at = (number: number): Block | undefined => this.#blocks.find((block) => block.number === number);

  /** From the first to the last of these numbers. */
  between = (first: number, last: number): readonly Block[] =>
    this.#blocks.filter(({ number }) => number >= first && number <= last);

  /** The block so far behind the head. */
  behind = (count: number): Block =>
    this.#blocks[Math.max(0, this.#blocks.length - 1 - count)] as Block;

  /** The block that is final for whoever knows no younger one than this. */
  finalSeenFrom = (head: Block): Block => {
    if (head === this.head) return this.final;
    const index = this.#blocks.indexOf(head) - NOT_FINAL;
    return this.#blocks[Math.min(this.#final, Math.max(0, index))] as Block;
  };

  /** Where a transaction is that the chain calls so; undefined where it is in no block. */
  find(hash: string): { block: Block; landed: Landed } | undefined {
    for (const block of this.#blocks) {
      const landed = block.landed.find(({ transaction }) => transaction.hash === hash);
      if (landed) return { block, landed };
    }
    return undefined;
  }

  isFinal = ({ number }: Block): boolean => number <= this.final.number;

  add(
    transactions: readonly Transaction[],
    nonces: ReadonlyMap<string, number>,
    nowMs: number,
    numbers = 1,
  ): void {
    const { hash, number, timeMs } = this.head;
    const seconds = Math.max(Math.floor(nowMs / 1000) * 1000, timeMs);
    this.#blocks.push(this.#block(number + numbers, hash, seconds, transactions, nonces));
    this.#final = Math.max(this.#final, this.#blocks.length - 1 - NOT_FINAL);
  }

  /** How many blocks may still be replaced. */
  get replaceable(): number {
    return this.#blocks.length - 1 - this.#final;
  }

  /** Takes so many of the youngest blocks away; what was in them waits again. */
  reorganize(count: number): Transaction[] {
    this.#forks++;
    return this.#blocks
      .splice(this.#blocks.length - Math.min(count, this.replaceable))
      .flatMap(({ landed }) => landed.map(({ transaction }) => transaction));
  }

  #block(
    number: number,
    parentHash: string,
    timeMs: number,
    transactions: readonly Transaction[],
    nonces: ReadonlyMap<string, number>,
  ): Block {
    let logs = 0;
    const landed = transactions.map((transaction, index) => {
      const firstLog = logs;
      logs += logsOf(transaction);
      return { transaction, index, firstLog };
    });
    const hash = hashFrom(`${this.#salt} ${number} ${this.#forks} ${parentHash}`);
    return { number, hash, parentHash, timeMs, landed, nonces };
  }
}

/** A Safe logs besides what became of what it executed. */
const logsOf = ({ reverts, moves, told }: Transaction): number =>
  reverts ? 0 : moves.length + (told.kind === 'safe' ? 1 : 0);
